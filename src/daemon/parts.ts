/**
 * The parts of the running daemon: how they are wired to each other, and in which order they begin and end.
 * Constructors only keep what they are given; what is outside is reached through the World.
 */

import { seconds, type Instant } from '../base/time.ts'
import { VERSION } from '../base/version.ts'
import type { Model, ProcessWide } from '../config/model.ts'
import type { Findings } from '../vrrp/conditions.ts'
import type { Engine } from '../vrrp/engine.ts'
import type { LoopLag, World } from '../world/world.ts'
import type { DaemonFacts } from './status/about.ts'
import { assemble, type Assembly } from './assemble.ts'
import { ownCore, type Core } from './core.ts'
import { Chronicle } from './journal/chronicle.ts'
import { addressWords, checkWords } from './journal/chronicle-text.ts'
import { Daemon } from './daemon.ts'
import type { Examined } from './examined.ts'
import { Firewall } from './kernel/firewall.ts'
import { tellHearers } from './hearers.ts'
import type { Log } from './log/logging.ts'
import { sayNotices } from './status/notices.ts'
import { notifyOfStates } from './scripts/notifications.ts'
import { makeOperator } from './operator/operator-parts.ts'
import type { Operator } from './operator/operator.ts'
import { Reloader } from './operator/reloader.ts'
import { readRecord } from './ends/run-record-file.ts'
import type { ReadRecord } from './ends/run-record.ts'
import { ScriptRoom } from './scripts/script-room.ts'
import { OwnScheduling } from './service/scheduling.ts'
import type { ServiceReports } from './service/service-reports.ts'
import { reportTo } from './service/service.ts'
import type { DaemonSettings } from './settings.ts'
import { canSign } from './adverts/signing.ts'
import { deafUntil, sayStartupDelay } from './startup-delay.ts'
import { Succession } from './ends/succession.ts'
import { Tracking } from './scripts/tracking.ts'
import { VirtualMacs } from './kernel/virtual-macs.ts'
import { heldFromStart } from './whereabouts.ts'

export type PartsSettings = Pick<
  DaemonSettings,
  'configFile' | 'monitorAddresses' | 'restoreAddresses' | 'pauseGuard' | 'umask' | 'releaseOnStop'
>

/** What the parts are made for. */
export interface Surroundings {
  readonly world: World
  readonly settings: PartsSettings
  readonly log: Log
  /** The configuration anew, for a reload. Undefined: it cannot be run; why has gone to that log. */
  readonly read: (log: Log) => Promise<Examined | undefined>
  readonly core?: Core
}

/** The configuration in force, and what it makes of this host. */
export interface InForce extends Examined {
  readonly assembly: Assembly
  readonly loadedAt: Date
}

/** keepalived waits about as long for its last notify scripts. */
const NOTIFY_GRACE = seconds(1)

/** What has to be known before there is anything: what the last daemon has left, and what time it is. */
export function compose(surroundings: Surroundings, examined: Examined): Parts {
  const { world } = surroundings
  const previous = readRecord(world.record, world.bootId())
  return new Parts(surroundings, examined, previous, world.clock.now())
}

export class Parts {
  readonly service: ServiceReports | undefined
  readonly firewall: Firewall
  readonly room: ScriptRoom
  readonly succession: Succession
  readonly chronicle: Chronicle
  readonly tracking: Tracking
  readonly daemon: Daemon
  readonly reloader: Reloader
  readonly operator: Operator
  private readonly world: World
  private readonly log: Log
  private readonly settings: PartsSettings
  private readonly core: Core
  private readonly scheduling: OwnScheduling
  private readonly virtualMacs: VirtualMacs
  private readonly deafUntil: Instant | undefined
  private readonly startedAt: Date
  private readonly startedWith: ProcessWide
  private lag: LoopLag | undefined
  private inForce: InForce
  private notices: readonly string[] = []

  constructor(
    { world, settings, log, read, core = ownCore }: Surroundings,
    examined: Examined,
    previous: ReadRecord | undefined,
    now: Instant,
  ) {
    const { model } = examined
    this.world = world
    this.log = log
    this.settings = settings
    this.core = core
    this.startedAt = new Date(world.wallMs())
    this.startedWith = model.process
    this.service = world.service && reportTo(world.service, this.serviceFacts())
    this.firewall = new Firewall({ ...world, complain: (text) => log.error(text) }, model.global.firewall)
    this.deafUntil = deafUntil(model.global.startupDelay, now)
    this.virtualMacs = this.makeVirtualMacs(previous)
    this.inForce = { ...examined, assembly: this.assemble(model), loadedAt: this.startedAt }
    this.room = this.makeScriptRoom()
    this.succession = this.makeSuccession(previous)
    this.chronicle = this.makeChronicle()
    this.tracking = new Tracking(world, log, (event) => {
      this.daemon.dispatch(event)
      this.succession.renew()
    })
    this.daemon = this.makeDaemon()
    this.reloader = this.makeReloader(read)
    this.operator = this.makeOperator()
    this.scheduling = new OwnScheduling(world.scheduler, log)
  }

  get current(): InForce {
    return this.inForce
  }

  /**
   * In this order: what is measured and said; what is there whoever is Master; the operator's programs, whose
   * first verdicts may come before this returns; what an earlier run has left; the elections.
   */
  start(): void {
    const { world, log, settings, inForce, daemon, chronicle, succession } = this
    const { global } = inForce.model
    this.lag = world.measureLag()
    this.notices = sayNotices(inForce.model, settings.configFile, log)
    sayStartupDelay(global.startupDelay, world.timers, this.say)
    daemon.open()
    this.scheduling.use(global.scheduling)
    this.watchPrograms(succession.findings.scripts)
    chronicle.daemon('started', `vrrpd ${VERSION} starts`)
    daemon.start(succession.begin())
  }

  /**
   * The other way round: no reload and no finding comes in any more, every Master says goodbye and gives up what it
   * holds. Resolves when the last notify scripts have had their time.
   *
   * @param reason a signal's name
   */
  async stop(reason: string): Promise<void> {
    const { log, settings, reloader, service, chronicle, tracking, daemon, room, firewall } = this
    reloader.close()
    log.info(`Stopping (${reason})`)
    service?.stopping()
    chronicle.daemon('stopping', `vrrpd stops (${reason})`)
    tracking.stop()
    daemon.stop({ keepAddresses: !settings.releaseOnStop })
    await Promise.all([room.stop(NOTIFY_GRACE), firewall.settled()])
  }

  /** After the goodbye: nothing is left for a next daemon to know. */
  async leave(): Promise<void> {
    this.lag?.stop()
    await this.succession.end()
    this.service?.close()
  }

  /** Another configuration: what differs is changed, and only that. */
  private use(examined: Examined): void {
    const { settings, log } = this
    const { model } = examined
    this.inForce = { ...examined, assembly: this.assemble(model), loadedAt: new Date(this.world.wallMs()) }
    this.firewall.use(model.global.firewall)
    this.scheduling.use(model.global.scheduling)
    this.daemon.reload(this.inForce.assembly, () => {
      this.watchPrograms()
    })
    if (model.global.fifoStatesOnReload) notifyOfStates(this.room, this.daemon.engine)
    this.succession.renew()
    this.chronicle.retain(new Set(this.daemon.engine.routers.keys()))
    this.notices = [...sayNotices(model, settings.configFile, log), ...this.sayHeld(model)]
  }

  /** What another configuration wants of the process, which is as it was started. */
  private sayHeld(model: Model): readonly string[] {
    const held = heldFromStart(this.startedWith, model.process)
    for (const notice of held) this.log.warn(notice)
    return held
  }

  /** Those of the configuration in force, its files and processes. */
  private watchPrograms(known?: Findings['scripts']): void {
    const { model, scripts } = this.inForce
    this.room.use({ model, ...scripts }, known)
    this.tracking.use(model)
  }

  private assemble(model: Model): Assembly {
    const { pauseGuard } = this.settings
    const { virtualMacs } = this
    return assemble(model, canSign, {
      pauseGuard,
      deafUntil: this.deafUntil,
      virtualMacs: virtualMacs.wantedNow,
    })
  }

  private readonly engine = (): Engine => this.daemon.engine

  private readonly say = (text: string): void => {
    this.log.info(text)
  }

  private serviceFacts(): Parameters<typeof reportTo>[1] {
    return { ...this.world, engine: this.engine, refused: () => this.reloader.refused }
  }

  private makeVirtualMacs(previous: ReadRecord | undefined): VirtualMacs {
    const { world, log, say } = this
    const complain = (text: string): void => {
      log.warn(text)
    }
    return new VirtualMacs({ kernel: world.kernel, settings: world.linkSettings, say, complain }, previous)
  }

  private makeScriptRoom(): ScriptRoom {
    return new ScriptRoom({
      ports: this.world,
      log: this.log,
      onVerdict: (name, verdict) => {
        this.daemon.dispatch({ type: 'script', name, verdict })
        this.succession.renew()
      },
      umask: this.settings.umask,
    })
  }

  private makeSuccession(previous: ReadRecord | undefined): Succession {
    const { world, log, virtualMacs, firewall, engine } = this
    return new Succession(previous, {
      ...world,
      ...{ log, virtualMacs, firewall, engine },
      routers: () => this.inForce.assembly.routers,
      statics: () => this.inForce.assembly.statics,
      usedNumbers: () => this.daemon.usedNumbers,
      isHosts: (address) => this.daemon.isHosts(address),
    })
  }

  private makeChronicle(): Chronicle {
    const { clock, wallMs } = this.world
    return new Chronicle({
      clock,
      wallMs,
      recordOf: (name) => this.daemon.engine.routers.get(name),
      addressesOf: (name) => addressWords(this.inForce.assembly, name),
      checkWords: (name) => checkWords(this.room.reports(), name),
    })
  }

  private makeDaemon(): Daemon {
    const { world, core, log, firewall, virtualMacs, chronicle, room, succession, service } = this
    const { monitorAddresses, restoreAddresses } = this.settings
    const ports = {
      ...world,
      ...{ core, firewall, virtualMacs, restoreAddresses },
      ...tellHearers({
        clock: world.clock,
        ...{ log, chronicle, room, succession, service, monitorAddresses },
        recordOf: (name) => this.daemon.engine.routers.get(name),
      }),
    }
    const { findings, usedNumbers: used, leftAddresses: left } = succession
    return new Daemon(this.inForce.assembly, ports, findings, { used, left })
  }

  private makeReloader(read: Surroundings['read']): Reloader {
    const { log, chronicle, service } = this
    return new Reloader({
      configFile: this.settings.configFile,
      wallMs: this.world.wallMs,
      ...{ log, chronicle, service, read },
      current: () => this.inForce,
      apply: (examined) => {
        this.use(examined)
      },
    })
  }

  private makeOperator(): Operator {
    const { world, core, log, daemon, chronicle, room, reloader } = this
    return makeOperator({
      ...{ world, core, log, daemon, chronicle, room, reloader },
      assembly: () => this.inForce.assembly,
      facts: () => this.facts(),
    })
  }

  private facts(): DaemonFacts {
    const { startedAt, notices, lag, log, settings } = this
    const { loadedAt } = this.inForce
    const { refused } = this.reloader
    return { configFile: settings.configFile, startedAt, loadedAt, refused, notices, lag, log }
  }
}
