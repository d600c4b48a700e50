/** How late the event loop runs: measured by Node's own histogram, so that measuring costs nothing in JavaScript. */

import { monitorEventLoopDelay } from 'node:perf_hooks'

/** Ten wake-ups a second are enough to see what is late, and few enough not to be seen themselves. */
const RESOLUTION_MS = 100

export interface LoopLag {
  /** Milliseconds beyond the timer's own resolution: the worst and the 99th percentile since the last reset. */
  read(): { readonly maxMs: number; readonly p99Ms: number }
  reset(): void
  stop(): void
}

export function measureLoopLag(): LoopLag {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  histogram.enable()
  const beyond = (nanoseconds: number): number =>
    Math.max(0, Math.round((nanoseconds / 1e6 - RESOLUTION_MS) * 1000) / 1000)
  return {
    read: () => ({ maxMs: beyond(histogram.max), p99Ms: beyond(histogram.percentile(99)) }),
    reset: () => {
      histogram.reset()
    },
    stop: () => {
      histogram.disable()
    },
  }
}
