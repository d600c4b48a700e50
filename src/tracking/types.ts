/** The ports through which this folder waits; the daemon brings the real ones, tests their own. */

import type { Clock, Duration } from '../base/time.ts'

export interface Timers {
  /** Calls back once, not before `delay` has passed; the returned function cancels. */
  after(delay: Duration, callback: () => void): () => void
}

export interface TrackingPorts {
  readonly timers: Timers
  readonly clock: Clock
}
