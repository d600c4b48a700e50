/**
 * What could be said again and again is said seldom: the first time at once, then at intervals, each time with how
 * many were left out in between. Values: who keeps them decides when all begins anew. Pure.
 */

import { before, between, type Duration, type Instant } from './time.ts'

/** Of one thing that has been said. */
export interface Repeats {
  /** The last time. */
  readonly at: Instant
  /** How many have come since, and were not said; not counted where it is said only once. */
  readonly unsaid: number
  /** How often it was said after the first time. */
  readonly times: number
}

/** It is to be said now. */
export interface Say {
  /** How many were left out since it was last said, this one not among them. */
  readonly unsaid: number
  /** Since then; undefined: it is news. */
  readonly span: Duration | undefined
}

export interface Limited {
  readonly repeats: Repeats
  /** Undefined: not now. */
  readonly say: Say | undefined
}

/**
 * It has happened, perhaps once more.
 *
 * @param known undefined: it is news
 * @param intervals at least so long between one time and the next; the last one repeats. None: it is said once
 */
export function limit(known: Repeats | undefined, now: Instant, intervals: readonly Duration[]): Limited {
  if (known === undefined)
    return { repeats: { at: now, unsaid: 0, times: 0 }, say: { unsaid: 0, span: undefined } }
  const interval = intervals[known.times] ?? intervals.at(-1)
  if (interval === undefined) return { repeats: known, say: undefined }
  const span = between(known.at, now)
  if (span < interval) return { repeats: { ...known, unsaid: known.unsaid + 1 }, say: undefined }
  return { repeats: { at: now, unsaid: 0, times: known.times + 1 }, say: { unsaid: known.unsaid, span } }
}

/** Of many things, each by a key of its own. */
export type Said = ReadonlyMap<string, Repeats>

export const NOTHING_SAID: Said = new Map()

export interface Limits {
  readonly intervals: readonly Duration[]
  /** More different things than these are not worth a line each, nor the memory to know them by: they are not said. */
  readonly most: number
  /** What was last said longer ago is forgotten, and news when it comes again; undefined: nothing is. */
  readonly forgetAfter?: Duration
}

/** The same for one of many. @returns what has been said by then, which is `said` itself when nothing has changed */
export function limitByKey(
  said: Said,
  key: string,
  now: Instant,
  { intervals, most, forgetAfter }: Limits,
): { readonly said: Said; readonly say: Say | undefined } {
  const remembered = forgetAfter === undefined ? said : saidSince(said, before(now, forgetAfter))
  const known = remembered.get(key)
  if (known === undefined && remembered.size >= most) return { said: remembered, say: undefined }
  const { repeats, say } = limit(known, now, intervals)
  return { said: repeats === known ? remembered : new Map(remembered).set(key, repeats), say }
}

function saidSince(said: Said, since: Instant): Said {
  const kept = [...said].filter(([, { at }]) => at >= since)
  return kept.length === said.size ? said : new Map(kept)
}
