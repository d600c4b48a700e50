/** Instants of the monotonic clock as times of the wall clock: the only place where the two meet. */

import { between, toMilliseconds, type Instant } from '../../base/time.ts'
import type { Moment } from '../../world/subsystem.ts'

/** Milliseconds since the epoch, and parts of them. */
export const wallMsOf = (at: Instant, { now, wallNowMs }: Moment): number =>
  wallNowMs - toMilliseconds(between(at, now))

/** ISO 8601 in UTC, with milliseconds. */
export const isoOf = (at: Instant, moment: Moment): string => new Date(wallMsOf(at, moment)).toISOString()
