/** The intervals of RFC 3768 section 6.1, as keepalived computes them (measured with 2.2.7), and when the next is over. */

import { between, earliest, microseconds, plus, times, type Duration, type Instant } from '../../base/time.ts'
import type { State } from './state.ts'

/**
 * Skew_Time = (256 - priority) / 256 seconds. In VRRPv2 it does not depend on
 * the Advertisement_Interval.
 *
 * @param priority the effective priority, 1..255
 */
export const skewTime = (priority: number): Duration => microseconds(((256 - priority) * 1_000_000) / 256)

/**
 * Master_Down_Interval = 3 x Advertisement_Interval + Skew_Time; the 3 is
 * keepalived's `down_timer_adverts`.
 */
export const masterDownInterval = (
  router: { readonly advertInterval: Duration; readonly downTimerAdverts: number },
  priority: number,
): Duration => plus(times(router.advertInterval, router.downTimerAdverts), skewTime(priority))

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
