/** The machine's own clock, timers, files and processes. */

import { instant, toMilliseconds } from '../../../src/base/time.ts'
import { trackedFiles } from '../../../src/scripts/tracking/file-content.ts'
import { processTable } from '../../../src/scripts/tracking/process-table.ts'
import type { TrackingPorts } from '../../../src/scripts/tracking/types.ts'

export const ports: TrackingPorts = {
  trackedFiles,
  processTable,
  clock: { now: () => instant(performance.now() * 1000) },
  timers: {
    after: (delay, callback) => {
      const timer = setTimeout(callback, toMilliseconds(delay))
      return () => clearTimeout(timer)
    },
  },
}
