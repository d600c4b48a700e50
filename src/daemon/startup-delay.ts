/** `vrrp_startup_delay`: once, at the start; a reload neither begins nor ends it (measured with keepalived 2.2.7). */

import { after, toSeconds, type Duration, type Instant } from '../base/time.ts'
import type { Timers } from '../scripts/types.ts'

/** @returns until when nothing that arrives counts, from `now` on; undefined: there is no delay */
export const deafUntil = (delay: Duration, now: Instant): Instant | undefined =>
  delay === 0 ? undefined : after(now, delay)

export function sayStartupDelay(delay: Duration, timers: Timers, say: (text: string) => void): void {
  if (delay === 0) return
  say(`Delaying startup for ${toSeconds(delay)} seconds`)
  timers.after(delay, () => {
    say('Delayed start completed')
  })
}
