/** The part of a status report that was asked for by name. Pure. */

import { accepted, rejected, type Result } from '../base/result.ts'
import { unknownName } from '../base/unknown-name.ts'
import type { StatusReport } from '../control/report.ts'

/**
 * @param name a vrrp_instance or a vrrp_sync_group; undefined: everything
 * @returns an error in words when there is neither
 */
export function select(report: StatusReport, name: string | undefined): Result<StatusReport, string> {
  if (name === undefined) return accepted(report)
  const { instances, groups, problems } = report
  const isInstance = instances.some((instance) => instance.name === name)
  const members = isInstance ? [name] : (groups.find((group) => group.name === name)?.members ?? [])
  if (members.length === 0) {
    const known = [...instances, ...groups].map((each) => each.name)
    return rejected(unknownName('vrrp_instance or vrrp_sync_group', name, known))
  }
  return accepted({
    ...report,
    problems: problems.filter((problem) => problem.instances.some((name) => members.includes(name))),
    instances: instances.filter((instance) => members.includes(instance.name)),
    groups: groups.filter((group) => group.members.some((member) => members.includes(member))),
  })
}
