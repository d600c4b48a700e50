/**
 * Virtual servers as a task of the daemon: whether there is a process that serves them, what it hears of the virtual
 * routers, and what the operator hears of it. Where keepalived's checkers serve this network namespace they are left to
 * them, and taken over when those have gone: two of a kind would undo each other's table.
 */

import { accepted, type Result } from '../../base/result.ts'
import { seconds, type Duration } from '../../base/time.ts'
import type { Found } from '../../control/problem.ts'
import type { DomainEvent } from '../../events/event.ts'
import type { Sections, Subsystem } from '../../world/subsystem.ts'
import type { HostServices, MakeSubsystem } from '../composition.ts'
import type { Examined } from '../examined.ts'
import type { OwnPart } from '../reading/own-part.ts'
import type { DaemonSettings } from '../settings.ts'
import type { StartChild } from './child-port.ts'
import { DirectorProcess } from './process.ts'

/** Starting keepalived's checkers, or ending them, is nothing that happens often. */
const LOOK_EVERY: Duration = seconds(30)
/** keepalived's, where `child_wait_time` says nothing. */
const CHILD_WAIT_TIME: Duration = seconds(5)

export interface DirectorSurroundings {
  readonly settings: Pick<DaemonSettings, 'allParts' | 'respawn'>
  readonly start: StartChild
  /** The process that is keepalived's checkers in this network namespace. */
  readonly findKeepalivedCheckers: () => Promise<number | undefined>
  /** Calls back whenever somebody wants keepalived's files of what is going on (SIGUSR1). */
  readonly onDumpWanted: (callback: () => void) => void
}

/** Beside the virtual routers; never with -P. */
export const directorSubsystem =
  (around: DirectorSurroundings): MakeSubsystem =>
  (host, examined) =>
    new Director(host, around, examined)

/** `mode`: nobody wants it; it has to be seen first whether keepalived is there; it is; ours. */
type Mode = 'off' | 'looking' | 'left to keepalived' | 'ours'

class Director implements Subsystem<Examined, OwnPart> {
  readonly name = 'virtual servers'
  private readonly host: HostServices
  private readonly around: DirectorSurroundings
  private readonly child: DirectorProcess
  private readonly masters = new Set<string>()
  private own: OwnPart
  private mode: Mode = 'off'
  /** keepalived's checkers, when they were last looked for. */
  private keepalived: number | undefined
  private looks = 0
  private cancelLook: (() => void) | undefined

  constructor(host: HostServices, around: DirectorSurroundings, examined: Examined) {
    this.host = host
    this.around = around
    this.own = examined
    const { world, log, events } = host
    this.child = new DirectorProcess({
      ...{ clock: world.clock, timers: world.timers, log },
      start: around.start,
      respawn: around.settings.respawn,
      changed: host.summaryChanged,
      instances: () => this.own.model.instances.map(({ name }) => [name, this.masters.has(name)] as const),
    })
    events.subscribe((event) => {
      this.hear(event)
    })
  }

  start(): void {
    this.around.onDumpWanted(() => {
      this.child.dump()
    })
    this.use(this.own)
  }

  async examine(examined: Examined): Promise<Result<undefined, string>> {
    return this.wants(examined) && this.mode === 'ours' ? this.child.prepare() : accepted(undefined)
  }

  plan({ model, virtualServers, whole }: Examined): Result<OwnPart, string> {
    return accepted({ model, virtualServers, whole })
  }

  apply(own: OwnPart): void {
    this.use(own)
  }

  onKernel(): void {
    // Its process has a view of its own.
  }

  report(): Sections {
    const lvsProcess =
      this.mode === 'left to keepalived'
        ? { pid: null, restarts: 0, state: 'left-to-keepalived' as const }
        : (this.child.report() ??
          (this.mode === 'looking' ? { pid: null, restarts: 0, state: 'starting' as const } : undefined))
    return lvsProcess ? { lvsProcess } : {}
  }

  problems(): readonly Found[] {
    return [...this.keepalivedProblems(), ...this.troubles()]
  }

  summary(): string {
    switch (this.report().lvsProcess?.state) {
      case 'left-to-keepalived':
        return 'virtual servers left to keepalived'
      case 'ended':
      case 'restarting':
        return 'virtual servers NOT checked'
      default:
        return ''
    }
  }

  overdue(): Duration {
    return seconds(0)
  }

  stop(): Promise<void> {
    return this.end()
  }

  private wants({ virtualServers }: OwnPart): boolean {
    return this.around.settings.allParts || virtualServers > 0
  }

  private use(own: OwnPart): void {
    this.own = own
    if (!this.wants(own)) {
      this.goOn(this.end())
      return
    }
    if (this.mode === 'ours') this.child.apply()
    else if (this.mode === 'off') this.mode = 'looking'
    this.goOn(this.look())
  }

  private end(): Promise<void> {
    this.mode = 'off'
    this.looks += 1
    this.cancelLook?.()
    return this.child.stop(this.own.model.process.childWaitTime ?? CHILD_WAIT_TIME)
  }

  /** One look at a time counts: the last that was begun. */
  private async look(): Promise<void> {
    this.cancelLook?.()
    this.looks += 1
    const mine = this.looks
    const found = await this.around.findKeepalivedCheckers()
    if (mine !== this.looks) return
    this.found(found)
    this.cancelLook = this.host.world.timers.after(LOOK_EVERY, () => {
      this.goOn(this.look())
    })
  }

  /** It is rejected by a defect of ours only, and a daemon ends by those. */
  private goOn(task: Promise<void>): void {
    task.catch((error: unknown) => {
      this.host.world.soon(() => {
        throw error
      })
    })
  }

  private found(pid: number | undefined): void {
    const { log } = this.host
    const before = this.keepalived
    this.keepalived = pid
    if (this.mode === 'ours') {
      if (pid !== undefined && before === undefined) log.warn(`${besideUs(pid)}; ${mend}`)
      return
    }
    if (pid !== undefined) {
      if (this.mode !== 'left to keepalived') log.warn(`${leftTo(pid)}; ${changeOver}`)
      this.mode = 'left to keepalived'
      this.host.summaryChanged()
      return
    }
    if (this.mode === 'left to keepalived')
      log.info("keepalived's checkers have gone: vrrpd serves the virtual servers from now on")
    this.mode = 'ours'
    this.child.start()
    this.host.summaryChanged()
  }

  private hear(event: DomainEvent): void {
    // A file that was rotated away is made anew by the same signal, whatever comes of the configuration.
    if (event.type === 'reloaded' || event.type === 'reload-refused') this.child.reopenLogs()
    if (event.type !== 'election' || event.event.kind !== 'transition') return
    const { router } = event
    const isMaster = event.event.to === 'master'
    if (isMaster === this.masters.has(router)) return
    if (isMaster) this.masters.add(router)
    else this.masters.delete(router)
    this.child.tell(router, isMaster)
  }

  private keepalivedProblems(): readonly Found[] {
    const { keepalived, mode } = this
    if (keepalived === undefined || mode === 'off') return []
    return mode === 'ours'
      ? [
          {
            code: 'director-rival',
            severity: 'warning',
            text: besideUs(keepalived),
            advice: mend,
            instance: null,
          },
        ]
      : [
          {
            code: 'not-served',
            severity: 'notice',
            text: leftTo(keepalived),
            advice: changeOver,
            instance: null,
          },
        ]
  }

  private troubles(): readonly Found[] {
    const trouble = this.mode === 'ours' ? this.child.recentTrouble() : undefined
    if (!trouble) return []
    const { how, cannotServe, isRunning } = trouble
    const ended = cannotServe
      ? 'the process that serves the virtual servers says that it cannot'
      : `the process that serves the virtual servers ${how}`
    const [severity, consequence] = isRunning
      ? (['warning', 'it has been started again'] as const)
      : (['critical', 'nobody checks the real servers, and the table stays as it is'] as const)
    return [
      {
        code: 'director-ended',
        severity,
        text: `${ended}: ${consequence}`,
        advice: 'its lines in the log say why: journalctl -t Keepalived_healthcheckers',
        instance: null,
      },
    ]
  }
}

const leftTo = (pid: number): string =>
  `the virtual servers are left to keepalived's checkers (process ${pid}), which serve this network namespace`
const changeOver = 'to change over: systemctl disable --now keepalived-ipvs && systemctl reload vrrpd'

const besideUs = (pid: number): string =>
  `keepalived's checkers (process ${pid}) serve this network namespace besides vrrpd, and each changes the other's table`
const mend = 'stop one of them: systemctl disable --now keepalived-ipvs'
