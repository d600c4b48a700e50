/**
 * The notify programs of one instance or group, started strictly in the order
 * of its transitions. keepalived starts them all at once, and users then see
 * BACKUP arrive before MASTER; here each waits until its predecessors have
 * ended. But a program that hangs, or that stays in the foreground as a
 * service, must not silence what comes after it:
 *
 * - nothing waits longer than PATIENCE, counted from its own arrival or from
 *   the start of what it waits for, whichever was first;
 * - `notify` waits at most SIBLING_PATIENCE for the notify_master (…) of its
 *   own transition, since keepalived runs the two side by side;
 * - no program is ended for being slow, only when MOST_RUNNING of one lane
 *   are alive: then the oldest is;
 * - when more than MOST_WAITING transitions wait, the oldest is skipped. The
 *   newest always gets its turn, and none ever overtakes an older one.
 */

import { after, between, seconds, type Duration, type Instant } from '../base/time.ts'
import type { NotifyEvent, NotifyNote } from './notify-events.ts'
import type { Notification } from './notify.ts'
import { startProgram, type Ended, type Run } from './process.ts'
import type { LaunchSpec, ScriptPorts } from './types.ts'

export const PATIENCE: Duration = seconds(5)
const SIBLING_PATIENCE: Duration = seconds(1)
export const MOST_RUNNING = 8
export const MOST_WAITING = 16

interface Waiting {
  readonly notification: Notification
  readonly since: Instant
  /** Its programs that have not been started. */
  readonly programs: readonly LaunchSpec[]
}

interface Running {
  readonly notification: Notification
  readonly program: readonly string[]
  readonly startedAt: Instant
  readonly run: Run
  overtaken: boolean
}

export class NotifyLane {
  readonly #ports: ScriptPorts
  readonly #emit: (event: NotifyEvent) => void
  readonly #onIdle: () => void
  readonly #waiting: Waiting[] = []
  /** In the order of their starts. */
  readonly #running = new Set<Running>()
  #cancelTimer: () => void = () => {}
  /** From then on nothing waits for anything. */
  #flushAt: Instant | undefined

  /** @param onIdle nothing waits and nothing runs. */
  constructor(ports: ScriptPorts, emit: (event: NotifyEvent) => void, onIdle: () => void) {
    this.#ports = ports
    this.#emit = emit
    this.#onIdle = onIdle
  }

  submit(notification: Notification): void {
    const { programs } = notification
    this.#waiting.push({ notification, since: this.#ports.clock.now(), programs })
    if (this.#waiting.length > MOST_WAITING) this.#skipOldest()
    this.#advance()
  }

  /** Whatever still waits at `flushAt` is started then, in order. */
  finish(flushAt: Instant): void {
    this.#flushAt = flushAt
    this.#advance()
  }

  /** The daemon leaves, and what still runs has to end, as with keepalived. */
  leave(): void {
    this.#cancelTimer()
    for (const running of this.#running) {
      this.#tell(running, { kind: 'ended-at-exit' })
      running.run.terminate()
    }
  }

  #advance(): void {
    this.#cancelTimer()
    for (let head = this.#waiting[0]; head !== undefined; head = this.#waiting[0]) {
      const now = this.#ports.clock.now()
      const readyAt = this.#readyAt(head, now)
      if (readyAt > now) {
        this.#cancelTimer = this.#ports.timers.after(between(now, readyAt), () => this.#advance())
        return
      }
      this.#startNext(head)
    }
    if (this.#running.size === 0) this.#onIdle()
  }

  #readyAt(head: Waiting, now: Instant): Instant {
    const readyAt = this.#isBegun(head) ? this.#afterSiblings(head, now) : this.#afterOthers(head, now)
    return this.#flushAt === undefined ? readyAt : min(readyAt, this.#flushAt)
  }

  #afterSiblings({ notification, since }: Waiting, now: Instant): Instant {
    const last = this.#latest((running) => running.notification === notification)
    return last === undefined ? now : min(after(last.startedAt, SIBLING_PATIENCE), after(since, PATIENCE))
  }

  #afterOthers({ since }: Waiting, now: Instant): Instant {
    const last = this.#latest((running) => !running.overtaken)
    return last === undefined ? now : after(min(last.startedAt, since), PATIENCE)
  }

  #latest(which: (running: Running) => boolean): Running | undefined {
    return [...this.#running].findLast(which)
  }

  #isBegun({ notification, programs }: Waiting): boolean {
    return programs.length < notification.programs.length
  }

  #startNext(head: Waiting): void {
    if (!this.#isBegun(head)) this.#overtakeAll()
    const [spec, ...rest] = head.programs
    if (rest.length === 0) this.#waiting.shift()
    else this.#waiting[0] = { ...head, programs: rest }
    if (spec !== undefined) this.#start(head.notification, spec)
  }

  #start(notification: Notification, spec: LaunchSpec): void {
    this.#makeRoom()
    const program = spec.argv
    const startedAt = this.#ports.clock.now()
    const started = startProgram(this.#ports, spec, undefined, (ended) => this.#ended(running, ended))
    if (!started.ok) {
      this.#tell({ notification, program }, { kind: 'not-started', refusal: started.error })
      return
    }
    const running: Running = { notification, program, startedAt, run: started.value, overtaken: false }
    this.#running.add(running)
    this.#tell(running, { kind: 'started' })
  }

  #ended(running: Running, { status, output }: Ended): void {
    this.#running.delete(running)
    const duration = between(running.startedAt, this.#ports.clock.now())
    this.#tell(running, { kind: 'ended', status, duration, output })
    this.#advance()
  }

  #overtakeAll(): void {
    for (const running of this.#running) {
      if (running.overtaken) continue
      running.overtaken = true
      this.#tell(running, {
        kind: 'overtaken',
        after: between(running.startedAt, this.#ports.clock.now()),
      })
    }
  }

  #makeRoom(): void {
    const alive = [...this.#running].filter(({ run }) => !run.ending)
    const [oldest] = alive
    if (oldest === undefined || alive.length < MOST_RUNNING) return
    this.#tell(oldest, { kind: 'crowded-out' })
    oldest.run.terminate()
  }

  /** One that has begun is completed. */
  #skipOldest(): void {
    const oldest = this.#waiting.findIndex((waiting) => !this.#isBegun(waiting))
    for (const { notification, programs } of this.#waiting.splice(oldest, 1)) {
      for (const { argv } of programs) this.#tell({ notification, program: argv }, { kind: 'skipped' })
    }
  }

  #tell(what: Pick<NotifyEvent, 'notification' | 'program'>, note: NotifyNote): void {
    this.#emit({ notification: what.notification, program: what.program, note })
  }
}

const min = (a: Instant, b: Instant): Instant => (a < b ? a : b)
