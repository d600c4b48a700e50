/** One check: when it runs, what its runs amount to, what that means. The scheduler owns one per vrrp_script. */

import { after, between, type Duration, type Instant } from '../base/time.ts'
import { carriedOver, initialState, isUp, observe, type CheckState } from './check.ts'
import type { CheckEvent, CheckNote, CheckReport, CheckResult, Verdict } from './check-events.ts'
import { startProgram, type Ended, type Run } from './process.ts'
import type { LaunchRefusal, LaunchSpec, Script, ScriptPorts } from './types.ts'

/** One vrrp_script. */
export interface Check {
  readonly name: string
  readonly script: Script
  readonly interval: Duration
  readonly timeout: Duration
  readonly rise: number
  readonly fall: number
  readonly initFail: boolean
  /** What an earlier daemon found a moment ago: it stands until the first result. */
  readonly known?: 'up' | 'down' | undefined
}

export class CheckRunner {
  #check: Check
  readonly #ports: ScriptPorts
  readonly #emit: (event: CheckEvent) => void
  #state: CheckState = initialState
  #verdict: Verdict = 'pending'
  #run: Run | undefined
  #cancelTimer: () => void = () => {}
  #nextRunAt: Instant | undefined
  #lastStartedAt: Instant | undefined
  #lastDuration: Duration | undefined
  #lastResult: CheckResult | undefined
  #lastOutput = ''
  #exitCode = 0
  #skippedRuns = 0
  #skipTold = false
  #stopped = false

  constructor(check: Check, ports: ScriptPorts, emit: (event: CheckEvent) => void) {
    this.#check = check
    this.#ports = ports
    this.#emit = emit
  }

  get check(): Check {
    return this.#check
  }

  /** The first run is at once, the others at whole intervals from now. */
  start(): void {
    const { script, initFail, known } = this.#check
    if (script.kind === 'disabled') {
      this.#note({ kind: 'disabled', script })
      this.#decide('disabled')
      return
    }
    if (known === undefined) this.#decide(initFail ? 'down' : 'pending')
    else this.#verdict = known
    this.#runAt(this.#ports.clock.now())
  }

  /** No further run or event; a running program is ended. */
  stop(): void {
    this.#stopped = true
    this.#cancelTimer()
    this.#nextRunAt = undefined
    this.#run?.terminate()
  }

  /** @param check of the same name and command: what is known so far stays true. */
  reconfigure(check: Check): void {
    const before = this.#check
    this.#check = check
    this.#state = carriedOver(this.#state, before, check)
    if (check.interval === before.interval || this.#nextRunAt === undefined) return
    const next = after(this.#ports.clock.now(), check.interval)
    if (next < this.#nextRunAt) this.#runAt(next)
  }

  report(): CheckReport {
    const { name, script } = this.#check
    return {
      name,
      verdict: this.#verdict,
      running: this.#run !== undefined,
      disabledBecause: script.kind === 'disabled' ? script.text : undefined,
      lastResult: this.#lastResult,
      lastStartedAt: this.#lastStartedAt,
      lastDuration: this.#lastDuration,
      lastOutput: this.#lastOutput,
      nextRunAt: this.#nextRunAt,
      skippedRuns: this.#skippedRuns,
    }
  }

  #runAt(at: Instant): void {
    this.#cancelTimer()
    this.#nextRunAt = at
    this.#cancelTimer = this.#ports.timers.after(between(this.#ports.clock.now(), at), () => this.#due(at))
  }

  /** Missed intervals (a suspended machine) are not made up for. */
  #due(at: Instant): void {
    const { interval, script } = this.#check
    const missed = Math.floor(between(at, this.#ports.clock.now()) / interval)
    this.#runAt((at + (missed + 1) * interval) as Instant)
    if (script.kind !== 'runnable') return
    if (this.#run === undefined) this.#launch(script.spec)
    else this.#skip(this.#run)
  }

  #skip(previous: Run): void {
    this.#skippedRuns++
    if (this.#skipTold) return
    this.#skipTold = true
    this.#note({ kind: 'skipped', previous: previous.ending ? 'being timed out' : 'running' })
  }

  #launch(spec: LaunchSpec): void {
    const startedAt = this.#ports.clock.now()
    this.#lastStartedAt = startedAt
    const started = startProgram(this.#ports, spec, this.#check.timeout, (ended) => {
      this.#run = undefined
      this.#lastDuration = between(startedAt, this.#ports.clock.now())
      if (!this.#stopped) this.#ended(ended)
    })
    if (started.ok) this.#run = started.value
    else this.#notStarted(spec, started.error)
  }

  #notStarted(spec: LaunchSpec, refusal: LaunchRefusal): void {
    const before = this.#lastResult
    const told = before?.kind === 'not-started' && before.refusal.errno === refusal.errno
    this.#lastResult = { kind: 'not-started', refusal }
    if (!told) this.#note({ kind: 'not-started', program: spec.argv[0], refusal })
    if (this.#verdict === 'pending') this.#decide('disabled')
  }

  /** Out of time is a failure, also for one that then ends with status 0 (keepalived 2.2.7: a success). */
  #ended({ status, timedOut, output }: Ended): void {
    const result = timedOut ? ({ kind: 'timed-out' } as const) : status
    this.#lastResult = result
    this.#lastOutput = output
    if (result.kind !== 'timed-out') this.#skipTold = false
    if (result.kind === 'exited' && result.code !== this.#exitCode) {
      this.#exitCode = result.code
      this.#note({ kind: 'exit-code-changed', code: result.code, output })
    }
    const passed = result.kind === 'exited' && result.code === 0
    const { state, announcement } = observe(this.#state, passed, this.#check)
    this.#state = state
    if (announcement !== undefined) this.#note(passed ? { kind: 'succeeded' } : { kind: 'failed', result })
    this.#decide(isUp(state, this.#check) ? 'up' : 'down')
  }

  /** The first verdict is told as well, also `pending`. */
  #decide(verdict: Verdict): void {
    if (verdict === this.#verdict && verdict !== 'pending') return
    this.#verdict = verdict
    this.#emit({ type: 'verdict', check: this.#check.name, verdict })
  }

  #note(note: CheckNote): void {
    this.#emit({ type: 'note', check: this.#check.name, note })
  }
}
