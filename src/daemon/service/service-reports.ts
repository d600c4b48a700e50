/**
 * What the service manager hears of the running daemon: when it is ready, what
 * `systemctl status` shows, and that it is alive. A message that the manager's
 * full queue does not take is sent again until it does, or until a newer one of
 * its kind: a READY that got lost would leave a reload unfinished for ever.
 */

import { milliseconds, times, type Duration } from '../../base/time.ts'
import type { Result } from '../../base/result.ts'
import type { DomainEvent } from '../../events/event.ts'
import type { ServiceManager } from '../../system/sd-notify.ts'
import type { World } from '../../world/world.ts'
import type { RefusedReload } from '../status/about.ts'
import type { Subsystems } from '../subsystems.ts'

/** sd_watchdog_enabled(3) recommends half of what is allowed. */
const WATCHDOG_FRACTION = 0.5
const RETRY = milliseconds(100)

export interface ServiceFacts extends Pick<World, 'timers' | 'soon'> {
  /** One line. */
  readonly status: () => string
  /** How long ago something fell due that has not been done; zero when nothing has. */
  readonly overdue: () => Duration
}

type Kind = 'state' | 'status' | 'watchdog'

export class ServiceReports {
  private readonly manager: ServiceManager
  private readonly facts: ServiceFacts
  private readonly pending = new Map<Kind, () => Result<unknown, unknown>>()
  private cancelRetry: (() => void) | undefined
  private cancelHeartbeat: (() => void) | undefined
  private statusIsDue = false
  private lastStatus = ''
  private closed = false

  constructor(manager: ServiceManager, facts: ServiceFacts) {
    this.manager = manager
    this.facts = facts
  }

  ready(): void {
    this.send('state', () => this.manager.ready())
    this.sendStatus()
    if (this.cancelHeartbeat === undefined) this.keepBeating()
  }

  reloading(): void {
    this.send('state', () => this.manager.reloading())
  }

  stopping(): void {
    this.send('state', () => this.manager.stopping())
  }

  onEvent(event: DomainEvent): void {
    if (event.type === 'stopping') this.stopping()
    if (event.type === 'election' && event.event.kind === 'transition') this.changed()
  }

  /** The status may be another. Sent in the loop's next turn: first comes what changed it. */
  changed(): void {
    if (this.statusIsDue) return
    this.statusIsDue = true
    this.facts.soon(() => {
      this.statusIsDue = false
      this.sendStatus()
    })
  }

  close(): void {
    this.cancelHeartbeat?.()
    this.cancelRetry?.()
    this.closed = true
    this.manager.close()
  }

  /**
   * A loop that hangs runs no timer. One that runs but does not come to what it is there for is no better: after
   * the sockets and the alarm have had their turn, no deadline of an election may be long overdue.
   */
  private keepBeating(): void {
    const { watchdogInterval } = this.manager
    if (watchdogInterval === undefined) return
    const period = times(watchdogInterval, WATCHDOG_FRACTION)
    this.cancelHeartbeat = this.facts.timers.after(period, () => {
      this.keepBeating()
      this.facts.soon(() => {
        if (this.facts.overdue() < period) this.send('watchdog', () => this.manager.watchdog())
      })
    })
  }

  private sendStatus(): void {
    const status = this.facts.status()
    if (status === this.lastStatus) return
    this.lastStatus = status
    this.send('status', () => this.manager.status(status))
  }

  private send(kind: Kind, message: () => Result<unknown, unknown>): void {
    if (this.closed) return
    this.pending.delete(kind)
    this.pending.set(kind, message)
    this.flush()
  }

  private flush(): void {
    for (const [kind, message] of this.pending) {
      if (message().ok) this.pending.delete(kind)
      else this.cancelRetry ??= this.tryLater()
    }
  }

  private tryLater(): () => void {
    return this.facts.timers.after(RETRY, () => {
      this.cancelRetry = undefined
      this.flush()
    })
  }
}

export interface ServicePorts extends Pick<World, 'timers' | 'soon'> {
  readonly subsystems: Pick<Subsystems, 'summary' | 'overdue'>
  readonly refused: () => RefusedReload | undefined
}

/** The service manager hears of this daemon: of what it runs, and of a reload that was refused. */
export const reportTo = (
  manager: ServiceManager,
  { timers, soon, subsystems, refused }: ServicePorts,
): ServiceReports =>
  new ServiceReports(manager, {
    timers,
    soon,
    status: () => subsystems.summary() + refusalWords(refused()),
    overdue: () => subsystems.overdue(),
  })

const refusalWords = (refused: RefusedReload | undefined): string =>
  refused === undefined ? '' : `; reload refused at ${refused.at.toTimeString().slice(0, 8)}, see the log`
