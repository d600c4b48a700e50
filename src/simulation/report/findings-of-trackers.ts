/** Where what is tracked does not lead to what was meant by it. findings.ts says what each kind is. Pure. */

import { printable } from '../../base/printable.ts'
import { seconds, toSeconds } from '../../base/time.ts'
import type { Alike } from './alike.ts'
import { patienceFor } from './bounds.ts'
import {
  apartTimes,
  common,
  delayed,
  prolonged,
  without,
  type InstanceCircumstances,
} from './circumstances.ts'
import { lengthOf, overlap, type Interval } from './intervals.ts'
import type { Lane } from './lanes.ts'
import type { Observed } from './observed.ts'
import { formatSpan, lasting, listed, worst } from './words.ts'

/** @param cases of the instances that have these addresses */
export function keptWhileFailing(
  alike: Alike,
  cases: readonly InstanceCircumstances[],
  lanes: readonly Lane[],
  { until, circumstances }: Observed,
): { readonly text: string } | undefined {
  if (circumstances === undefined) return undefined
  const found = cases.flatMap((holder) => {
    const alone = alike.tenures.filter(({ hosts }) => hosts.length === 1 && hosts[0] === holder.host)
    const kept = common(alone, delayed(holder.ailments, holder.findingTime))
    if (kept.length === 0) return []
    return cases.flatMap((other) => {
      if (other.host === holder.host) return []
      const ready = common(kept, readyTimes(other, lanes))
      const patience = toSeconds(patienceFor(alike)) + other.preemptDelay
      return without(ready, apartTimes(circumstances, holder, other))
        .filter((each) => lengthOf(each, until) > seconds(patience))
        .map((stretch) => ({ holder, other, stretch }))
    })
  })
  const [one] = worst(found, ({ stretch }) => lengthOf(stretch, until))
  if (one === undefined) return undefined
  const { holder, other, stretch } = one
  const ill = holder.ailments.filter((each) => overlap(each, stretch) !== undefined)
  const less = [...new Map(ill.map(({ what, less: each }) => [what, each])).values()].reduce(
    (sum, each) => sum + each,
    0,
  )
  const why =
    other.nopreempt === 'kept'
      ? 'which has nopreempt and leaves a MASTER of lower priority alone'
      : `whose priority is ${other.priority}`
  return {
    text: `kept by ${printable(holder.host)} for ${lasting(stretch, until)}, though ${listed([...new Set(ill.map(({ what }) => what))])} there, which takes ${less} from its priority of ${holder.priority}; nothing was wrong with ${printable(other.host)}, ${why}`,
  }
}

/** When it was in BACKUP and nothing was wrong with it, nor had been for as long as it takes to find out. */
function readyTimes(own: InstanceCircumstances, lanes: readonly Lane[]): readonly Interval[] {
  const lane = lanes.find(({ host, instance }) => host === own.host && instance === own.instance)
  const waiting = lane?.spans.filter(({ state }) => state === 'BACKUP') ?? []
  const wrong = prolonged([...own.faults, ...own.ailments], own.findingTime)
  return without(waiting, [...wrong, ...own.absent])
}

/** @param cases of the instances that have these addresses */
export function lostTogether(
  { unserved, masterDownInterval }: Alike,
  cases: readonly InstanceCircumstances[],
  { until }: Observed,
): { readonly text: string } | undefined {
  const [first, ...others] = cases
  if (first === undefined || others.every(({ host }) => host === first.host)) return undefined
  const found = first.trackedLinks.flatMap(({ link }) => {
    const lost = cases.reduce<readonly Interval[]>((times, one) => {
      const down = one.trackedLinks.find((each) => each.link === link)?.down ?? []
      const otherwise = one.faults.filter((fault) => fault.link !== link)
      return without(common(times, down), [...otherwise, ...one.absent])
    }, unserved)
    return lost
      .filter((each) => lengthOf(each, until) > patienceFor({ masterDownInterval }))
      .map((gap) => ({ link, gap }))
  })
  const [one] = worst(found, ({ gap }) => lengthOf(gap, until))
  if (one === undefined) return undefined
  const { link, gap } = one
  const hosts = listed([...new Set(cases.map(({ host }) => host))])
  const after = formatSpan(seconds(masterDownInterval))
  return {
    text: `unserved for ${lasting(gap, until)}, because ${printable(link)} was down on ${hosts} at once and track_interface without a weight put all into FAULT; nothing else was wrong, Master_Down_Interval is ${after}`,
  }
}
