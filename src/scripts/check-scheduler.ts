/**
 * Runs the vrrp_scripts, each at its interval and never two runs of one at
 * once, and tells what their results mean. Nothing here waits: programs run
 * beside the daemon, and their ends come back as events.
 */

import { isDeepStrictEqual } from 'node:util'
import type { CheckEvent, CheckReport } from './check-events.ts'
import { CheckRunner, type Check } from './check-runner.ts'
import type { ScriptPorts } from './types.ts'

export class CheckScheduler {
  readonly #ports: ScriptPorts
  readonly #onEvent: (event: CheckEvent) => void
  #runners: ReadonlyMap<string, CheckRunner> = new Map()

  /** @param onEvent hears every verdict, also each check's initial one, before `start` or `replace` returns. */
  constructor(ports: ScriptPorts, onEvent: (event: CheckEvent) => void) {
    this.#ports = ports
    this.#onEvent = onEvent
  }

  /** @param checks their names are unique. */
  start(checks: readonly Check[]): void {
    this.replace(checks)
  }

  /**
   * A reload. A check of the same name and command keeps its verdict, its
   * results and a run in progress; others end, and new ones start as at start.
   */
  replace(checks: readonly Check[]): void {
    const before = this.#runners
    const now = new Map<string, CheckRunner>()
    const fresh: CheckRunner[] = []
    for (const check of checks) {
      const known = before.get(check.name)
      if (known !== undefined && isSameCommand(known.check, check)) {
        known.reconfigure(check)
        now.set(check.name, known)
      } else {
        const runner = new CheckRunner(check, this.#ports, this.#onEvent)
        fresh.push(runner)
        now.set(check.name, runner)
      }
    }
    for (const [name, runner] of before) if (now.get(name) !== runner) runner.stop()
    this.#runners = now
    for (const runner of fresh) runner.start()
  }

  /** Ends running programs (SIGTERM, then SIGKILL) and says nothing more. */
  stop(): void {
    this.replace([])
  }

  report(): readonly CheckReport[] {
    return [...this.#runners.values()].map((runner) => runner.report())
  }
}

const isSameCommand = (a: Check, b: Check): boolean =>
  a.script.kind === 'runnable' &&
  b.script.kind === 'runnable' &&
  isDeepStrictEqual(a.script.spec, b.script.spec)
