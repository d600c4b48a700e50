/**
 * The daemon while it runs: its parts, the signals, the control socket and what is dumped, until a signal ends it.
 */

import { openControl } from './control/control.ts'
import { Dumps } from './dumps/dumps.ts'
import { gatherDump } from './dumps/gather.ts'
import type { PidFiles } from './recovery/pid-files.ts'
import type { Examined } from './examined.ts'
import { runLifetimeScript } from './scripts/lifetime-scripts.ts'
import { compose, type DaemonHost, type Surroundings } from './composition.ts'
import { rehearse } from './rehearsal.ts'
import type { DaemonSettings } from './settings.ts'
import { onSignals } from './signals.ts'
import { instanceNamingOf } from './instance-naming.ts'

export interface Opened extends Surroundings {
  readonly settings: DaemonSettings
  readonly pidFiles: PidFiles
}

export class RunningDaemon {
  private readonly opened: Opened
  private readonly parts: DaemonHost

  constructor(opened: Opened, examined: Examined) {
    this.opened = opened
    this.parts = compose(opened, examined)
  }

  async untilStopped(whenReady?: () => void): Promise<void> {
    const { log, world, settings, pidFiles } = this.opened
    const { operator, service } = this.parts
    const stopSignal = this.listenForSignals()
    this.listenForDumps()
    this.parts.start()
    pidFiles.write(process.pid, { timers: world.timers, log })
    const control = await openControl(settings.control, (request) => operator.handle(request), log)
    service?.ready()
    whenReady?.()
    log.info('Startup complete')
    this.rehearse()
    await this.parts.stop(await stopSignal)
    await control?.close()
    this.parts.leave()
    await this.runShutdownScript()
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
    const { vrrp, recorder } = parts
    const { daemon, scriptService, tracking } = vrrp
    const instanceNaming = instanceNamingOf(this.opened.settings)
    new Dumps({
      log: this.opened.log,
      source: (countersOf) => {
        const { model } = parts.current
        const { routers } = vrrp.assembly
        return gatherDump(
          { model, instanceNaming, routers, daemon, recorder, scriptService, tracking },
          countersOf,
        )
      },
    })
  }

  private rehearse(): void {
    const { world, log } = this.opened
    const { daemon, assembly } = this.parts.vrrp
    const ring = (): void => {
      daemon.ring()
    }
    rehearse(assembly.routers[0], { ...world, ring }).catch((error: unknown) => {
      log.error(`the rehearsal of a take-over failed (please report this): ${String(error)}`)
    })
  }

  private async runShutdownScript(): Promise<void> {
    const { world, log } = this.opened
    const { model, scripts } = this.parts.current
    const { shutdownScript } = model.global
    if (!shutdownScript) return
    const script = scripts.scriptOf(shutdownScript.command)
    await runLifetimeScript('shutdown', shutdownScript, script, { programs: world, log })
  }
}
