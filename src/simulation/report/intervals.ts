/** Who had an address when, as intervals of time: sorted, disjoint, never empty, within the simulation. Pure. */

import { microseconds, minus, plus, seconds, type Duration } from '../../base/time.ts'
import type { ObservedAddress } from './observed.ts'

/** From `from` on, up to `to`, which is not part of it; seconds. `to` is null while it lasts at the end. */
export interface Interval {
  readonly from: number
  readonly to: number | null
}

export interface Held extends Interval {
  readonly host: string
}

/** A time in which an address had the same hosts, or none. */
export interface Tenure extends Interval {
  /** Who had it first stands first. */
  readonly hosts: readonly string[]
}

/** How long, and for one that lasts: up to `until`. */
export const lengthOf = ({ from, to }: Interval, until: number): Duration =>
  minus(seconds(to ?? until), seconds(from))

export const totalLength = (intervals: readonly Interval[], until: number): Duration =>
  intervals.reduce((sum, each) => plus(sum, lengthOf(each, until)), microseconds(0))

export const longestLength = (intervals: readonly Interval[], until: number): Duration =>
  microseconds(Math.max(0, ...intervals.map((each) => lengthOf(each, until))))

/** Undefined where they have no time in common. */
export function overlap(one: Interval, other: Interval): Interval | undefined {
  const from = Math.max(one.from, other.from)
  const to = one.to === null ? other.to : other.to === null ? one.to : Math.min(one.to, other.to)
  return to === null || to > from ? { from, to } : undefined
}

/** Sorted, and one where one ends when or after the next begins. */
export function joined(intervals: readonly Interval[]): readonly Interval[] {
  const all: Interval[] = []
  for (const next of intervals.toSorted((a, b) => a.from - b.from)) {
    const last = all.at(-1)
    if (last && (last.to === null || last.to >= next.from))
      all[all.length - 1] = { from: last.from, to: later(last.to, next.to) }
    else all.push({ from: next.from, to: next.to })
  }
  return all
}

const later = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? null : Math.max(a, b)

/**
 * Who had an address when: by time, then in the order in which the hosts first appear.
 * What took no time, or lies outside of the simulation, is left out; what ends after its end lasts.
 */
export function tidied(held: ObservedAddress['held'], until: number): readonly Held[] {
  const clipped = held
    .map(({ host, from, to }) => ({
      host,
      from: Math.max(0, from),
      to: to !== null && to <= until ? to : null,
    }))
    .filter(({ from, to }) => from < until && (to === null || to > from))
  return [...new Set(held.map(({ host }) => host))]
    .flatMap((host) =>
      joined(clipped.filter((each) => each.host === host)).map((each) => ({ host, ...each })),
    )
    .toSorted((a, b) => a.from - b.from)
}

/**
 * One after the other, from when somebody had the address or it was wanted; nobody's time before that is no tenure.
 *
 * @param held as `tidied` gives it
 */
export function tenuresOf(held: readonly Held[], wantedFrom: number, until: number): readonly Tenure[] {
  const changes = held
    .flatMap(({ host, from, to }) => [
      { at: from, host, has: true },
      ...(to === null ? [] : [{ at: to, host, has: false }]),
    ])
    .toSorted((a, b) => a.at - b.at)
  const tenures: Tenure[] = []
  const holders = new Set<string>()
  let since = 0
  const close = (to: number | null): void => {
    const from = holders.size === 0 ? Math.max(since, wantedFrom) : since
    if (from < (to ?? until)) tenures.push({ hosts: [...holders], from, to })
  }
  for (const { at, host, has } of changes) {
    close(at)
    since = at
    if (has) holders.add(host)
    else holders.delete(host)
  }
  close(null)
  return tenures
}

/** When nobody had it. */
export const unservedOf = (tenures: readonly Tenure[]): readonly Interval[] =>
  joined(tenures.filter(({ hosts }) => hosts.length === 0))

/** When two or more had it at once, whoever they were. */
export const doubledOf = (tenures: readonly Tenure[]): readonly Interval[] =>
  joined(tenures.filter(({ hosts }) => hosts.length > 1))
