/** MISC_CHECK: the program, its patience, its end. How programs are started is a port (system/spawn.ts is one). */

import type { Result } from '../../base/result.ts'
import type { Clock, Instant } from '../../base/time.ts'
import type { Running } from '../checkers.ts'
import { programEnded, programOverdue, programStarted, type ProgramEnd, type ProgramRun } from '../misc.ts'
import type { Deadline, Deadlines } from '../schedule.ts'
import { noResult, type MiscCheck, type Outcome, type ProgramIdentity } from '../types.ts'

export interface RunningProgram {
  /** To its whole process group. */
  killGroup(signal: 'SIGTERM' | 'SIGKILL'): void
}

export interface ProgramLauncher {
  launch(
    spec: {
      readonly argv: readonly [string, ...string[]]
      readonly identity: ProgramIdentity | undefined
      readonly environment: Readonly<Record<string, string>>
    },
    handlers: { onOutput(chunk: Uint8Array): void; onExit(status: ProgramEnd): void },
  ): Result<RunningProgram, { readonly text: string }>
}

interface ProgramWorld {
  readonly clock: Clock
  readonly deadlines: Deadlines
  readonly launcher: ProgramLauncher
  /** All that programs get of ours. */
  readonly environment: Readonly<Record<string, string>>
}

export function startProgram(
  { clock, deadlines, launcher, environment }: ProgramWorld,
  check: MiscCheck,
  done: (outcome: Outcome) => void,
): Running {
  let run: ProgramRun = programStarted(check, clock.now())
  let deadline: Deadline | undefined
  let isGivenUp = false

  const launched = launcher.launch(
    { argv: check.command, identity: check.identity, environment },
    {
      onOutput: () => {},
      onExit: (end) => {
        if (deadline !== undefined) deadlines.cancel(deadline)
        if (!isGivenUp) done(programEnded(check, run, end))
      },
    },
  )
  if (!launched.ok) {
    done(noResult({ kind: 'program', error: launched.error.text }))
    return { cancel: () => {} }
  }
  const program = launched.value
  const wait = (): void => {
    deadline = run.deadline === undefined ? undefined : deadlines.add(run.deadline, onOverdue)
  }
  const onOverdue = (now: Instant): void => {
    const overdue = programOverdue(run, now)
    run = overdue.run
    wait()
    program.killGroup(overdue.signal)
  }
  wait()
  return {
    cancel: () => {
      // It is told to end as one that took too long is, and nobody waits for what it says.
      if (isGivenUp) return
      isGivenUp = true
      if (run.phase !== 'running') return
      if (deadline !== undefined) deadlines.cancel(deadline)
      onOverdue(clock.now())
    },
  }
}
