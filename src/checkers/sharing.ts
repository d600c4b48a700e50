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
