/** Where an instance does not do as its configuration says. findings.ts says what each kind is. Pure. */

import { printable } from '../../base/printable.ts'
import { patienceFor } from './bounds.ts'
import {
  apartTimes,
  common,
  prolonged,
  without,
  type Circumstances,
  type InstanceCircumstances,
} from './circumstances.ts'
import type { Finding } from './findings.ts'
import { lengthOf } from './intervals.ts'
import type { Lane, StateSpan } from './lanes.ts'
import type { Observed } from './observed.ts'
import { abridged, formatTime, lasting, worst } from './words.ts'

/** What has been found of one instance; those of one host of which the same is said are told together. */
interface Found {
  readonly kind: 'stuck' | 'nopreempt'
  readonly host: string
  readonly instance: string
  readonly says: (instances: string) => string
}

export function instanceFindings(observed: Observed, lanes: readonly Lane[]): readonly Finding[] {
  const { circumstances } = observed
  if (circumstances === undefined) return []
  const found = circumstances.instances.flatMap((own): Found[] => {
    const lane = lanes.find(({ host, instance }) => host === own.host && instance === own.instance)
    if (lane === undefined) return []
    const said = {
      stuck: stuck(own, lane, observed),
      nopreempt: preempting(own, lane, lanes, observed, circumstances),
    }
    return (['stuck', 'nopreempt'] as const).flatMap((kind) => {
      const says = said[kind]
      return says === undefined ? [] : [{ kind, host: own.host, instance: own.instance, says }]
    })
  })
  return folded(found)
}

function folded(found: readonly Found[]): readonly Finding[] {
  const alike = new Map<string, Found[]>()
  for (const one of found) {
    const key = JSON.stringify([one.kind, one.host, one.says('')])
    const same = alike.get(key)
    if (same) same.push(one)
    else alike.set(key, [one])
  }
  return [...alike.values()].flatMap((same) => {
    const [first] = same
    if (first === undefined) return []
    const instances = same.map(({ instance }) => instance)
    const who = `${abridged(instances, 3)} on ${printable(first.host)}`
    return [{ kind: first.kind, addresses: [], instances, text: first.says(who) }]
  })
}

function stuck(own: InstanceCircumstances, { spans }: Lane, { until }: Observed): Found['says'] | undefined {
  const reasons = prolonged([...own.faults, ...own.absent, { from: 0, to: 0 }], own.findingTime)
  const found = spans
    .filter(({ state }) => state === 'FAULT' || state === 'INIT')
    .flatMap((span) => without([span], reasons).map((time) => ({ span, time })))
    .filter(({ time }) => lengthOf(time, until) > patienceFor(own))
  const [one] = worst(found, ({ time }) => lengthOf(time, until))
  if (one === undefined) return undefined
  const { state, because } = one.span
  const why = because === '' ? '' : ` (${printable(because)})`
  const times = lasting(one.time, until)
  return (who) =>
    `${who}: in ${state}${why} for ${times} without a reason: nothing is wrong with what it depends on`
}

/** How late a packet and who reads it may be. */
const SLACK = 0.1

function preempting(
  own: InstanceCircumstances,
  lane: Lane,
  lanes: readonly Lane[],
  observed: Observed,
  circumstances: Circumstances,
): Found['says'] | undefined {
  if (own.nopreempt === undefined) return undefined
  const shared = namesShared(own.instance, observed)
  const others = circumstances.instances.filter(
    (each) => each.host !== own.host && shared.includes(each.instance),
  )
  for (const [index, span] of lane.spans.entries()) {
    if (span.state !== 'MASTER' || lane.spans[index - 1]?.state !== 'BACKUP') continue
    const before = { from: span.from - own.masterDownInterval - SLACK, to: span.from }
    const gaveUp = lanes.some(
      (each) => each.host !== own.host && shared.includes(each.instance) && leaves(each.spans, before),
    )
    if (before.from < 0 || gaveUp || common([before], own.absent).length > 0) continue
    const master = others.find((other) => {
      const spans = lanes.find(
        ({ host, instance }) => host === other.host && instance === other.instance,
      )?.spans
      const was = spans?.filter(({ state }) => state === 'MASTER') ?? []
      const heard = without(was, [...other.absent, ...apartTimes(circumstances, own, other)])
      return common([before], heard).some(({ from, to }) => from === before.from && to === before.to)
    })
    if (master === undefined) continue
    const spite =
      own.nopreempt === 'kept'
        ? 'in spite of nopreempt'
        : 'although nopreempt is written: state MASTER takes it back'
    const from = `${printable(master.host)}, which was MASTER and in reach all the while before`
    const at = formatTime(span.from)
    return (who) => `${who}: took over at ${at} s from ${from}, ${spite}`
  }
  return undefined
}

/** An advert of priority 0 lets others take over sooner. */
const leaves = (
  spans: readonly StateSpan[],
  before: { readonly from: number; readonly to: number },
): boolean =>
  spans.some(({ state, to }) => state === 'MASTER' && to !== null && to >= before.from && to <= before.to)

/** Names of instances that serve the same addresses, on whatever host. */
const namesShared = (instance: string, { addresses }: Observed): readonly string[] => [
  instance,
  ...addresses.filter(({ instances }) => instances.includes(instance)).flatMap(({ instances }) => instances),
]
