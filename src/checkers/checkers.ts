/**
 * All checkers of a configuration: who is asked when, by whichever probe, and what each of them knows. Time, chance
 * and probes come from outside. It decides nothing about servers: it tells each step of each checker, in the order in
 * which they happen.
 */

import {
  after,
  between,
  instant,
  milliseconds,
  seconds,
  times,
  type Clock,
  type Duration,
  type Instant,
} from '../base/time.ts'
import { judgeFile } from './file.ts'
import {
  attempt,
  begin,
  dueAt,
  policyOf,
  restart,
  resume,
  settle,
  suspend,
  type CheckerState,
  type Policy,
  type Step,
  type Verdict,
} from './retry.ts'
import type { Deadline, Schedule } from './schedule.ts'
import { questionOf, sharingKey, type Wanted } from './sharing.ts'
import type { Check, FileCheck, Outcome, TimedCheck, WeightEffect } from './types.ts'

/** An attempt under way. */
export interface Running {
  /** Nothing is heard of it afterwards. */
  cancel(): void
}

/** Asks servers. */
export interface Prober {
  /**
   * @param url index of the URL, of an HTTP_GET
   * @param done called once, perhaps at once
   */
  start(check: TimedCheck, url: number, done: (outcome: Outcome) => void): Running
}

export interface CheckersPorts {
  readonly clock: Clock
  /** Calls `runDue` then; undefined: never. Each call replaces the last. */
  readonly setAlarm: (at: Instant | undefined) => void
  /** Calls back when all has been heard that has come until now. */
  readonly soon: (callback: () => void) => void
  /** 0 ≤ random < 1. */
  readonly random: () => number
  readonly prober: Prober
  /** Where probes have their deadlines, too: the alarm is for both. */
  readonly schedule: Schedule
  /** A short text that is the same for the same text, and for no other: what checks are known by is long. */
  readonly digest: (text: string) => string
}

/** One step of one checker; `change` is of this checker's verdict, which may lag behind that of a shared check. */
export type CheckerListener = (id: string, check: TimedCheck, step: Step) => void
export type FileListener = (
  id: string,
  check: FileCheck,
  outcome: Outcome,
  change: Verdict | undefined,
) => void

export interface CheckersListeners {
  readonly onStep: CheckerListener
  readonly onFile: FileListener
}

/** What one checker knows. */
export interface CheckerReport {
  readonly check: Check
  readonly verdict: Verdict
  /** Of the last success; what it adds to the server's weight is `weightDelta`'s to say. */
  readonly weight: WeightEffect | undefined
  /** Absent: no attempts are made, it is told. */
  readonly state: CheckerState | undefined
  /** How many checkers have their answer from the same attempts, this one included. */
  readonly sharedBy: number
}

interface Member {
  readonly id: string
  readonly asked: Asked
  /** Equal to the others' but for what is logged. */
  readonly check: TimedCheck
  verdict: Verdict
}

/** Checks that are one question. There are ten thousands of these: what each of them holds counts. */
interface Asked {
  readonly key: string
  readonly check: TimedCheck
  readonly policy: Policy
  readonly scope: string
  readonly members: Member[]
  state: CheckerState
  weight: WeightEffect | undefined
  running: Running | undefined
  deadline: Deadline | undefined
}

interface Told {
  readonly key: string
  readonly check: FileCheck
  verdict: Verdict
  weight: WeightEffect | undefined
}

/**
 * The alarm comes at whole multiples of this, never early: what is due within one of them is done in one wake-up. A
 * wake-up costs as much as a check, and nobody's delay_loop is that exact.
 */
const SLACK: Duration = milliseconds(10)

/**
 * An alarm that comes later than this says that the process has not run: answers that came in time are waiting. They are
 * heard first, for else servers that are well would fail by their deadlines, all at once.
 */
const STALLED_AFTER: Duration = milliseconds(100)

/** Those that wake together are not all asked in one moment. */
const WAKING: Duration = seconds(1)

export class Checkers {
  readonly #ports: CheckersPorts
  readonly #listeners: CheckersListeners
  #asked: ReadonlyMap<string, Asked> = new Map()
  #members: ReadonlyMap<string, Member> = new Map()
  #told: ReadonlyMap<string, Told> = new Map()
  readonly #resting = new Set<string>()
  #alarm: Instant | undefined
  /** The alarm is set once, when all that is due is done. */
  #isRunning = false
  #isCatchingUp = false

  constructor(ports: CheckersPorts, listeners: CheckersListeners) {
    this.#ports = ports
    this.#listeners = listeners
  }

  /**
   * From now on these, by their ids, and no others. What is asked as before keeps what it knows, with other delays,
   * too, and is asked as after a start; attempts under way are given up. Nothing is told: `report` says what each of
   * them knows.
   */
  apply(wanted: ReadonlyMap<string, Wanted>): void {
    for (const asked of this.#asked.values()) this.#giveUp(asked)
    const before = this.#asked
    const asked = new Map<string, Asked>()
    const members = new Map<string, Member>()
    const told = new Map<string, Told>()
    for (const [id, each] of wanted) {
      const { check } = each
      const key = this.#ports.digest(sharingKey(id, each))
      if (check.kind === 'file') {
        const known = this.#told.get(id)
        told.set(id, known?.key === key ? known : { key, check, verdict: each.initial, weight: undefined })
        continue
      }
      const known = this.#members.get(id)
      const group =
        asked.get(key) ?? this.#group(key, before.get(key) ?? sameQuestion(known, check), check, each.scope)
      asked.set(key, group)
      const assumed = known?.asked.key === key ? known.verdict : each.initial
      const verdict = isKnown(group.state) ? group.state.verdict : assumed
      const member = { id, asked: group, check, verdict }
      group.members.push(member)
      members.set(id, member)
    }
    this.#asked = asked
    this.#members = members
    this.#told = told
    for (const each of asked.values()) this.#await(each)
    this.#arm()
  }

  /** Nothing is asked any more. */
  stop(): void {
    this.apply(new Map())
  }

  /** Undefined: there is none of that id. */
  report(id: string): CheckerReport | undefined {
    const told = this.#told.get(id)
    if (told !== undefined) {
      const { check, verdict, weight } = told
      return { check, verdict, weight, state: undefined, sharedBy: 1 }
    }
    const member = this.#members.get(id)
    if (member === undefined) return undefined
    const { check, verdict, asked } = member
    return { check, verdict, weight: asked.weight, state: asked.state, sharedBy: asked.members.length }
  }

  /** All of that scope rest: attempts are given up, verdicts stay. */
  suspend(scope: string): void {
    this.#resting.add(scope)
    for (const asked of this.#of(scope)) {
      this.#giveUp(asked)
      asked.state = suspend(asked.state)
    }
    this.#arm()
  }

  /** They are asked again, within a second, or one period where that is shorter. */
  resume(scope: string): void {
    this.#resting.delete(scope)
    const now = this.#ports.clock.now()
    for (const asked of this.#of(scope)) {
      const spread = Math.min(WAKING, asked.policy.delayLoop) as Duration
      asked.state = resume(asked.state, after(now, times(spread, this.#ports.random())))
      this.#await(asked)
    }
    this.#arm()
  }

  /** The number in a tracked file is another one. */
  fileChanged(trackFile: string, value: number): void {
    for (const [id, told] of this.#told) {
      if (told.check.trackFile !== trackFile) continue
      const outcome = judgeFile(told.check, value)
      const verdict = outcome.kind === 'success' ? 'up' : 'down'
      const change = verdict === told.verdict ? undefined : verdict
      told.verdict = verdict
      if (outcome.kind === 'success') told.weight = outcome.weight
      this.#listeners.onFile(id, told.check, outcome, change)
    }
  }

  /** The alarm has come; also harmless at any other time. */
  runDue(): void {
    this.#alarm = undefined
    if (this.#isCatchingUp) return
    const { clock, schedule, soon } = this.#ports
    const { next } = schedule
    if (next === undefined || between(next, clock.now()) <= STALLED_AFTER) {
      this.#runNow()
      return
    }
    this.#isCatchingUp = true
    soon(() => {
      this.#isCatchingUp = false
      this.#runNow()
    })
  }

  #runNow(): void {
    this.#isRunning = true
    try {
      this.#ports.schedule.run(this.#ports.clock.now())
    } finally {
      this.#isRunning = false
    }
    this.#arm()
  }

  #group(key: string, known: Asked | undefined, check: TimedCheck, scope: string): Asked {
    const { clock, random } = this.#ports
    const policy = policyOf(check)
    const now = clock.now()
    const begun =
      known === undefined
        ? begin(policy, check.alpha, now, random())
        : restart(known.state, policy, now, random())
    return {
      key,
      check,
      policy,
      scope,
      members: [],
      state: this.#resting.has(scope) ? suspend(begun) : begun,
      weight: known?.weight,
      running: undefined,
      deadline: undefined,
    }
  }

  #of(scope: string): Asked[] {
    return [...this.#asked.values()].filter((asked) => asked.scope === scope)
  }

  #giveUp(asked: Asked): void {
    asked.running?.cancel()
    asked.running = undefined
    if (asked.deadline !== undefined) this.#ports.schedule.cancel(asked.deadline)
    asked.deadline = undefined
  }

  #await(asked: Asked): void {
    const due = dueAt(asked.state)
    if (due === undefined || asked.deadline !== undefined) return
    asked.deadline = this.#ports.schedule.add(due, (now) => this.#ask(asked, now))
  }

  #ask(asked: Asked, now: Instant): void {
    asked.deadline = undefined
    const state = attempt(asked.state, now)
    if (state === undefined) return
    asked.state = state
    const running = this.#ports.prober.start(asked.check, state.url, (outcome) => {
      asked.running = undefined
      this.#settle(asked, outcome)
    })
    // It may have come to its end already.
    if (asked.state === state) asked.running = running
  }

  #settle(asked: Asked, outcome: Outcome): void {
    const step = settle(asked.state, asked.policy, outcome, this.#ports.clock.now())
    if (step === undefined) return
    asked.state = step.state
    if (outcome.kind === 'success') asked.weight = outcome.weight
    this.#await(asked)
    this.#arm()
    // Who hears of it may want other checkers at once.
    for (const member of [...asked.members]) this.#tell(member, step)
  }

  #tell(member: Member, step: Step): void {
    const verdict = isKnown(step.state) ? step.state.verdict : member.verdict
    const change = verdict === member.verdict ? undefined : verdict
    member.verdict = verdict
    this.#listeners.onStep(member.id, member.check, change === step.change ? step : { ...step, change })
  }

  /** One timer for all; it is set anew only when another moment is the next. */
  #arm(): void {
    if (this.#isRunning) return
    const { next } = this.#ports.schedule
    const at = next === undefined ? undefined : instant(Math.ceil(next / SLACK) * SLACK)
    if (at === this.#alarm) return
    this.#alarm = at
    this.#ports.setAlarm(at)
  }
}

/** Where a checker that asks otherwise than before, but the same, has its answers from. */
const sameQuestion = (known: Member | undefined, check: TimedCheck): Asked | undefined =>
  known?.asked.state.last !== undefined && questionOf(known.check) === questionOf(check)
    ? known.asked
    : undefined

/** Whether its verdict is more than an assumption. */
const isKnown = (state: CheckerState): boolean =>
  state.hasPassed || (state.verdict === 'down' && state.counts.failures > 0)
