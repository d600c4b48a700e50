/** `vrrp_startup_delay`: once, at the start; a reload neither begins nor ends it (measured with keepalived 2.2.7). */

import { after, toSeconds, type Duration, type Instant } from '../base/time.ts'
import type { ScriptPorts } from '../scripts/types.ts'

/** @returns until when nothing that arrives counts; undefined: there is no delay */
export function delayStartup(
  delay: Duration,
  { clock, timers }: Pick<ScriptPorts, 'clock' | 'timers'>,
  say: (text: string) => void,
): Instant | undefined {
  if (delay === 0) return undefined
  say(`Delaying startup for ${toSeconds(delay)} seconds`)
  timers.after(delay, () => {
    say('Delayed start completed')
  })
  return after(clock.now(), delay)
}
