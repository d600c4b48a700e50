/** How the report's texts say times, names and lists. Pure. */

import { printable } from '../../base/printable.ts'
import { seconds, toMilliseconds, toSeconds, type Duration } from '../../base/time.ts'
import type { Alike } from './alike.ts'
import { lengthOf, longestLength, totalLength, type Interval } from './intervals.ts'

/** A moment to the millisecond, `13.612`. */
export const formatTime = (time: number): string => time.toFixed(3)

/** How long: `0.3 ms`, `350 ms`, `4.1 s`, `72.0 s`. */
export function formatSpan(span: Duration): string {
  const ms = toMilliseconds(span)
  if (ms < 1) return `${ms < 0.1 ? '< 0.1' : ms.toFixed(1)} ms`
  if (Math.round(ms) < 1_000) return `${Math.round(ms)} ms`
  return `${toSeconds(span).toFixed(1)} s`
}

/** `a`, `a and b`, `a, b and c` */
export function listed(names: readonly string[]): string {
  const all = names.map(printable)
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1) ?? ''}`
}

/** The first of them, and how many more: `VI_1, VI_2, VI_3 and 17 more`. */
export function abridged(names: readonly string[], most: number): string {
  if (names.length <= most) return listed(names)
  return `${names.slice(0, most).map(printable).join(', ')} and ${names.length - most} more`
}

/** `10.0.0.9/24 and 3 more of VI_1` */
export function alikeWords({ addresses, instances }: Pick<Alike, 'addresses' | 'instances'>): string {
  const of = instances.length === 0 ? '' : ` of ${abridged(instances, 3)}`
  return abridged(addresses, addresses.length === 2 ? 2 : 1) + of
}

/** `4.1 s unserved, 3.6 s is Master_Down_Interval` */
export function unservedWords({ unserved, masterDownInterval }: Alike, until: number): string {
  if (unserved.length === 0) return 'never unserved'
  return `${howLong(unserved, until, 'unserved')}, ${formatSpan(seconds(masterDownInterval))} is Master_Down_Interval`
}

/** `12 ms on two hosts at once` */
export const doubledWords = ({ doubled }: Alike, until: number): string =>
  doubled.length === 0 ? 'never on two hosts at once' : howLong(doubled, until, 'on two hosts at once')

/** `4.1 s unserved`; `7.2 s unserved in all, 3.6 s at most (2 times)` */
function howLong(intervals: readonly Interval[], until: number, what: string): string {
  const total = `${formatSpan(totalLength(intervals, until))} ${what}`
  if (intervals.length === 1) return total
  return `${total} in all, ${formatSpan(longestLength(intervals, until))} at most (${intervals.length} times)`
}

export const spanWords = (interval: Interval, until: number): string => formatSpan(lengthOf(interval, until))

/** `8.2 s from 10.000 s on` */
export const lasting = (interval: Interval, until: number): string =>
  `${formatSpan(lengthOf(interval, until))} from ${formatTime(interval.from)} s ${interval.to === null ? 'to the end' : 'on'}`

/** The first of the largest, or none. */
export function worst<T>(all: readonly T[], size: (each: T) => number): readonly T[] {
  const largest = Math.max(...all.map(size))
  return all.filter((each) => size(each) === largest).slice(0, 1)
}
