/** Programs that do what a test tells them, in manual time. */

import { milliseconds, type Duration, type Instant } from '../../src/base/time.ts'
import type {
  ExitStatus,
  Launcher,
  LaunchHandlers,
  LaunchRefusal,
  LaunchSpec,
  ScriptPorts,
} from '../../src/scripts/types.ts'
import { ManualTimers } from '../support/manual-clock.ts'

/** How a program behaves; one without `ends` runs until it is told to end. */
export interface Behaviour {
  readonly ends?: { readonly after: Duration; readonly status: ExitStatus }
  /** What SIGTERM does: by default it ends the program at once. */
  readonly onTerm?: 'ends' | 'ignored' | { readonly status: ExitStatus }
  readonly refused?: LaunchRefusal
  readonly prints?: string
}

export const exits = (code: number, after: Duration = milliseconds(10)): Behaviour => ({
  ends: { after, status: { kind: 'exited', code } },
})
export const hangs: Behaviour = {}
export const hangsOnTerm: Behaviour = { onTerm: 'ignored' }
export const refused: Behaviour = { refused: { errno: 13, text: 'Permission denied' } }

class FakeProgram {
  readonly argv: readonly string[]
  readonly startedAt: Instant
  readonly signals: string[] = []
  endedAt: Instant | undefined
  readonly #handlers: LaunchHandlers
  readonly #timers: ManualTimers
  readonly #behaviour: Behaviour

  constructor(argv: readonly string[], behaviour: Behaviour, handlers: LaunchHandlers, timers: ManualTimers) {
    this.argv = argv
    this.startedAt = timers.clock.now()
    this.#handlers = handlers
    this.#timers = timers
    this.#behaviour = behaviour
    const { ends, prints } = behaviour
    if (prints !== undefined) timers.after(milliseconds(0), () => this.print(prints))
    if (ends !== undefined) timers.after(ends.after, () => this.end(ends.status))
  }

  get alive(): boolean {
    return this.endedAt === undefined
  }

  print(output: string | Uint8Array): void {
    if (this.alive) this.#handlers.onOutput(Buffer.from(output))
  }

  end(status: ExitStatus): void {
    if (!this.alive) return
    this.endedAt = this.#timers.clock.now()
    this.#handlers.onExit(status)
  }

  /** Ends are told from the event loop, never from within the call. */
  signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    this.signals.push(signal)
    const { onTerm = 'ends' } = this.#behaviour
    if (signal === 'SIGTERM' && onTerm === 'ignored') return
    const status: ExitStatus =
      signal === 'SIGTERM' && typeof onTerm === 'object'
        ? onTerm.status
        : { kind: 'signalled', signal: signal === 'SIGTERM' ? 15 : 9 }
    this.#timers.after(milliseconds(0), () => this.end(status))
  }
}

class FakeLauncher implements Launcher {
  readonly programs: FakeProgram[] = []
  readonly #timers: ManualTimers
  readonly #behave: (spec: LaunchSpec) => Behaviour

  /** @param behave asked for every launch. */
  constructor(timers: ManualTimers, behave: (spec: LaunchSpec) => Behaviour) {
    this.#timers = timers
    this.#behave = behave
  }

  get alive(): FakeProgram[] {
    return this.programs.filter((program) => program.alive)
  }

  launch(spec: LaunchSpec, handlers: LaunchHandlers): ReturnType<Launcher['launch']> {
    const behaviour = this.#behave(spec)
    if (behaviour.refused !== undefined) return { ok: false, error: behaviour.refused }
    const program = new FakeProgram(spec.argv, behaviour, handlers, this.#timers)
    this.programs.push(program)
    const pid = this.programs.length
    return { ok: true, value: { pid, killGroup: (signal) => program.signal(signal) } }
  }
}

export interface FakeWorld {
  readonly timers: ManualTimers
  readonly launcher: FakeLauncher
  readonly ports: ScriptPorts
}

export function fakeWorld(behave: (spec: LaunchSpec) => Behaviour): FakeWorld {
  const timers = new ManualTimers()
  const launcher = new FakeLauncher(timers, behave)
  return { timers, launcher, ports: { launcher, timers, clock: timers.clock } }
}

export const specOf = (...argv: readonly [string, ...string[]]): LaunchSpec => ({
  argv,
  identity: undefined,
  environment: {},
})
