/** The monotonic clock. */

import { instant, type Clock } from '../base/time.ts'
import { native } from './native.ts'

/** CLOCK_MONOTONIC: it counts through a stopped process but not through a suspended machine. */
export const systemClock: Clock = { now: () => instant(native().now()) }
