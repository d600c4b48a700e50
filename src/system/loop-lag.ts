/** How late the event loop runs. */

import { monitorEventLoopDelay } from 'node:perf_hooks'

export interface LoopLag {
  /** Milliseconds beyond the timer's own resolution: the worst within the last minute, or up to two. */
  read(): { readonly maxMs: number }
  stop(): void
}

/** Ten wake-ups a second are enough to see what is late, and few enough not to be seen themselves. */
const RESOLUTION_MS = 100
const MINUTE_MS = 60_000

/** How late the event loop runs: measured by Node's own histogram, so that measuring costs nothing in JavaScript. */
export function measureLoopLag(): LoopLag {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  histogram.enable()
  const beyond = (nanoseconds: number): number =>
    Math.max(0, Math.round((nanoseconds / 1e6 - RESOLUTION_MS) * 1000) / 1000)
  let minuteBefore = 0
  const minute = setInterval(() => {
    minuteBefore = beyond(histogram.max)
    histogram.reset()
  }, MINUTE_MS)
  minute.unref()
  return {
    read: () => ({ maxMs: Math.max(minuteBefore, beyond(histogram.max)) }),
    stop: () => {
      clearInterval(minute)
      histogram.disable()
    },
  }
}
