/** The intervals of RFC 3768 section 6.1, as keepalived computes them (measured with 2.2.7). */

import { microseconds, plus, times, type Duration } from '../../base/time.ts'

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
