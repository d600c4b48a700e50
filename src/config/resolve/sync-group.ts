/** vrrp_sync_group blocks. Their members may be defined anywhere in the file. */

import type { Report } from '../diagnostics.ts'
import type { Word } from '../lexer.ts'
import * as keywords from '../keywords/vrrp-sync-group.ts'
import { trackInterface, trackScript } from '../keywords/vrrp-instance.ts'
import { spanOf } from '../line.ts'
import type { SyncGroup, VrrpScript } from '../model.ts'
import { errorAt, warningAt } from '../report.ts'
import type { Node } from '../tree.ts'
import { readValues } from '../values/values.ts'
import { resolveNotify } from './notify.ts'
import { resolveTrackedInterfaces, resolveTrackedScripts } from './tracking.ts'

/** A group whose members are still words. */
export interface PendingGroup {
  readonly group: Omit<SyncGroup, 'members'>
  readonly name: Word
  readonly members: readonly Word[]
}

export function resolveGroup(
  { statement, nodes }: Node,
  scripts: ReadonlyMap<string, VrrpScript>,
  report: Report,
): PendingGroup | undefined {
  const [, name] = statement.words
  if (name === undefined) return undefined
  const values = readValues(nodes, report)
  const entries = (keyword: typeof trackScript): Node['entries'] =>
    nodes.filter((one) => one.keyword === keyword).flatMap((one) => one.entries)
  const members = entries(keywords.group).flatMap(({ words }) => words)
  const trackScripts = resolveTrackedScripts(entries(trackScript), scripts, report)
  const trackInterfaces = resolveTrackedInterfaces(entries(trackInterface), undefined, report)
  const notify = resolveNotify(values, report)
  const trackingWeight = values.has(keywords.syncGroupTrackingWeight) || values.has(keywords.globalTracking)
  return {
    name,
    members,
    group: { name: name.text, trackScripts, trackInterfaces, trackingWeight, notify, span: spanOf(name) },
  }
}

/** @param exists whether an instance of that name does; @param taken groups that already have a member. */
export function settleGroup(
  pending: PendingGroup,
  exists: (name: string) => boolean,
  taken: Map<string, string>,
  report: Report,
): SyncGroup | undefined {
  const { name } = pending
  const members: string[] = []
  for (const member of pending.members) {
    const other = taken.get(member.text)
    if (!exists(member.text)) {
      report(errorAt(member, 'no-such-instance', `there is no vrrp_instance ${member.text}: it is left out`))
    } else if (other !== undefined) {
      const message = `${member.text} is already in sync group ${other}: it is left out here`
      report(errorAt(member, 'in-two-groups', message))
    } else {
      taken.set(member.text, name.text)
      members.push(member.text)
    }
  }
  if (members.length === 0) {
    report(
      errorAt(name, 'empty-group', `sync group ${name.text} has no instance: the whole block is ignored`),
    )
    return undefined
  }
  if (members.length === 1)
    report(
      warningAt(
        name,
        'lonely-group',
        `sync group ${name.text} has only one instance, which it cannot change`,
      ),
    )
  return { ...pending.group, members }
}
