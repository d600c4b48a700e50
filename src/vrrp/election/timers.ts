/** The intervals of RFC 3768 section 6.1, as keepalived computes them (measured with 2.2.7). */

import { after, microseconds, plus, times, type Duration, type Instant } from '../../base/time.ts'

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
 * A deadline counts from the advert's arrival at the kernel, not from when it
 * was read. If it has passed by then, we did not run meanwhile, and a socket
 * buffer that ran over has kept the oldest adverts, not the newest: such a one
 * says nothing about now, and the interval starts again (keepalived counts
 * from reading always).
 */
export function deadlineAfter(arrivedAt: Instant, interval: Duration, now: Instant): Instant {
  const deadline = after(arrivedAt, interval)
  return deadline > now ? deadline : after(now, interval)
}
