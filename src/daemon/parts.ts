/** The parts of the running daemon, and how they are wired to each other. */

import type { Instant } from '../base/time.ts'
import type { Model, ProcessWide } from '../config/model.ts'
import type { Kernel } from '../netlink/kernel.ts'
import type { ScriptPorts } from '../scripts/types.ts'
import { Alarm, systemClock } from '../system/clock.ts'
import { linkSettings } from '../system/link-sysctl.ts'
import { makeFifo } from '../system/process.ts'
import { systemScheduler } from '../system/scheduling.ts'
import type { Engine } from '../vrrp/engine.ts'
import type { ArpSocket } from '../vrrp/socket/arp-socket.ts'
import type { DaemonFacts } from './status/about.ts'
import { assemble, type Assembly } from './assemble.ts'
import { Chronicle } from './journal/chronicle.ts'
import { addressWords, checkWords } from './journal/chronicle-text.ts'
import { Daemon } from './daemon.ts'
import { readAndExamine, type Examined } from './examined.ts'
import { openFirewall, type Firewall } from './kernel/firewall.ts'
import { tellHearers } from './hearers.ts'
import type { Log } from './log/logging.ts'
import { measureLoopLag, type LoopLag } from './status/loop-lag.ts'
import { sayNotices } from './status/notices.ts'
import { notifyOfStates } from './scripts/notifications.ts'
import { makeOperator } from './operator/operator-parts.ts'
import type { Operator } from './operator/operator.ts'
import type { PidFiles } from './ends/pid-files.ts'
import { Reloader } from './operator/reloader.ts'
import { readRecord, recordPath } from './ends/run-record-file.ts'
import type { ReadRecord } from './ends/run-record.ts'
import { ScriptRoom } from './scripts/script-room.ts'
import { OwnScheduling } from './service/scheduling.ts'
import type { ServiceReports } from './service/service-reports.ts'
import { connectService } from './service/service.ts'
import { pidFilePaths, type DaemonSettings } from './settings.ts'
import { canSign } from './adverts/signing.ts'
import { delayStartup } from './startup-delay.ts'
import { Succession } from './ends/succession.ts'
import { Tracking } from './scripts/tracking.ts'
import { VirtualMacs } from './kernel/virtual-macs.ts'
import { heldFromStart } from './whereabouts.ts'

export interface Opened {
  readonly settings: DaemonSettings
  readonly log: Log
  readonly pidFiles: PidFiles
  readonly kernel: Kernel
  readonly arp: ArpSocket
  readonly programs: ScriptPorts
}

/** The configuration in force, and what it makes of this host. */
export interface InForce extends Examined {
  readonly assembly: Assembly
  readonly loadedAt: Date
}

export class Parts {
  readonly opened: Opened
  readonly lag: LoopLag = measureLoopLag()
  readonly service: ServiceReports | undefined
  readonly firewall: Firewall
  readonly room: ScriptRoom
  readonly succession: Succession
  readonly chronicle: Chronicle
  readonly tracking: Tracking
  readonly daemon: Daemon
  readonly reloader: Reloader
  readonly operator: Operator
  private readonly scheduling: OwnScheduling
  private readonly virtualMacs: VirtualMacs
  private readonly deafUntil: Instant | undefined
  private readonly startedAt = new Date()
  private readonly startedWith: ProcessWide
  private inForce: InForce
  private notices: readonly string[]

  constructor(opened: Opened, examined: Examined) {
    const { settings, log, programs } = opened
    const { model } = examined
    this.opened = opened
    this.startedWith = model.process
    this.service = this.connectService()
    this.notices = sayNotices(model, settings.configFile, log)
    this.firewall = openFirewall(model.global.firewall, programs, log)
    this.deafUntil = delayStartup(model.global.startupDelay, programs, this.say)
    const previous = readRecord(recordPath(pidFilePaths(settings).main))
    this.virtualMacs = this.makeVirtualMacs(previous)
    this.inForce = { ...examined, assembly: this.assemble(model), loadedAt: this.startedAt }
    this.room = this.makeScriptRoom()
    this.succession = this.makeSuccession(previous)
    this.chronicle = this.makeChronicle()
    this.tracking = new Tracking(programs, log, (event) => {
      this.daemon.dispatch(event)
      this.succession.renew()
    })
    this.daemon = this.makeDaemon()
    this.reloader = this.makeReloader()
    this.operator = this.makeOperator()
    this.scheduling = new OwnScheduling(systemScheduler, log)
    this.scheduling.use(model.global.scheduling)
    this.watchPrograms()
  }

  get current(): InForce {
    return this.inForce
  }

  /** Another configuration: what differs is changed, and only that. */
  private use(examined: Examined): void {
    const { settings, log } = this.opened
    const { model } = examined
    this.inForce = { ...examined, assembly: this.assemble(model), loadedAt: new Date() }
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
    for (const notice of held) this.opened.log.warn(notice)
    return held
  }

  /** Those of the configuration in force, its files and processes. */
  private watchPrograms(): void {
    const { model, scripts } = this.inForce
    this.room.use({ model, ...scripts })
    this.tracking.use(model)
  }

  private assemble(model: Model): Assembly {
    const { pauseGuard } = this.opened.settings
    const { deafUntil, virtualMacs } = this
    return assemble(model, canSign, { pauseGuard, deafUntil, virtualMacs: virtualMacs.wantedNow })
  }

  private readonly engine = (): Engine => this.daemon.engine

  private readonly say = (text: string): void => {
    this.opened.log.info(text)
  }

  private connectService(): ServiceReports | undefined {
    const { log } = this.opened
    return connectService({
      clock: systemClock,
      log,
      engine: this.engine,
      refused: () => this.reloader.refused,
    })
  }

  private makeVirtualMacs(previous: ReadRecord | undefined): VirtualMacs {
    const { kernel, log } = this.opened
    const complain = (text: string): void => {
      log.warn(text)
    }
    return new VirtualMacs({ kernel, settings: linkSettings, say: this.say, complain }, previous)
  }

  private makeScriptRoom(): ScriptRoom {
    const { settings, log, programs } = this.opened
    return new ScriptRoom({
      ports: programs,
      log,
      onVerdict: (name, verdict) => {
        this.daemon.dispatch({ type: 'script', name, verdict })
        this.succession.renew()
      },
      makeFifo: (path, mode) => {
        const made = makeFifo(path, mode)
        return made.ok ? undefined : made.error.text
      },
      umask: settings.umask,
    })
  }

  private makeSuccession(previous: ReadRecord | undefined): Succession {
    const { settings, kernel, log } = this.opened
    const { virtualMacs, firewall, engine } = this
    return new Succession(recordPath(pidFilePaths(settings).main), previous, {
      clock: systemClock,
      ...{ kernel, log, virtualMacs, firewall, engine },
      routers: () => this.inForce.assembly.routers,
      statics: () => this.inForce.assembly.statics,
      usedNumbers: () => this.daemon.usedNumbers,
      isHosts: (address) => this.daemon.isHosts(address),
    })
  }

  private makeChronicle(): Chronicle {
    return new Chronicle({
      clock: systemClock,
      wallMs: () => Date.now(),
      recordOf: (name) => this.daemon.engine.routers.get(name),
      addressesOf: (name) => addressWords(this.inForce.assembly, name),
      checkWords: (name) => checkWords(this.room.reports(), name),
    })
  }

  private makeDaemon(): Daemon {
    const { kernel, arp, log, settings, programs } = this.opened
    const { firewall, virtualMacs, chronicle, room, succession, service } = this
    const { monitorAddresses, restoreAddresses } = settings
    const ports = {
      clock: systemClock,
      createAlarm: (callback: () => void) => new Alarm(callback),
      timers: programs.timers,
      ...{ kernel, arp, firewall, virtualMacs, restoreAddresses },
      ...tellHearers({
        clock: systemClock,
        ...{ log, chronicle, room, succession, service, monitorAddresses },
        recordOf: (name) => this.daemon.engine.routers.get(name),
      }),
    }
    const { findings, usedNumbers: used, leftAddresses: left } = succession
    return new Daemon(this.inForce.assembly, ports, findings, { used, left })
  }

  private makeReloader(): Reloader {
    const { settings, programs, log } = this.opened
    const { chronicle, service } = this
    return new Reloader({
      configFile: settings.configFile,
      ...{ log, chronicle, service },
      read: (heard) => readAndExamine(settings, programs, heard),
      current: () => this.inForce,
      apply: (examined) => {
        this.use(examined)
      },
    })
  }

  private makeOperator(): Operator {
    const { log, programs } = this.opened
    const { daemon, chronicle, room, reloader } = this
    return makeOperator({
      ...{ programs, log, daemon, chronicle, room, reloader },
      assembly: () => this.inForce.assembly,
      facts: () => this.facts(),
    })
  }

  private facts(): DaemonFacts {
    const { settings, log } = this.opened
    const { startedAt, notices, lag } = this
    const { loadedAt } = this.inForce
    const { refused } = this.reloader
    return { configFile: settings.configFile, startedAt, loadedAt, refused, notices, lag, log }
  }
}
