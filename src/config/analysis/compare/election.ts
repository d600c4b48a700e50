/** Which of the two becomes MASTER, and what was meant to change that. */

import { formatIp } from '../../../base/address.ts'
import { nopreempt, preemptDelay, priority } from '../../blocks/vrrp-instance/election.ts'
import type { VrrpInstance } from '../../model.ts'
import { placeFor } from '../lint/context.ts'
import { HIGHEST, LOWEST, OWNER, priorityRange, weightedTrackers } from '../lint/weights.ts'
import type { Pair, PairReport, Side } from './pair.ts'

export function compareElection(pair: Pair, sides: readonly [Side, Side], report: PairReport): void {
  const { ours, theirs } = pair
  if (ours.priority === OWNER && theirs.priority === OWNER) {
    const message =
      'both have priority 255, that of the owner of the addresses: there can be one only, and both become MASTER'
    report.say('error', 'peer-priority', priority, message)
  } else if (ours.priority === theirs.priority) {
    report.say('warning', 'peer-priority', priority, equalPriorities(pair))
  } else {
    comparePreemption(pair, sides, report)
    compareWeights(pair, sides, report)
  }
}

/** RFC 3768 section 6.4.3: between two MASTERs the higher primary address wins; a BACKUP does not look. */
function equalPriorities({ ours, theirs }: Pair): string {
  const [own, other] = [ours.sourceAddress, theirs.sourceAddress]
  const higher = own === undefined || other === undefined ? undefined : own > other ? own : other
  const who = higher === undefined ? 'the higher IP address of the interface' : formatIp(higher)
  const where = higher === undefined ? '' : higher === own ? ', here,' : ', there,'
  return `both have priority ${ours.priority}: whoever is first is MASTER, and of two that start together ${who}${where} wins`
}

function comparePreemption({ ours, theirs }: Pair, sides: readonly [Side, Side], report: PairReport): void {
  const isOursLower = ours.priority < theirs.priority
  const [lower, higher] = isOursLower ? [ours, theirs] : [theirs, ours]
  const where = isOursLower ? 'here' : 'there'
  const place = (instance: VrrpInstance, keyword: typeof nopreempt | typeof preemptDelay) =>
    placeFor(sides[instance === ours ? 0 : 1].subject, instance, keyword)
  const say = (keyword: typeof nopreempt | typeof preemptDelay, message: string): void =>
    report.sayAt('note', 'peer-preempt', place(ours, keyword), place(theirs, keyword), message)
  if (!lower.preempt && higher.preempt)
    say(
      nopreempt,
      `nopreempt ${where}, where the priority is lower (${lower.priority}), keeps nobody from taking over: ${higher.priority} preempts. It belongs on both, with state BACKUP`,
    )
  if (lower.preemptDelay > 0 && higher.preemptDelay === 0)
    say(
      preemptDelay,
      `preempt_delay ${where}, where the priority is lower (${lower.priority}), delays nothing: it is ${higher.priority} that comes back and preempts`,
    )
}

/** A BACKUP accepts a MASTER of equal priority: only below it there is a change. */
function compareWeights({ ours, theirs }: Pair, sides: readonly [Side, Side], report: PairReport): void {
  const isOursHigher = ours.priority > theirs.priority
  const [higher, lower] = isOursHigher ? [ours, theirs] : [theirs, ours]
  const [high, low] = isOursHigher ? sides : [sides[1], sides[0]]
  const [tracker] = weightedTrackers(higher, high.subject)
  if (tracker === undefined || higher.priority === OWNER) return
  const least = Math.max(LOWEST, priorityRange(higher, high.subject).least)
  const most = Math.min(HIGHEST, priorityRange(lower, low.subject).most)
  if (least < most) return
  const where = isOursHigher ? 'here' : 'there'
  const other = placeFor(low.subject, lower, priority)
  const message = `even when all trackers with weights fail ${where}, priority ${least} is not below the ${most} of the other router: nothing moves`
  if (isOursHigher) report.sayAt('warning', 'peer-weight', tracker.span, other, message)
  else report.sayAt('warning', 'peer-weight', other, tracker.span, message)
}
