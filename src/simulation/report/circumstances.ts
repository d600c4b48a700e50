/** What befell hosts and instances in a story, by its words and the files: never by what a daemon says of itself. Pure. */

import { joined, overlap, type Interval } from './intervals.ts'

/** Times are seconds since the beginning. */
export interface Circumstances {
  readonly instances: readonly InstanceCircumstances[]
  /** When not every packet between two hosts passes: a link is down, they are parted, or some are lost. */
  readonly apart: readonly Apart[]
  /** When something explains that an address moves: what befell anybody, and for how long. */
  readonly troubles: readonly { readonly from: number; readonly to: number | null }[]
  /** Checks that failed for less than two of their runs, in order of time. These explain nothing. */
  readonly blips: readonly { readonly what: string; readonly from: number }[]
}

export interface Apart extends Interval {
  readonly lan: string
  readonly hosts: readonly [string, string]
}

/** One vrrp_instance on one host. Intervals are in any order and may overlap. */
export interface InstanceCircumstances {
  readonly host: string
  readonly instance: string
  /** Where its adverts go. */
  readonly lan: string
  /** As configured. */
  readonly priority: number
  readonly masterDownInterval: number
  readonly preemptDelay: number
  /** `cleared`: it is written, and `state MASTER` or priority 255 take it back. */
  readonly nopreempt: 'kept' | 'cleared' | undefined
  /** How long it takes at most until what befalls it, or is over, counts: checks, delays of links and processes. */
  readonly findingTime: number
  /** The daemon does not run, is held up, or waits for vrrp_startup_delay. */
  readonly absent: readonly Interval[]
  /** What means FAULT, of its own or of a member of its sync group. */
  readonly faults: readonly Reason[]
  /** What lowers its priority, files aside: their numbers mean what the operator wants. */
  readonly ailments: readonly Ailment[]
  /** Links that it needs up only because track_interface says so, and when they are down. */
  readonly trackedLinks: readonly { readonly link: string; readonly down: readonly Interval[] }[]
}

export interface Reason extends Interval {
  /** `chk_nginx fails`, `eth1 is down`, `drained` */
  readonly what: string
  /** The link that is down. */
  readonly link?: string
}

export interface Ailment extends Interval {
  readonly what: string
  /** What the priority is less by. */
  readonly less: number
}

/** Where both are. */
export const common = (some: readonly Interval[], others: readonly Interval[]): readonly Interval[] =>
  joined(some.flatMap((one) => others.flatMap((other) => overlap(one, other) ?? [])))

/** Where none of the others is. */
export const without = (some: readonly Interval[], others: readonly Interval[]): readonly Interval[] => {
  const gaps: Interval[] = []
  let from = 0
  for (const { from: end, to } of joined(others)) {
    if (end > from) gaps.push({ from, to: end })
    if (to === null) return common(some, gaps)
    from = Math.max(from, to)
  }
  return common(some, [...gaps, { from, to: null }])
}

/** With so much at their ends. */
export const prolonged = (intervals: readonly Interval[], by: number): readonly Interval[] =>
  intervals.map(({ from, to }) => ({ from, to: to === null ? null : to + by }))

/** Without so much of their beginnings. */
export const delayed = (intervals: readonly Interval[], by: number): readonly Interval[] =>
  intervals.flatMap(({ from, to }) => (to !== null && to <= from + by ? [] : [{ from: from + by, to }]))

/** When two instances' hosts do not hear all that the other says. */
export function apartTimes(
  { apart }: Circumstances,
  one: InstanceCircumstances,
  other: InstanceCircumstances,
): readonly Interval[] {
  const lans = [one.lan, other.lan]
  return apart.filter(
    ({ hosts, lan }) => lans.includes(lan) && hosts.includes(one.host) && hosts.includes(other.host),
  )
}
