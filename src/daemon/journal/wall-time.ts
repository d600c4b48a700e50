/** Instants of the monotonic clock as times of the wall clock: the only place where the two meet. */

import { between, toMilliseconds, type Instant } from '../../base/time.ts'

/** Both clocks at the same moment. */
export interface WallReading {
  readonly now: Instant
  /** Milliseconds since the epoch. */
  readonly wallNowMs: number
}

/** ISO 8601 in UTC, with milliseconds. */
export const isoOf = (at: Instant, { now, wallNowMs }: WallReading): string =>
  new Date(wallNowMs - toMilliseconds(between(at, now))).toISOString()
