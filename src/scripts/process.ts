/**
 * One run of a program: its output drained, its time limited, its whole
 * process group ended when it must end (SIGTERM, two seconds, SIGKILL).
 */

import { accepted, rejected, type Result } from '../base/result.ts'
import { seconds, type Duration } from '../base/time.ts'
import { OutputTail } from './output-tail.ts'
import type { ExitStatus, Launcher, LaunchRefusal, LaunchSpec, RunningProgram, Timers } from './types.ts'

/** Between SIGTERM and SIGKILL, as keepalived has it. */
const KILL_DELAY: Duration = seconds(2)

export interface Ended {
  readonly status: ExitStatus
  /** It had to be ended because its time was over; the status says how it went then. */
  readonly timedOut: boolean
  /** The last part of stdout and stderr, one line. */
  readonly output: string
}

export interface Run {
  readonly ending: boolean
  /** Asks the group to end, then makes it. Its end is reported as any other. */
  terminate(): void
}

export interface RunPorts {
  readonly launcher: Launcher
  readonly timers: Timers
}

/**
 * Starts a program; `onEnd` is called once, never before this returns.
 *
 * @param timeout none when absent.
 */
export function startProgram(
  ports: RunPorts,
  spec: LaunchSpec,
  timeout: Duration | undefined,
  onEnd: (ended: Ended) => void,
): Result<Run, LaunchRefusal> {
  const run = new ProgramRun(ports.timers, onEnd)
  const launched = ports.launcher.launch(spec, {
    onOutput: (chunk) => run.printed(chunk),
    onExit: (status) => run.exited(status),
  })
  if (!launched.ok) return rejected(launched.error)
  run.started(launched.value, timeout)
  return accepted(run)
}

class ProgramRun implements Run {
  readonly #timers: Timers
  readonly #onEnd: (ended: Ended) => void
  readonly #tail = new OutputTail()
  #program: RunningProgram | undefined
  #cancelTimer: () => void = () => {}
  #timedOut = false
  #ending = false

  constructor(timers: Timers, onEnd: (ended: Ended) => void) {
    this.#timers = timers
    this.#onEnd = onEnd
  }

  get ending(): boolean {
    return this.#ending
  }

  started(program: RunningProgram, timeout: Duration | undefined): void {
    this.#program = program
    if (timeout === undefined) return
    this.#cancelTimer = this.#timers.after(timeout, () => {
      this.#timedOut = true
      this.terminate()
    })
  }

  terminate(): void {
    if (this.#ending || this.#program === undefined) return
    this.#ending = true
    this.#cancelTimer()
    this.#program.killGroup('SIGTERM')
    this.#cancelTimer = this.#timers.after(KILL_DELAY, () => this.#program?.killGroup('SIGKILL'))
  }

  printed(chunk: Uint8Array): void {
    this.#tail.add(chunk)
  }

  exited(status: ExitStatus): void {
    this.#cancelTimer()
    // Its whole group was told to end; what is left of it now has not listened.
    if (this.#ending) this.#program?.killGroup('SIGKILL')
    this.#program = undefined
    this.#onEnd({ status, timedOut: this.#timedOut, output: this.#tail.text() })
  }
}
