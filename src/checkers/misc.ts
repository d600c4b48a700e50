/**
 * MISC_CHECK: what a program's end says. It may take misc_timeout; then its process group gets SIGTERM, and two
 * seconds later SIGKILL, and the attempt is over when it has ended (measured, 2.2.7). How it ends no longer matters
 * then.
 */

import { after, seconds, type Duration, type Instant } from '../base/time.ts'
import { failure, SUCCESS, type MiscCheck, type Outcome } from './types.ts'

/** From SIGTERM to SIGKILL. */
const GRACE: Duration = seconds(2)

export type ProgramEnd =
  { readonly kind: 'exited'; readonly code: number } | { readonly kind: 'signalled'; readonly signal: number }

export interface ProgramRun {
  /** `terminated` and `killed`: it took too long, and was told so. */
  readonly phase: 'running' | 'terminated' | 'killed'
  /** When to tell it (more firmly); absent: nothing more can be done. */
  readonly deadline: Instant | undefined
}

export const programStarted = ({ timeout }: MiscCheck, now: Instant): ProgramRun => ({
  phase: 'running',
  deadline: after(now, timeout),
})

/** The deadline has come: send this to the process group, and go on with that. */
export function programOverdue(
  run: ProgramRun,
  now: Instant,
): { readonly run: ProgramRun; readonly signal: 'SIGTERM' | 'SIGKILL' } {
  return run.phase === 'running'
    ? { run: { phase: 'terminated', deadline: after(now, GRACE) }, signal: 'SIGTERM' }
    : { run: { phase: 'killed', deadline: undefined }, signal: 'SIGKILL' }
}

/**
 * Exit code 0 passes. With misc_dynamic 1 fails and 2..255 pass with weight 0..253; without it all others fail.
 * keepalived.conf(5), “MISC healthchecker”.
 */
export function programEnded({ dynamic, timeout }: MiscCheck, run: ProgramRun, end: ProgramEnd): Outcome {
  if (run.phase !== 'running') return failure({ kind: 'program-timeout', timeout })
  if (end.kind === 'signalled') return failure({ kind: 'signal', signal: end.signal })
  if (end.code === 0) return dynamic ? CONFIGURED : SUCCESS
  if (!dynamic || end.code === 1) return failure({ kind: 'exit-code', code: end.code })
  return { kind: 'success', weight: { kind: 'replace', weight: end.code - 2 } }
}

const CONFIGURED: Outcome = { kind: 'success', weight: { kind: 'configured' } }
