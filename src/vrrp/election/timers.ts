/** From when what is heard counts, and when the next deadline is. The intervals themselves: base/intervals.ts. */

import type { Intervals } from '../../base/intervals.ts'
import { between, earliest, type Duration, type Instant } from '../../base/time.ts'
import type { Advert, Backup, State, VirtualRouter } from './state.ts'

/** Of a Backup: see State. */
export type Learned = Pick<Backup, 'learnedInterval'>

/** What timers are computed from where that has been learned. */
export const learnedIntervals = (router: VirtualRouter, { learnedInterval }: Learned): Intervals => {
  if (learnedInterval === undefined) return router
  const { version, downTimerAdverts } = router
  return { version, advertInterval: learnedInterval, downTimerAdverts }
}

/** In version 3 a Backup goes by the interval of its master, whatever its own is (RFC 9568 section 6.1). */
export const intervalsOf = (router: VirtualRouter, state: State): Intervals =>
  state.kind === 'backup' ? learnedIntervals(router, state) : router

/**
 * What a Backup learns of an advert that it accepts. Nothing of 0, by which keepalived would take over at once, and again
 * with each such advert (measured).
 */
export function learn(
  { advertInterval }: VirtualRouter,
  { learnedInterval }: Learned,
  { interval }: Advert,
): Learned {
  if (interval === undefined) return {}
  if (interval === 0) return learnedInterval === undefined ? {} : { learnedInterval }
  return interval === advertInterval ? {} : { learnedInterval: interval }
}

/**
 * From when an advert counts: its arrival at the kernel, which may be before it
 * was read. One that is read a whole Advertisement_Interval late shows that we
 * did not run meanwhile; a socket buffer that ran over has kept the oldest
 * adverts, not the newest, and the master may well be alive. Such an advert
 * counts from now, as with keepalived every one does (measured).
 */
export const countsFrom = (
  router: { readonly advertInterval: Duration },
  advert: { readonly arrivedAt: Instant },
  now: Instant,
): Instant => (between(advert.arrivedAt, now) < router.advertInterval ? advert.arrivedAt : now)

/** Deadlines live in the state; this finds the next one. */
export function deadlineOf(state: State): Instant | undefined {
  switch (state.kind) {
    case 'backup':
      return state.masterDownAt
    case 'master': {
      const burstAt = earliest(state.secondBurstAt, state.lowerPrioBurstAt)
      const periodicAt = earliest(state.refreshAt, state.elsewhereAt)
      return earliest(state.nextAdvertAt, earliest(burstAt, periodicAt))
    }
    case 'initialize':
    case 'fault':
      return undefined
  }
}
