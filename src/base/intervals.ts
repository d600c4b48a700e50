/** The intervals that every router of VRRP computes from its own configuration, in one place for all who tell of them. */

import { microseconds, plus, seconds, times, type Duration } from './time.ts'

/** What they are computed from, beside the priority. */
export interface Intervals {
  readonly version: 2 | 3
  readonly advertInterval: Duration
  /** keepalived's `down_timer_adverts`; 3 in the RFCs. */
  readonly downTimerAdverts: number
}

/**
 * Version 2: (256 - Priority) / 256 s, whatever the interval (RFC 3768 section 6.1; keepalived 2.2.7 does so, measured).
 * Version 3: (256 - Priority) * Active_Adver_Interval / 256 (RFC 9568 section 6.1).
 *
 * @param priority the effective priority, 1..255
 * @returns whole microseconds, the rest cut off
 */
export const skewTime = (
  { version, advertInterval }: Pick<Intervals, 'version' | 'advertInterval'>,
  priority: number,
): Duration => microseconds(((256 - priority) * (version === 3 ? advertInterval : seconds(1))) / 256)

/** Master_Down_Interval, version 3's Active_Down_Interval: so many advert intervals, and Skew_Time. */
export const masterDownInterval = (intervals: Intervals, priority: number): Duration =>
  plus(times(intervals.advertInterval, intervals.downTimerAdverts), skewTime(intervals, priority))
