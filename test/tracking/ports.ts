/** The machine's own clock and timers. */

import { instant, toMilliseconds } from '../../src/base/time.ts'
import type { TrackingPorts } from '../../src/tracking/types.ts'

export const ports: TrackingPorts = {
  clock: { now: () => instant(performance.now() * 1000) },
  timers: {
    after: (delay, callback) => {
      const timer = setTimeout(callback, toMilliseconds(delay))
      return () => clearTimeout(timer)
    },
  },
}
