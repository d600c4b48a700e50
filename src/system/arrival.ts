/**
 * How long ago the kernel received a datagram. It stamps them by the wall
 * clock (SO_TIMESTAMPNS knows no other), which may be stepped in between, so
 * the difference to now is only an estimate. Two facts bound it: a datagram
 * that was not there when the queue was last seen empty is younger than that
 * moment, and of two in a queue the first is the older one.
 */

import { microseconds, type Duration } from '../base/time.ts'

/**
 * @param estimates microseconds by the wall clock, in order of arrival; NaN: not stamped
 * @param sinceEmpty by the monotonic clock, since the queue was last seen empty
 */
export function boundAges(estimates: readonly number[], sinceEmpty: Duration): Duration[] {
  const ages = new Array<Duration>(estimates.length)
  let youngest = 0
  for (let index = estimates.length - 1; index >= 0; index--) {
    const estimate = estimates[index] ?? Number.NaN
    if (estimate > youngest) youngest = Math.min(estimate, Math.max(0, sinceEmpty))
    ages[index] = microseconds(youngest)
  }
  return ages
}
