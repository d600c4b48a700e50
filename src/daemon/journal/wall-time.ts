/** Instants of the monotonic clock as times of the wall clock: the only place where the two meet. */

import { between, toMilliseconds, type Instant } from '../../base/time.ts'
import type { Moment } from '../../world/subsystem.ts'

/** ISO 8601 in UTC, with milliseconds. */
export const isoOf = (at: Instant, { now, wallNowMs }: Moment): string =>
  new Date(wallNowMs - toMilliseconds(between(at, now))).toISOString()
