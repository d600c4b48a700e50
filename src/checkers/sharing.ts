/**
 * Which checks are the same question: asked once, they have one answer for all that want it. One server behind a
 * thousand services is asked once a period, where keepalived asks a thousand times.
 *
 * A program is the operator's: how often it runs is part of what was asked for, and it runs for each checker.
 */

import type { Check } from './types.ts'

export interface Wanted {
  readonly check: Check
  /** Rests and wakes as one (ha_suspend: the virtual server's address); '' never rests. */
  readonly scope: string
  /** What is known, or assumed, of the server until something else is: down with alpha. */
  readonly initial: 'up' | 'down'
}

/**
 * Equal for checks that can be one. How much is logged does not matter to the question.
 *
 * @param id of the checker, for those that are never shared
 */
export function sharingKey(id: string, { check, scope }: Wanted): string {
  if (check.kind === 'file' || check.kind === 'misc') return JSON.stringify([scope, check, id])
  return JSON.stringify([scope, { ...check, logAllFailures: false }])
}

/** When it is asked, and how loudly: not what is asked of whom. */
const NOT_ASKED: ReadonlySet<string> = new Set([
  'timing',
  'alpha',
  'logAllFailures',
  'fastRecovery',
  // MISC_CHECK's; connect_timeout is part of the question, as it is to keepalived.
  'timeout',
])

/**
 * Equal for checks that ask the same of the same: their type, what of the connection and the URLs is said, a program with
 * its user and what its exit codes mean, a file with its weight.
 *
 * Measured, 2.2.7, a reload with a server that is down: a checker is another one with another connect_timeout, bindto,
 * status_code, virtualhost, digest, misc_dynamic or words of misc_path; it is the same one with other delays, retry,
 * warmup, misc_timeout, fast_recovery, log_all_failures or alpha. With another user, http_protocol or enable_sni it is
 * the same one there, and not here: what it found was the answer to another question.
 */
export const questionOf = (check: Check): string =>
  JSON.stringify(check, (name, value: unknown) => (NOT_ASKED.has(name) ? undefined : value))
