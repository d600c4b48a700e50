/** The daemon from its start to its end: what is opened in which order, what ends it, and what is put back. */

import { seconds } from '../base/time.ts'
import { VERSION } from '../base/version.ts'
import type { Model } from '../config/model.ts'
import { openKernel, type Kernel } from '../netlink/kernel.ts'
import type { ScriptPorts } from '../scripts/types.ts'
import type { Verdict } from '../vrrp/election/state.ts'
import { Alarm, systemClock } from '../system/clock.ts'
import { enterNetworkNamespace, exitImmediately, reapOrphans } from '../system/process.ts'
import { connectServiceManager, type ServiceManager } from '../system/sd-notify.ts'
import { createLauncher } from '../system/spawn.ts'
import { SystemTimers } from '../system/timers.ts'
import { openArpSocket, type ArpSocket } from '../vrrp/socket/arp-socket.ts'
import { assemble, type Assembly } from './assemble.ts'
import { notServedNotice, readConfiguration } from './configuration.ts'
import { openControl } from './control.ts'
import { Daemon } from './daemon.ts'
import { openDevLog } from './log-dev-log.ts'
import { openLog, type Log } from './logging.ts'
import { dumpModel } from './dump.ts'
import { measureLoopLag, type LoopLag } from './loop-lag.ts'
import { describeGroupSyncing, describeNote } from './messages.ts'
import { acquirePidFiles, type PidFiles } from './pid-files.ts'
import { rehearse } from './rehearsal.ts'
import { ScriptRoom } from './script-room.ts'
import { examineScripts, type ExaminedScripts } from './script-access.ts'
import type { DaemonSettings } from './settings.ts'
import { statusReport } from './status.ts'

/** keepalived's: 0 also when another daemon runs already, 2 when it cannot run. */
export const EXIT = { ok: 0, cannotRun: 2 } as const

/** keepalived waits about as long for its last notify scripts. */
const NOTIFY_GRACE = seconds(1)
const LOG_GRACE_MS = 500

/**
 * @param whenReady called once the daemon listens
 * @returns never, in fact: the process ends with the exit code as soon as it is known.
 */
export async function runDaemon(settings: DaemonSettings, whenReady?: () => void): Promise<number> {
  if (settings.umask !== undefined) process.umask(settings.umask)
  const entered = settings.namespace === undefined ? undefined : enterNetworkNamespace(settings.namespace)
  const log = openLog(settings.log, openDevLog)
  const leave = async (code: number): Promise<number> => {
    await log.close(LOG_GRACE_MS)
    // A write to a full pipe may still sit in the thread pool; it must not hold us up.
    return exitImmediately(code)
  }
  log.info(`Starting vrrpd v${VERSION}`)
  for (const notice of settings.notices) log.info(notice)
  if (entered?.ok === false) {
    log.error(`cannot enter network namespace ${settings.namespace ?? ''}: ${entered.error.text}`)
    return leave(EXIT.cannotRun)
  }
  const pidFiles = acquirePidFiles(settings)
  if (!pidFiles.ok) {
    if (pidFiles.error.kind === 'held') log.info('daemon is already running')
    else log.error(pidFiles.error.text)
    return leave(pidFiles.error.kind === 'held' ? EXIT.ok : EXIT.cannotRun)
  }
  const model = await readConfiguration(settings, log)
  if (model && settings.dumpConfig) for (const line of dumpModel(model)) log.info(line)
  const running = model && (await open(settings, model, log, pidFiles.value))
  if (!running) {
    pidFiles.value.remove()
    return leave(EXIT.cannotRun)
  }
  await running.untilStopped(whenReady)
  return leave(EXIT.ok)
}

async function open(
  settings: DaemonSettings,
  model: Model,
  log: Log,
  pidFiles: PidFiles,
): Promise<RunningDaemon | undefined> {
  const kernel = openKernel({})
  const arp = openArpSocket()
  if (!kernel.ok || !arp.ok) {
    const failure = !kernel.ok ? kernel.error : !arp.ok ? arp.error : undefined
    log.error(
      `cannot open a socket: ${failure?.call ?? ''}: ${failure?.text ?? ''} (root or CAP_NET_ADMIN and CAP_NET_RAW are needed)`,
    )
    return undefined
  }
  const programs = { launcher: createLauncher(), timers: new SystemTimers(), clock: systemClock }
  const scripts = await examineScripts(model, programs)
  if (scripts.violation !== undefined) log.warn(scripts.violation)
  return new RunningDaemon({
    settings,
    model,
    log,
    pidFiles,
    kernel: kernel.value,
    arp: arp.value,
    programs,
    scripts,
  })
}

interface Opened {
  readonly settings: DaemonSettings
  readonly model: Model
  readonly log: Log
  readonly pidFiles: PidFiles
  readonly kernel: Kernel
  readonly arp: ArpSocket
  readonly programs: ScriptPorts
  readonly scripts: ExaminedScripts
}

class RunningDaemon {
  private readonly opened: Opened
  private readonly assembly: Assembly
  private readonly room: ScriptRoom
  private readonly daemon: Daemon
  private readonly lag: LoopLag = measureLoopLag()
  private readonly startedAt = new Date()
  private readonly notices: readonly string[]

  constructor(opened: Opened) {
    this.opened = opened
    const { model, settings, log } = opened
    const notice = notServedNotice(model, settings.configFile)
    this.notices = notice === undefined ? [] : [notice]
    for (const text of this.notices) log.info(text)
    this.assembly = assemble(model)
    const { room, verdicts, follow } = this.openScripts()
    this.room = room
    this.daemon = this.assembleDaemon(verdicts)
    follow((name, verdict) => {
      this.daemon.dispatch({ type: 'script', name, verdict })
    })
  }

  async untilStopped(whenReady?: () => void): Promise<void> {
    const { log, settings, pidFiles, kernel, arp } = this.opened
    const stopSignal = this.onSignals()
    this.daemon.start()
    pidFiles.write(process.pid)
    const control = await openControl(settings.control, () => this.report(), log)
    const service = this.connectService()
    service?.ready()
    whenReady?.()
    log.info('Startup complete')
    rehearse(this.assembly.routers[0], {
      kernel,
      arp,
      ring: () => {
        this.daemon.ring()
      },
    }).catch((error: unknown) => {
      log.error(`the rehearsal of a take-over failed (please report this): ${String(error)}`)
    })
    const signal = await stopSignal
    log.info(`Stopping (${signal})`)
    service?.stopping()
    this.daemon.stop({ keepAddresses: !settings.releaseOnStop })
    await this.room.stop(NOTIFY_GRACE)
    await control?.close()
    this.lag.stop()
    pidFiles.remove()
    log.info('Stopped')
  }

  /** The checks' first words come before there is a daemon to hear them. */
  private openScripts(): {
    room: ScriptRoom
    verdicts: ReadonlyMap<string, Verdict>
    follow: (listener: (name: string, verdict: Verdict) => void) => void
  } {
    const verdicts = new Map<string, Verdict>()
    let listener = (name: string, verdict: Verdict): void => void verdicts.set(name, verdict)
    const { model, log, scripts, programs } = this.opened
    const room = new ScriptRoom({
      model,
      scriptOf: scripts.scriptOf,
      ports: programs,
      log,
      onVerdict: (name, verdict) => {
        listener(name, verdict)
      },
    })
    room.start()
    return { room, verdicts, follow: (next) => (listener = next) }
  }

  private assembleDaemon(scripts: ReadonlyMap<string, Verdict>): Daemon {
    const { kernel, arp, log, model, settings } = this.opened
    return new Daemon(this.assembly, {
      clock: systemClock,
      createAlarm: (callback) => new Alarm(callback),
      kernel,
      arp,
      scripts,
      multicastGroup: model.global.mcastGroup4,
      notifyRouter: ({ router }, state, priority) => {
        this.room.notify({ type: 'INSTANCE', name: router.name }, state, priority)
      },
      notifyGroup: (name, state) => {
        this.room.notify({ type: 'GROUP', name }, state, 0)
      },
      noteRouter: (name, note) => {
        log.say(describeNote(name, note))
      },
      noteGroupSyncing: (group, to) => {
        log.say(describeGroupSyncing(group, to))
      },
      noteLink: (name, state) => {
        log.info(`Netlink reports ${name} ${state === 'gone' ? 'deleted' : state}`)
      },
      noteAddress: settings.monitorAddresses
        ? (text) => {
            log.info(text)
          }
        : undefined,
      complain: (text) => {
        log.warn(text)
      },
    })
  }

  /** Resolves with the name of the first signal that ends the daemon. */
  private onSignals(): Promise<string> {
    const { log } = this.opened
    process.on('SIGHUP', () => {
      log.warn('SIGHUP: this version cannot reload yet; it goes on with the configuration it has')
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

  private connectService(): ServiceManager | undefined {
    const connected = connectServiceManager(process.env)
    if (connected.ok) return connected.value
    this.opened.log.warn(`cannot reach the service manager: ${connected.error.text}`)
    return undefined
  }

  private report(): ReturnType<typeof statusReport> {
    const { engine } = this.daemon
    const { settings } = this.opened
    return statusReport({
      routers: this.assembly.routers.flatMap((assembled) => {
        const record = engine.routers.get(assembled.router.name)
        return record ? [{ assembled, record }] : []
      }),
      isPresent: (assembled, index) => this.daemon.isPresent(assembled, index),
      notices: this.notices,
      daemon: {
        pid: process.pid,
        version: VERSION,
        startedAt: this.startedAt.toISOString(),
        configFile: settings.configFile,
        loopLagMs: this.lag.read().maxMs,
      },
      now: systemClock.now(),
      wallNowMs: Date.now(),
    })
  }
}
