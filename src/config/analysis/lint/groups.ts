/** Sync groups whose members would rather not move together. */

import { nopreempt, priority as priorityKeyword } from '../../blocks/vrrp-instance/election.ts'
import type { Report } from '../../diagnostics/diagnostics.ts'
import { placeFor, remark, type Subject } from './context.ts'

export function lintGroups(subject: Subject, report: Report): void {
  const { instances, syncGroups } = subject.model
  const byName = new Map(instances.map((instance) => [instance.name, instance]))
  for (const { name, members, span } of syncGroups) {
    const [first, ...others] = members
      .map((member) => byName.get(member))
      .filter((instance) => instance !== undefined)
    if (first === undefined) continue
    const uneven = others.find(({ priority }) => priority !== first.priority)
    if (uneven !== undefined) {
      const message = `members of sync group ${name} have different priorities, ${first.priority} and ${uneven.priority}: where the other router is higher for some of them only, neither preempts the other`
      remark(report, 'uneven-group', span, message, {
        related: [first, uneven].map((one) => ({
          span: placeFor(subject, one, priorityKeyword),
          message: `${one.name}: ${one.priority}`,
        })),
      })
    }
    const different = others.find(({ preempt }) => preempt !== first.preempt)
    if (different !== undefined) {
      const [holding, preempting] = first.preempt ? [different, first] : [first, different]
      const message = `in sync group ${name} ${holding.name} has nopreempt and ${preempting.name} preempts, which takes both along`
      remark(report, 'uneven-group', span, message, {
        related: [{ span: placeFor(subject, holding, nopreempt), message: 'nopreempt is here' }],
      })
    }
  }
}
