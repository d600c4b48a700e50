/**
 * Base priority plus tracked weights (keepalived.conf(5), "weight"): a positive
 * weight is added while the tracked thing is up, a negative one is subtracted
 * while it is down, `reverse` turns the sign of what is contributed. Weight 0
 * does not count here: its failure is a Fault.
 */

import type { Tracker, Verdict, VirtualRouter } from './state.ts'

export interface Contribution {
  readonly tracker: Tracker
  /** What is added to the base priority; zero without influence. */
  readonly weight: number
}

export const OWNER_PRIORITY = 255

/** `pending` and `disabled` count neither as up nor as down: both a gain and a loss take a result. */
export function contribution(tracker: Tracker, verdict: Verdict): number {
  if (tracker.weight === 0) return 0
  const counts = tracker.weight > 0 ? verdict === 'up' : verdict === 'down'
  if (!counts) return 0
  return tracker.reverse ? -tracker.weight : tracker.weight
}

/**
 * The sum is clamped to 1..254 only at the end: +300 and -100 together leave
 * 254, and losing the +300 later still shows (measured). An owner's 255 is
 * never altered (RFC 3768 section 5.3.4).
 */
export function effectivePriority(base: number, contributions: readonly Contribution[]): number {
  if (base === OWNER_PRIORITY) return OWNER_PRIORITY
  const sum = contributions.reduce((total, { weight }) => total + weight, base)
  return Math.min(254, Math.max(1, sum))
}

/** Whether a weight-0 tracker with this verdict keeps its router in Fault. */
export const isFaulty = (tracker: Tracker, verdict: Verdict): boolean =>
  tracker.weight === 0 && verdict === (tracker.reverse ? 'up' : 'down')

export const contributionsOf = (
  router: VirtualRouter,
  verdictOf: (tracker: Tracker) => Verdict,
): readonly Contribution[] =>
  router.trackers.map((tracker) => ({ tracker, weight: contribution(tracker, verdictOf(tracker)) }))
