/**
 * The daemon while it runs: elections, scripts, the control socket and the
 * service manager, until a signal ends it.
 */

import { seconds } from '../base/time.ts'
import { VERSION } from '../base/version.ts'
import { openControl } from './operator/control.ts'
import { Dumps } from './dumps/dumps.ts'
import { gatherDump } from './dumps/gather.ts'
import type { Examined } from './examined.ts'
import { runLifetimeScript } from './scripts/lifetime-scripts.ts'
import { Parts, type Opened } from './parts.ts'
import { rehearse } from './kernel/rehearsal.ts'
import { onSignals } from './signals.ts'
import { whereaboutsOf } from './whereabouts.ts'

/** keepalived waits about as long for its last notify scripts. */
const NOTIFY_GRACE = seconds(1)

export class RunningDaemon {
  private readonly opened: Opened
  private readonly parts: Parts

  constructor(opened: Opened, examined: Examined) {
    this.opened = opened
    this.parts = new Parts(opened, examined)
  }

  async untilStopped(whenReady?: () => void): Promise<void> {
    const { log, settings, pidFiles } = this.opened
    const { chronicle, daemon, succession, operator, service } = this.parts
    const stopSignal = this.listenForSignals()
    this.listenForDumps()
    chronicle.daemon('started', `vrrpd ${VERSION} starts`)
    daemon.start(succession.begin())
    pidFiles.write(process.pid, { timers: this.opened.programs.timers, log })
    const control = await openControl(settings.control, (request) => operator.handle(request), log)
    service?.ready()
    whenReady?.()
    log.info('Startup complete')
    this.rehearse()
    await this.stop(await stopSignal)
    await control?.close()
    await this.leave()
    pidFiles.remove()
    log.info('Stopped')
  }

  private listenForSignals(): Promise<string> {
    return onSignals(() => {
      this.opened.log.reopen()
      return this.parts.reloader.reload()
    })
  }

  private listenForDumps(): void {
    const { parts } = this
    const { daemon, chronicle, room, tracking } = parts
    const whereabouts = whereaboutsOf(this.opened.settings)
    new Dumps({
      log: this.opened.log,
      source: (countersOf) => {
        const { model, assembly } = parts.current
        const { routers } = assembly
        return gatherDump({ model, whereabouts, routers, daemon, chronicle, room, tracking }, countersOf)
      },
    })
  }

  private rehearse(): void {
    const { kernel, arp, log } = this.opened
    const { daemon, current } = this.parts
    const ring = (): void => {
      daemon.ring()
    }
    rehearse(current.assembly.routers[0], { kernel, arp, ring }).catch((error: unknown) => {
      log.error(`the rehearsal of a take-over failed (please report this): ${String(error)}`)
    })
  }

  /** Says goodbye; resolves when the last notify scripts have had their time. */
  private async stop(signal: string): Promise<void> {
    const { log, settings } = this.opened
    const { reloader, service, chronicle, tracking, daemon, room, firewall } = this.parts
    reloader.close()
    log.info(`Stopping (${signal})`)
    service?.stopping()
    chronicle.daemon('stopping', `vrrpd stops (${signal})`)
    tracking.stop()
    daemon.stop({ keepAddresses: !settings.releaseOnStop })
    await Promise.all([room.stop(NOTIFY_GRACE), firewall.settled()])
  }

  private async leave(): Promise<void> {
    const { lag, succession, service } = this.parts
    lag.stop()
    await succession.end()
    service?.close()
    await this.runShutdownScript()
  }

  private async runShutdownScript(): Promise<void> {
    const { programs, log } = this.opened
    const { model, scripts } = this.parts.current
    const { shutdownScript } = model.global
    if (!shutdownScript) return
    const script = scripts.scriptOf(shutdownScript.command)
    await runLifetimeScript('shutdown', shutdownScript, script, { programs, log })
  }
}
