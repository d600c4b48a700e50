/** Whether the same instances move together, to a router they agree on. */

import type { Report } from '../../diagnostics/diagnostics.ts'
import type { SyncGroup } from '../../model.ts'
import { groupOf } from '../lint/context.ts'
import { type Pair, placeThere, sayAt, type Side } from './pair.ts'

export function compareGroups(
  pairs: readonly Pair[],
  [here, there]: readonly [Side, Side],
  report: Report,
): void {
  const compared = new Set<SyncGroup>()
  const byOurs = new Map(pairs.map((pair) => [pair.ours.name, pair]))
  for (const { ours, theirs } of pairs) {
    const [group, other] = [groupOf(here.subject, ours), groupOf(there.subject, theirs)]
    if ((group === undefined) !== (other === undefined)) {
      const [where, name] = group === undefined ? ['there', other?.name] : ['here', group.name]
      const message = `${ours.name} is in sync group ${name ?? ''} ${where} and in none on the other router: it moves alone there`
      const related = [placeThere(there, other?.span ?? theirs.span)]
      sayAt(report, 'warning', 'peer-group', group?.span ?? ours.span, message, related)
    }
    if (group === undefined || other === undefined || compared.has(group)) continue
    compared.add(group)
    compareMembers(group, other, byOurs, there, report)
  }
}

function compareMembers(
  group: SyncGroup,
  other: SyncGroup,
  byOurs: ReadonlyMap<string, Pair>,
  there: Side,
  report: Report,
): void {
  const related = [placeThere(there, other.span)]
  const pairs = group.members.map((name) => byOurs.get(name)).filter((pair) => pair !== undefined)
  const strayed = pairs.filter(({ theirs }) => !other.members.includes(theirs.name))
  const missing = other.members.filter((name) => !pairs.some(({ theirs }) => theirs.name === name))
  const [first] = strayed
  if (first !== undefined || missing.length > 0) {
    const names = [...strayed.map(({ ours }) => ours.name), ...missing].join(', ')
    const message = `sync group ${group.name} here and ${other.name} there have different members (${names}): what moves together on one router moves apart on the other`
    sayAt(report, 'warning', 'peer-group', group.span, message, related)
  }
  const higher = pairs.find(({ ours, theirs }) => ours.priority > theirs.priority)
  const lower = pairs.find(({ ours, theirs }) => ours.priority < theirs.priority)
  if (higher === undefined || lower === undefined) return
  const message = `in sync group ${group.name} ${higher.ours.name} has the higher priority here (${higher.ours.priority} to ${higher.theirs.priority}) and ${lower.ours.name} there (${lower.theirs.priority} to ${lower.ours.priority}): neither router preempts the other, and where both are MASTER both step down`
  sayAt(report, 'warning', 'peer-group', group.span, message, related)
}
