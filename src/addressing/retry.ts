/**
 * When to set anew what should be in the kernel and is not: at once, but no item more than once a
 * second, so that two programs that disagree do not fight at full speed; and what the kernel refuses,
 * or takes and does not show, ever less often, or when something about links or addresses changes.
 * Also how often any of that is worth a line. Pure.
 */

import { after, milliseconds, seconds, times, type Duration, type Instant } from '../base/time.ts'
import type { Outcome } from '../netlink/types.ts'

const PAUSE = seconds(1)
const LONGEST_PAUSE = seconds(60)
/** After a change that may help; those come in crowds. */
const AFTER_CHANGE = milliseconds(100)

/** Of one item. */
export interface Retry {
  /** It has been in the kernel: setting it now is putting it back. */
  readonly wasThere: boolean
  /** How often it has been put back. */
  readonly restored: number
  readonly triedAt: Instant | undefined
  /** The next attempt. */
  readonly notBefore: Instant
  /** Between the next attempt and the one after it. */
  readonly pause: Duration
  /** The last refusal's code, which has been told. */
  readonly refusal: string | undefined
}

/** Of an item that is to be set now. */
export const beginning = (now: Instant): Retry => ({
  wasThere: false,
  restored: 0,
  triedAt: undefined,
  notBefore: now,
  pause: PAUSE,
  refusal: undefined,
})

/** It is known to have been in the kernel, whatever it is now. */
export const wasSeen = (retry: Retry): Retry => ({ ...retry, wasThere: true })

/** It is in the kernel. */
export const isSeen = (retry: Retry): Retry => ({
  ...retry,
  wasThere: true,
  refusal: undefined,
  pause: PAUSE,
})

/** What an attempt comes to, and what is new about that: each reason for a refusal once in a row. */
export interface Tried {
  readonly retry: Retry
  readonly news: 'restored' | 'refused' | undefined
}

/** It has been tried just now. */
export function tried(before: Retry, outcome: Outcome, now: Instant): Tried {
  const retry: Retry = { ...before, triedAt: now, notBefore: after(now, before.pause) }
  if (outcome === undefined && before.wasThere)
    return { retry: { ...retry, restored: before.restored + 1, refusal: undefined }, news: 'restored' }
  // What is accepted and never seen is told in other words than ours: it is there.
  return {
    retry: { ...retry, pause: longer(before.pause), refusal: outcome?.code },
    news: outcome !== undefined && outcome.code !== before.refusal ? 'refused' : undefined,
  }
}

function longer(pause: Duration): Duration {
  const doubled = times(pause, 2)
  return doubled < LONGEST_PAUSE ? doubled : LONGEST_PAUSE
}

/** Links or addresses have changed: what was refused may be accepted now. */
export function reconsidered(retry: Retry): Retry {
  if (retry.refusal === undefined || retry.triedAt === undefined) return retry
  const soon = after(retry.triedAt, AFTER_CHANGE)
  return { ...retry, pause: PAUSE, notBefore: retry.notBefore < soon ? retry.notBefore : soon }
}

/**
 * In the log that it has been put back. That happens at most once a second, so this is at most once a minute. Counted in
 * times and not measured like what base/repeat-limiter.ts limits: what is put back once an hour is told once in sixty
 * hours, and the keeper has no other use for when it last spoke.
 *
 * @param count how often by now
 * @returns what to add to the line; undefined: no line
 */
export function timesToTell(count: number): string | undefined {
  if (count % 60 !== 1) return undefined
  return count === 1 ? '' : ` (${count} times)`
}
