/**
 * The one process that serves the virtual servers: it is started, watched, started again when it ends, told what the
 * virtual routers do and when to read its configuration, and stopped. What it does is its own business. Nothing here
 * throws, and nothing waits for it: what it fails to do is a line in the log, and a refusal where somebody asks.
 */

import { accepted, rejected, type Result } from '../../base/result.ts'
import {
  between,
  longer,
  seconds,
  toSeconds,
  type Clock,
  type Duration,
  type Instant,
} from '../../base/time.ts'
import type { LvsProcessReport } from '../../control/report.ts'
import type { Timers } from '../../scripts/types.ts'
import type { Log } from '../log/logging.ts'
import type { ChildEnd, StartChild, StartedChild } from './child-port.ts'
import { readToParent, type ToChild, type ToParent } from './messages.ts'

/**
 * It is asked for a sign of life this often, and taken for hung after so many questions without an answer: 20 s. The
 * longest turn it may have is a start with 10,000 servers, each a command that takes the kernel up to 1 ms: 10 s.
 * Questions are counted and not time, so that a pause of the whole machine is one of them, however long. While it
 * hangs the table stays as it is; nothing but dead servers is waiting for it, so there is no hurry. Where a machine is
 * so busy that it cannot even begin within that time, killing it again and again would be all that is done: each time
 * the next one has twice as long, up to 320 s.
 */
const BEAT_EVERY: Duration = seconds(2)
const UNANSWERED_BEATS = 10
const MOST_UNANSWERED_BEATS = 160

/** At once the first time; whoever ends again and again is no reason to burn a processor. */
const RESPAWN_AFTER: readonly Duration[] = [0, 1, 2, 4, 8, 16].map(seconds)
const SLOWLY: Duration = seconds(30)
/** A signal for all processes of the unit reaches it before we are told to stop: that is no death. */
const AFTER_GOODBYE: Duration = seconds(1)
/** Whoever has served for so long has recovered. */
const RECOVERED_AFTER: Duration = seconds(60)

/** Reading a file with 10,000 servers takes seconds, and programs it names are looked at. */
const ANSWER_WITHIN: Duration = seconds(30)
/** For the kernel to take a killed process away. */
const GONE_WITHIN: Duration = seconds(1)

/** Exit codes of lifecycle.ts (`EXIT`), as the child has them. */
const CANNOT_RUN = 2
const GOODBYE = 0

export interface DirectorPorts {
  readonly start: StartChild
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>
  /** All vrrp_instances, and which of them are Master. */
  readonly instances: () => Iterable<readonly [name: string, master: boolean]>
  /** It serves now, or does not any more. */
  readonly changed: () => void
  /** False (`-R`): it is not started again. */
  readonly respawn: boolean
}

/** What an operator has to know of its failures. */
export interface DirectorTrouble {
  /** `exited with code 70`; why it could not be started. */
  readonly how: string
  /** It said at its start that it cannot serve; its own log says why. */
  readonly cannotServe: boolean
  /** It will be started again, or has been. */
  readonly isRunning: boolean
}

type Answered = (answer: Result<undefined, string>) => void

/** The child of the moment. */
interface Current {
  readonly process: StartedChild
  readyAt: Instant | undefined
  unanswered: number
  killed: boolean
  /** Told to stop. */
  stopped: boolean
  /** What it was asked and has not answered, by the question's id. */
  readonly asked: Map<number, Answered>
  readonly cancels: Set<() => void>
}

export class DirectorProcess {
  private readonly ports: DirectorPorts
  private current: Current | undefined
  private wanted = false
  private failures = 0
  /** How many questions in a row may stay without an answer. */
  private patience = UNANSWERED_BEATS
  private respawns = 0
  private lastId = 0
  private cancelRespawn: (() => void) | undefined
  private trouble: DirectorTrouble | undefined
  /** Who waits for the end, and for the beginning. */
  private readonly ended: (() => void)[] = []
  private readonly begun = new Set<Answered>()

  constructor(ports: DirectorPorts) {
    this.ports = ports
  }

  /** Undefined: nobody wants it. */
  report(): LvsProcessReport | undefined {
    const { current } = this
    if (!this.wanted && !current) return undefined
    return { pid: current?.process.pid ?? null, restarts: this.respawns, state: this.state() }
  }

  /** Its last unexpected end, until it has served for a while. */
  recentTrouble(): DirectorTrouble | undefined {
    const { current, trouble } = this
    if (!trouble) return undefined
    if (current?.readyAt !== undefined && this.hasRecovered(current.readyAt)) return undefined
    return { ...trouble, isRunning: current !== undefined }
  }

  /** It is to run from now on. */
  start(): void {
    this.wanted = true
    // One that is being stopped ends first.
    if (!this.current) this.spawn()
  }

  /** Resolves when it has ended; it has that long to give up what it holds. */
  stop(within: Duration): Promise<void> {
    this.wanted = false
    this.cancelRespawn?.()
    this.cancelRespawn = undefined
    const { current } = this
    if (!current) return Promise.resolve()
    if (!current.stopped) this.sayStop(current, within)
    return new Promise((resolve) => {
      this.ended.push(resolve)
    })
  }

  /**
   * It reads the configuration and says whether it can serve it; what it serves goes on.
   *
   * @returns rejected with one line for people. Where no process runs there is nobody to ask: the next one reads what
   *   is there then.
   */
  prepare(): Promise<Result<undefined, string>> {
    const { current } = this
    if (!current || current.stopped) return Promise.resolve(accepted(undefined))
    return new Promise((resolve) => {
      this.whenReady(current, (begun) => {
        if (begun.ok) this.ask(current, (id) => ({ type: 'prepare', id }), resolve)
        else resolve(begun)
      })
    })
  }

  /** What was prepared last is in force; one that waits for its next attempt has it now. */
  apply(): void {
    const { current } = this
    if (!current) {
      if (this.wanted) this.spawn()
      return
    }
    if (current.readyAt === undefined || current.stopped) return
    this.ask(
      current,
      (id) => ({ type: 'apply', id }),
      (answer) => {
        if (answer.ok) return
        const what = `Healthcheck child process(${idOf(current)}): the new configuration`
        this.ports.log.warn(`${what}: ${answer.error}`)
      },
    )
  }

  /** An instance has become Master, or is not any more. */
  tell(instance: string, master: boolean): void {
    const { current } = this
    if (current?.readyAt !== undefined && !current.stopped)
      current.process.send({ type: 'vrrp', instance, master })
  }

  dump(): void {
    this.current?.process.send({ type: 'dump' })
  }

  reopenLogs(): void {
    this.current?.process.send({ type: 'reopen-logs' })
  }

  private sayStop(current: Current, within: Duration): void {
    current.stopped = true
    current.process.send({ type: 'stop' })
    this.later(current, within, () => {
      this.ports.log.error(
        `Healthcheck child process(${idOf(current)}) failed to die within ${toSeconds(within)} s - forcing termination`,
      )
      this.kill(current)
    })
  }

  private state(): LvsProcessReport['state'] {
    const { current } = this
    if (!this.wanted || current?.killed === true) return 'stopping'
    if (!current) return this.cancelRespawn ? 'restarting' : 'ended'
    return current.readyAt === undefined ? 'starting' : 'serving'
  }

  private spawn(): void {
    this.cancelRespawn?.()
    this.cancelRespawn = undefined
    const { start, log } = this.ports
    const process = start({
      onMessage: (value) => {
        if (this.current === current) this.hear(current, value)
      },
      onEnd: (end) => {
        if (this.current === current) this.end(current, end)
      },
    })
    const current: Current = {
      process,
      readyAt: undefined,
      unanswered: 0,
      killed: false,
      stopped: false,
      asked: new Map(),
      cancels: new Set(),
    }
    this.current = current
    if (process.pid === undefined) return
    log.info(`Starting Healthcheck child process, pid=${process.pid}`)
    this.beat(current)
  }

  private beat(current: Current): void {
    this.later(current, BEAT_EVERY, () => {
      if (current.unanswered >= this.patience) {
        this.giveUp(current)
        return
      }
      current.unanswered += 1
      current.process.send({ type: 'beat', id: this.nextId() })
      this.beat(current)
    })
  }

  private giveUp(current: Current): void {
    const silence = toSeconds(BEAT_EVERY) * current.unanswered
    this.patience = Math.min(2 * this.patience, MOST_UNANSWERED_BEATS)
    const next = toSeconds(BEAT_EVERY) * this.patience
    this.ports.log.error(
      `Healthcheck child process(${idOf(current)}) has not answered for ${silence} s: it is killed; the next one has ${next} s`,
    )
    this.kill(current)
  }

  private hear(current: Current, value: unknown): void {
    const message = readToParent(value)
    if (!message) return
    switch (message.type) {
      case 'ready':
        this.becomeReady(current)
        return
      case 'beat':
        current.unanswered = 0
        if (current.readyAt !== undefined && this.hasRecovered(current.readyAt))
          this.patience = UNANSWERED_BEATS
        return
      case 'prepared':
      case 'applied':
        this.answered(current, message)
    }
  }

  private becomeReady(current: Current): void {
    current.readyAt = this.ports.clock.now()
    for (const [instance, master] of this.ports.instances()) this.tell(instance, master)
    this.tellBegun(accepted(undefined))
    this.ports.changed()
  }

  private answered(
    { asked }: Current,
    message: Extract<ToParent, { readonly type: 'prepared' | 'applied' }>,
  ): void {
    const answer = asked.get(message.id)
    asked.delete(message.id)
    answer?.(
      message.type === 'prepared' && message.refused !== undefined
        ? rejected(message.refused)
        : accepted(undefined),
    )
  }

  /** @param answered hears the answer, or that there was none */
  private ask(current: Current, message: (id: number) => ToChild, answered: Answered): void {
    const id = this.nextId()
    const cancel = this.later(current, ANSWER_WITHIN, () => {
      current.asked.delete(id)
      answered(rejected(noAnswer))
    })
    current.asked.set(id, (answer) => {
      cancel()
      answered(answer)
    })
    current.process.send(message(id))
  }

  private whenReady(current: Current, begun: Answered): void {
    if (current.readyAt !== undefined) {
      begun(accepted(undefined))
      return
    }
    const cancel = this.later(current, ANSWER_WITHIN, () => {
      this.begun.delete(heard)
      begun(rejected(noAnswer))
    })
    const heard: Answered = (answer) => {
      cancel()
      begun(answer)
    }
    this.begun.add(heard)
  }

  private tellBegun(answer: Result<undefined, string>): void {
    const waiting = [...this.begun]
    this.begun.clear()
    for (const heard of waiting) heard(answer)
  }

  private kill(current: Current): void {
    current.killed = true
    current.process.kill()
    this.later(current, GONE_WITHIN, () => {
      // Another one beside it would find its pid file locked. Whoever only waits for the end goes on.
      this.ports.log.error(`Healthcheck child process(${idOf(current)}) does not die of SIGKILL`)
      for (const resolve of this.ended.splice(0)) resolve()
    })
  }

  private end(current: Current, end: ChildEnd): void {
    this.current = undefined
    for (const cancel of current.cancels) cancel()
    for (const answer of current.asked.values()) answer(rejected(hasEnded))
    this.tellBegun(rejected(hasEnded))
    const waiting = this.ended.splice(0)
    if (!this.wanted) this.trouble = undefined
    // Told to stop, and wanted again before it had ended.
    else if (current.stopped) this.spawn()
    else this.die(current, end)
    for (const resolve of waiting) resolve()
    this.ports.changed()
  }

  private die(current: Current, end: ChildEnd): void {
    const { readyAt } = current
    const id = idOf(current)
    const { log, respawn, timers } = this.ports
    if (readyAt !== undefined && this.hasRecovered(readyAt)) this.failures = 0
    const cannotServe = readyAt === undefined && end.kind === 'exited' && end.code === CANNOT_RUN
    const delay = cannotServe || end.kind === 'refused' ? SLOWLY : this.delay(end)
    const how = describeEnd(end)
    this.failures += 1
    this.trouble = { how, cannotServe, isRunning: false }
    const when = delay === seconds(0) ? '' : ` in ${toSeconds(delay)} s`
    if (end.kind === 'refused') log.error(`The Healthcheck child process ${how}`)
    else if (!respawn) log.error(`Healthcheck child process(${id}) died: not respawned (-R); it ${how}`)
    else if (cannotServe)
      log.error(
        `Healthcheck child process(${id}) cannot serve the virtual servers, its own lines say why: tried again${when}`,
      )
    else log.error(`Healthcheck child process(${id}) died: Respawning${when}; it ${how}`)
    if (!respawn) return
    this.cancelRespawn = timers.after(delay, () => {
      this.respawns += 1
      this.spawn()
    })
  }

  private delay(end: ChildEnd): Duration {
    const delay = RESPAWN_AFTER[this.failures] ?? SLOWLY
    return isGoodbye(end) ? longer(delay, AFTER_GOODBYE) : delay
  }

  private hasRecovered(readyAt: Instant): boolean {
    return between(readyAt, this.ports.clock.now()) >= RECOVERED_AFTER
  }

  /** As long as this one lives. @returns cancels it */
  private later({ cancels }: Current, delay: Duration, callback: () => void): () => void {
    const cancel = this.ports.timers.after(delay, () => {
      cancels.delete(cancel)
      callback()
    })
    cancels.add(cancel)
    return () => {
      cancels.delete(cancel)
      cancel()
    }
  }

  private nextId(): number {
    this.lastId += 1
    return this.lastId
  }
}

const noAnswer = `the process that serves them has not answered within ${toSeconds(ANSWER_WITHIN)} s`
const hasEnded = 'the process that serves them has ended meanwhile'

const idOf = ({ process: { pid } }: Current): string => String(pid ?? '')

const isGoodbye = (end: ChildEnd): boolean =>
  (end.kind === 'exited' && end.code === GOODBYE) ||
  (end.kind === 'signalled' && ['SIGTERM', 'SIGINT'].includes(end.signal))

function describeEnd(end: ChildEnd): string {
  switch (end.kind) {
    case 'exited':
      return `exited with code ${end.code}`
    case 'signalled':
      return `was ended by ${end.signal}`
    case 'lost':
      return 'closed its channel'
    case 'refused':
      return `cannot be started: ${end.text}`
  }
}
