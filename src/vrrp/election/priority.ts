/**
 * Base priority plus tracked weights (keepalived.conf(5), "weight"): a positive
 * weight is added while the tracked thing is up, a negative one is subtracted
 * while it is down, `reverse` turns the sign of what is contributed. Weight 0
 * does not count here: its failure is a Fault. A tracked file holds a number,
 * which is multiplied by the weight; beyond -253 the product is a Fault, too.
 */

import type { Finding, Tracker, VirtualRouter } from './state.ts'

export interface Contribution {
  readonly tracker: Tracker
  /** What is added to the base priority; zero without influence. */
  readonly weight: number
}

export const OWNER_PRIORITY = 255

/** `pending` and `disabled` count neither as up nor as down: both a gain and a loss take a result. */
export function contribution(tracker: Tracker, finding: Finding): number {
  if (tracker.weight === 0) return 0
  // What is a Fault does not lower the priority as well (measured).
  if (isFaulty(tracker, finding)) return 0
  if (typeof finding === 'number') return Math.min(MOST, product(tracker, finding))
  const counts = tracker.weight > 0 ? finding === 'up' : finding === 'down'
  if (!counts) return 0
  return tracker.reverse ? -tracker.weight : tracker.weight
}

/** What one file may add or take away. */
const MOST = 253

const product = ({ weight, reverse }: Tracker, number: number): number =>
  number * (reverse ? -weight : weight)

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

/** Whether what is known of this tracker keeps its router in Fault. */
export function isFaulty(tracker: Tracker, finding: Finding): boolean {
  if (typeof finding !== 'number')
    return tracker.weight === 0 && finding === (tracker.reverse ? 'up' : 'down')
  if (tracker.weight === 0) return (finding !== 0) !== tracker.reverse
  return product(tracker, finding) < -MOST
}

/** A router waits for a first result where that may mean Fault. */
export const isDecisive = ({ kind, weight }: Tracker): boolean => weight === 0 || kind === 'file'

export const contributionsOf = (
  router: VirtualRouter,
  findingOf: (tracker: Tracker) => Finding,
): readonly Contribution[] =>
  router.trackers.map((tracker) => ({ tracker, weight: contribution(tracker, findingOf(tracker)) }))
