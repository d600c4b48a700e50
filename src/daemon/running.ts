/**
 * The daemon while it runs: elections, scripts, the control socket and the
 * service manager, until a signal ends it.
 */

import { between, seconds, type Duration, type Instant } from '../base/time.ts'
import { VERSION } from '../base/version.ts'
import type { Model } from '../config/model.ts'
import type { Kernel } from '../netlink/kernel.ts'
import type { ScriptPorts } from '../scripts/types.ts'
import { Alarm, systemClock } from '../system/clock.ts'
import { linkSettings } from '../system/link-sysctl.ts'
import { makeFifo, onSignal, reapOrphans } from '../system/process.ts'
import { connectServiceManager } from '../system/sd-notify.ts'
import type { Counters } from '../vrrp/counters.ts'
import type { Note } from '../vrrp/election/state.ts'
import { nextDeadline } from '../vrrp/engine.ts'
import type { ArpSocket } from '../vrrp/socket/arp-socket.ts'
import { assemble, type Assembly } from './assemble.ts'
import { Chronicle } from './chronicle.ts'
import { addressWords, checkWords } from './chronicle-text.ts'
import { notServedNotice } from './configuration.ts'
import { openControl } from './control.ts'
import { Dumps } from './dumps/dumps.ts'
import type { DumpSource } from './dumps/source.ts'
import { Daemon, type DaemonPorts } from './daemon.ts'
import { readAndExamine, type Examined } from './examined.ts'
import { runLifetimeScript } from './lifetime-scripts.ts'
import { findNft, Firewall } from './firewall.ts'
import { Drains } from './drains.ts'
import type { Log } from './logging.ts'
import { measureLoopLag, type LoopLag } from './loop-lag.ts'
import { describeGroupSyncing } from './messages.ts'
import { Operator } from './operator.ts'
import type { PidFiles } from './pid-files.ts'
import type { ProblemSources } from './problems.ts'
import { rehearse } from './rehearsal.ts'
import { Reloader, type RefusedReload } from './reloader.ts'
import { RivalsLog } from './rivals-log.ts'
import { ScriptRoom } from './script-room.ts'
import { ServiceReports } from './service-reports.ts'
import { serviceStatus } from './service-status.ts'
import { pidFilePaths, type DaemonSettings } from './settings.ts'
import { canSign } from './signing.ts'
import { delayStartup } from './startup-delay.ts'
import type { ReadRecord } from './run-record.ts'
import { readRecord, recordPath } from './run-record-file.ts'
import { StatusReporter } from './status-reporter.ts'
import { strictNotice } from './strict-notice.ts'
import { Succession } from './succession.ts'
import { Tracking } from './tracking.ts'
import { VirtualMacs } from './virtual-macs.ts'

const NOTIFY_STATES = { initialize: undefined, backup: 'BACKUP', master: 'MASTER', fault: 'FAULT' } as const

/** keepalived waits about as long for its last notify scripts. */
const NOTIFY_GRACE = seconds(1)

export interface Opened {
  readonly settings: DaemonSettings
  readonly log: Log
  readonly pidFiles: PidFiles
  readonly kernel: Kernel
  readonly arp: ArpSocket
  readonly programs: ScriptPorts
}

export class RunningDaemon {
  private readonly opened: Opened
  private readonly room: ScriptRoom
  private readonly tracking: Tracking
  private readonly daemon: Daemon
  private readonly service: ServiceReports | undefined
  private readonly lag: LoopLag = measureLoopLag()
  private readonly startedAt = new Date()
  private readonly chronicle: Chronicle
  private readonly operator: Operator
  private readonly firewall: Firewall
  private readonly deafUntil: Instant | undefined
  private current: Examined
  private assembly: Assembly
  private notices: readonly string[]
  private readonly succession: Succession
  private readonly virtualMacs: VirtualMacs
  private readonly reloader: Reloader
  private loadedAt = this.startedAt

  constructor(opened: Opened, examined: Examined) {
    const { model, scripts } = examined
    this.opened = opened
    this.current = examined
    this.service = this.connectService()
    this.notices = this.noticesOf(model)
    this.firewall = new Firewall(
      {
        ...opened.programs,
        nft: findNft(),
        complain: (text) => {
          opened.log.error(text)
        },
      },
      model.global.firewall,
    )
    this.deafUntil = delayStartup(model.global.startupDelay, opened.programs, (text) => {
      opened.log.info(text)
    })
    const previous = readRecord(recordPath(pidFilePaths(opened.settings).main))
    this.virtualMacs = this.makeVirtualMacs(previous)
    this.assembly = this.assemble(model)
    this.room = new ScriptRoom({
      ports: opened.programs,
      log: opened.log,
      onVerdict: (name, verdict) => {
        this.daemon.dispatch({ type: 'script', name, verdict })
        this.succession.renew()
      },
      makeFifo: (path, mode) => {
        const made = makeFifo(path, mode)
        return made.ok ? undefined : made.error.text
      },
      umask: opened.settings.umask,
    })
    this.succession = this.makeSuccession(previous)
    this.chronicle = this.makeChronicle()
    this.tracking = new Tracking(opened.programs, opened.log, (event) => {
      this.daemon.dispatch(event)
      this.succession.renew()
    })
    this.daemon = this.assembleDaemon()
    this.reloader = this.makeReloader()
    const drains = new Drains({
      clock: opened.programs.clock,
      timers: opened.programs.timers,
      chronicle: this.chronicle,
      engine: () => this.daemon.engine,
      dispatch: (event) => {
        this.daemon.dispatch(event)
      },
      warn: (text) => {
        opened.log.warn(text)
      },
    })
    const reporter = this.makeReporter(drains)
    this.operator = new Operator({
      chronicle: this.chronicle,
      engine: () => this.daemon.engine,
      status: () => reporter.report(),
      reload: (dryRun) => this.reloader.reloadAsked(dryRun),
      drains,
    })
    this.room.use({ model, ...scripts })
    this.tracking.use(model)
    this.listenForDumps()
  }

  async untilStopped(whenReady?: () => void): Promise<void> {
    const { log, settings, pidFiles, kernel, arp } = this.opened
    const stopSignal = this.onSignals()
    this.chronicle.daemon('started', `vrrpd ${VERSION} starts`)
    this.daemon.start(this.succession.begin())
    pidFiles.write(process.pid)
    const control = await openControl(settings.control, (request) => this.operator.handle(request), log)
    this.service?.ready()
    whenReady?.()
    log.info('Startup complete')
    const ring = (): void => {
      this.daemon.ring()
    }
    rehearse(this.assembly.routers[0], { kernel, arp, ring }).catch((error: unknown) => {
      log.error(`the rehearsal of a take-over failed (please report this): ${String(error)}`)
    })
    const signal = await stopSignal
    this.reloader.close()
    log.info(`Stopping (${signal})`)
    this.service?.stopping()
    this.chronicle.daemon('stopping', `vrrpd stops (${signal})`)
    this.tracking.stop()
    this.daemon.stop({ keepAddresses: !settings.releaseOnStop })
    await Promise.all([this.room.stop(NOTIFY_GRACE), this.firewall.settled()])
    await control?.close()
    this.lag.stop()
    await this.succession.end()
    this.service?.close()
    await this.runShutdownScript()
    pidFiles.remove()
    log.info('Stopped')
  }

  private async runShutdownScript(): Promise<void> {
    const { programs, log } = this.opened
    const { model, scripts } = this.current
    const { shutdownScript } = model.global
    if (!shutdownScript) return
    const script = scripts.scriptOf(shutdownScript.command)
    await runLifetimeScript('shutdown', shutdownScript, script, { programs, log })
  }

  /** What differs is changed, and only that. */
  private apply(examined: Examined): void {
    const { model, scripts } = examined
    this.current = examined
    this.assembly = this.assemble(model)
    this.firewall.use(model.global.firewall)
    this.daemon.reload(this.assembly, () => {
      this.room.use({ model, ...scripts })
      this.tracking.use(model)
    })
    if (model.global.fifoStatesOnReload) this.tellStates()
    this.succession.renew()
    this.chronicle.retain(new Set(this.daemon.engine.routers.keys()))
    this.notices = this.noticesOf(model)
    this.loadedAt = new Date()
  }

  private makeReloader(): Reloader {
    const { settings, programs, log } = this.opened
    return new Reloader({
      configFile: settings.configFile,
      log,
      chronicle: this.chronicle,
      service: this.service,
      read: (heard) => readAndExamine(settings, programs, heard, 'reload'),
      current: () => this.current,
      apply: (examined) => {
        this.apply(examined)
      },
    })
  }

  private noticesOf(model: Model): readonly string[] {
    const { settings, log } = this.opened
    const strict = strictNotice(model)
    if (strict !== undefined) log.warn(strict)
    const notServed = notServedNotice(model, settings.configFile)
    if (notServed !== undefined) log.info(notServed)
    return [notServed, strict].filter((notice) => notice !== undefined)
  }

  private assemble(model: Model): Assembly {
    const { pauseGuard } = this.opened.settings
    return assemble(model, canSign, {
      pauseGuard,
      deafUntil: this.deafUntil,
      virtualMacs: this.virtualMacs.wantedNow,
    })
  }

  private makeVirtualMacs(previous: ReadRecord | undefined): VirtualMacs {
    const { kernel, log } = this.opened
    const say = (text: string): void => {
      log.info(text)
    }
    const complain = (text: string): void => {
      log.warn(text)
    }
    return new VirtualMacs({ kernel, settings: linkSettings, say, complain }, previous)
  }

  private makeSuccession(previous: ReadRecord | undefined): Succession {
    const { settings, kernel, log } = this.opened
    return new Succession(recordPath(pidFilePaths(settings).main), previous, {
      clock: systemClock,
      kernel,
      log,
      virtualMacs: this.virtualMacs,
      firewall: this.firewall,
      routers: () => this.assembly.routers,
      statics: () => this.assembly.statics,
      engine: () => this.daemon.engine,
    })
  }

  private assembleDaemon(): Daemon {
    return new Daemon(this.assembly, this.daemonPorts(), this.succession.findings)
  }

  private daemonPorts(): DaemonPorts {
    const { kernel, arp, log, settings, programs } = this.opened
    const rivals = new RivalsLog(systemClock)
    return {
      clock: systemClock,
      createAlarm: (callback) => new Alarm(callback),
      firewall: this.firewall,
      timers: programs.timers,
      virtualMacs: this.virtualMacs,
      kernel,
      arp,
      notifyRouter: ({ router }, state, priority, deleted) => {
        this.room.notify({ type: 'INSTANCE', name: router.name }, state, priority, deleted)
      },
      notifyGroup: (name, state) => {
        this.room.notify({ type: 'GROUP', name }, state, 0)
      },
      begin: (event) => {
        this.chronicle.begin(event)
      },
      noteRouter: (name, note) => {
        this.chronicle.note(name, note)
        this.tellNote(name, note)
        for (const message of rivals.describe(name, note)) log.say(message)
        if (note.kind === 'transition') this.succession.renew()
        if (note.kind === 'transition') this.service?.changed()
      },
      noteGroupSyncing: (group, to) => {
        this.chronicle.groupSyncing(group, to)
        log.say(describeGroupSyncing(group, to))
      },
      noteLink: (name, state) => {
        this.chronicle.link(name, state)
        log.info(`Netlink reports ${name} ${state === 'gone' ? 'deleted' : state}`)
      },
      noteAddress: settings.monitorAddresses
        ? (text) => {
            log.info(text)
          }
        : undefined,
      complain: (text) => {
        this.chronicle.complaint(text)
        log.warn(text)
      },
      say: (text) => {
        log.info(text)
      },
      restoreAddresses: settings.restoreAddresses,
    }
  }

  /** What scripts and FIFOs hear of besides changes of state. */
  private tellNote(name: string, note: Note): void {
    const record = this.daemon.engine.routers.get(name)
    if (note.kind === 'forcing-election') this.room.notifyLowerPriority(name, note.ours)
    if (note.kind !== 'priority-changed' || !record) return
    this.room.notifyPriority(name, record.state.kind === 'master' ? 'MASTER' : 'BACKUP', note.to)
  }

  private tellStates(): void {
    const { routers, groups } = this.daemon.engine
    for (const { name, announced } of groups.values()) {
      if (announced) this.room.tellState({ type: 'GROUP', name }, announced, 0)
    }
    for (const { router, state, conditions } of routers.values()) {
      const told = NOTIFY_STATES[state.kind]
      if (told) this.room.tellState({ type: 'INSTANCE', name: router.name }, told, conditions.priority)
    }
  }

  private listenForDumps(): void {
    const { log } = this.opened
    new Dumps({
      source: (countersOf) => this.dumpSource(countersOf),
      onSignal: (number, callback) => {
        const listening = onSignal(number, callback)
        if (!listening.ok) log.warn(`cannot listen for signal ${number}: ${listening.error.text}`)
      },
      info: (text) => {
        log.info(text)
      },
      warn: (text) => {
        log.warn(text)
      },
    })
  }

  private dumpSource(countersOf: (name: string, now: Counters) => Counters): DumpSource {
    const { routers, groups } = this.daemon.engine
    return {
      model: this.current.model,
      checks: this.room.reports(),
      files: this.tracking.fileReports(),
      processes: this.tracking.processReports(),
      groups: [...groups.values()].map(({ name, members, announced }) => ({
        name,
        members,
        state: announced ?? 'INIT',
      })),
      routers: this.assembly.routers.flatMap((assembled) => {
        const record = routers.get(assembled.router.name)
        if (!record) return []
        return [
          {
            assembled,
            record,
            group: record.group,
            sinceMicros: Math.round(this.chronicle.wallMsOf(record.since) * 1000),
            counters: countersOf(record.router.name, record.counters),
            isPresent: (index: number) => this.daemon.isPresent(assembled, index),
          },
        ]
      }),
    }
  }

  private makeChronicle(): Chronicle {
    return new Chronicle({
      clock: systemClock,
      wallMs: () => Date.now(),
      recordOf: (name) => this.daemon.engine.routers.get(name),
      addressesOf: (name) => addressWords(this.assembly, name),
      checkWords: (name) => checkWords(this.room.reports(), name),
    })
  }

  /** Resolves with the name of the first signal that ends the daemon. */
  private onSignals(): Promise<string> {
    process.on('SIGHUP', () => {
      this.opened.log.reopen()
      this.reloader.reload().catch((error: unknown) => {
        // A defect of ours: better to end and be started anew than to run half of a configuration.
        setImmediate(() => {
          throw error
        })
      })
    })
    // A client or a log reader that goes away is no reason to end.
    process.on('SIGPIPE', () => undefined)
    if (process.pid === 1) process.on('SIGCHLD', () => reapOrphans())
    return new Promise((resolve) => {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) {
        process.on(signal, () => {
          resolve(signal)
        })
      }
    })
  }

  private connectService(): ServiceReports | undefined {
    const connected = connectServiceManager(process.env)
    if (connected.ok) {
      return new ServiceReports(connected.value, {
        status: () => this.serviceStatus(),
        overdue: () => this.overdue(),
      })
    }
    this.opened.log.warn(`cannot reach the service manager: ${connected.error.text}`)
    return undefined
  }

  private serviceStatus(): string {
    const states = serviceStatus(this.daemon.engine.routers.values())
    const { refused } = this.reloader
    if (refused === undefined) return states
    return `${states}; reload refused at ${refused.at.toTimeString().slice(0, 8)}, see the log`
  }

  private overdue(): Duration {
    const due = nextDeadline(this.daemon.engine)
    return due === undefined ? seconds(0) : between(due, systemClock.now())
  }

  private makeReporter(drains: Drains): StatusReporter {
    const { settings, programs, log } = this.opened
    return new StatusReporter({
      clock: programs.clock,
      wallMs: () => Date.now(),
      daemon: this.daemon,
      chronicle: this.chronicle,
      assembly: () => this.assembly,
      checks: () => this.room.reports(),
      drainedUntil: (router) => drains.until(router),
      about: () => ({
        notices: this.notices,
        logLinesLost: log.linesLost(),
        refusedReload: refusedReport(this.reloader.refused),
        daemon: {
          pid: process.pid,
          version: VERSION,
          startedAt: this.startedAt.toISOString(),
          configFile: settings.configFile,
          loopLagMs: this.lag.read().maxMs,
          loadedAt: this.loadedAt.toISOString(),
        },
      }),
    })
  }
}

const refusedReport = (refused: RefusedReload | undefined): ProblemSources['refusedReload'] =>
  refused && { at: refused.at.toISOString(), text: refused.text }
