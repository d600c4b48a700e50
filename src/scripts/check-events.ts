/** What a scheduled check has to tell, and keepalived's words for it. */

import { assertNever } from '../base/result.ts'
import type { Duration, Instant } from '../base/time.ts'
import type { ExitStatus, LaunchRefusal, Script } from './types.ts'

/**
 * - `pending`: no result yet
 * - `disabled`: cannot be run, so that it says nothing (keepalived fails open)
 */
export type Verdict = 'pending' | 'up' | 'down' | 'disabled'

/** What one run amounted to. */
export type CheckResult =
  | ExitStatus
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'not-started'; readonly refusal: LaunchRefusal }

export type CheckNote =
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'failed'; readonly result: ExitStatus | { readonly kind: 'timed-out' } }
  /** `output`: the last of what the program printed. */
  | { readonly kind: 'exit-code-changed'; readonly code: number; readonly output: string }
  /** A run was due while the previous one lived; told once until a run ends in time. */
  | { readonly kind: 'skipped'; readonly previous: 'running' | 'being timed out' }
  /** Told once per cause; says nothing about what is checked, so the verdict stays. */
  | { readonly kind: 'not-started'; readonly program: string; readonly refusal: LaunchRefusal }
  | { readonly kind: 'disabled'; readonly script: Extract<Script, { kind: 'disabled' }> }

export type CheckEvent =
  | { readonly type: 'verdict'; readonly check: string; readonly verdict: Verdict }
  | { readonly type: 'note'; readonly check: string; readonly note: CheckNote }

/** One check as `vrrpd status` shows it. */
export interface CheckReport {
  readonly name: string
  readonly verdict: Verdict
  readonly running: boolean
  readonly disabledBecause: string | undefined
  readonly lastResult: CheckResult | undefined
  readonly lastStartedAt: Instant | undefined
  /** Of the last run that ended. */
  readonly lastDuration: Duration | undefined
  readonly lastOutput: string
  readonly nextRunAt: Instant | undefined
  /** Runs that were due while the previous one lived. */
  readonly skippedRuns: number
}

export function describeCheckNote(check: string, note: CheckNote): string {
  switch (note.kind) {
    case 'succeeded':
      return `VRRP_Script(${check}) succeeded`
    case 'failed':
      return describeFailure(check, note.result)
    case 'exit-code-changed':
      return `Script \`${check}\` now returning ${note.code}${note.output === '' ? '' : `: ${note.output}`}`
    case 'skipped':
      return note.previous === 'running'
        ? `Track script ${check} is already running, expect idle - skipping run`
        : `Track script ${check} is being timed out, expect idle - skipping run`
    case 'not-started':
      return `Track script ${check} cannot be run (${note.program}): ${note.refusal.text}`
    case 'disabled':
      return `Disabling track script ${check} ${disabledBecause(note.script)}`
    default:
      return assertNever(note)
  }
}

function describeFailure(check: string, result: ExitStatus | { readonly kind: 'timed-out' }): string {
  switch (result.kind) {
    case 'exited':
      return `VRRP_Script(${check}) failed (exited with status ${result.code})`
    case 'signalled':
      return `VRRP_Script(${check}) failed (due to signal ${result.signal})`
    case 'timed-out':
      return `VRRP_Script(${check}) timed_out`
    default:
      return assertNever(result)
  }
}

function disabledBecause({ reason, text }: Extract<Script, { kind: 'disabled' }>): string {
  switch (reason) {
    case 'not-found':
    case 'inaccessible':
      return `since not found/accessible: ${text}`
    case 'insecure':
    case 'wrong-file-type':
      return `due to insecure: ${text}`
    case 'not-executable':
    case 'unknown-user':
    case 'unknown-group':
      return `- ${text}`
    default:
      return assertNever(reason)
  }
}
