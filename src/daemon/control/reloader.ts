/**
 * The reload, whoever asks for it: everything is read and examined before
 * anything is touched. keepalived dies of a bad file and leaves its addresses
 * behind; here a bad file changes nothing.
 */

import { accepted, rejected, type Result } from '../../base/result.ts'
import type { ReloadReport } from '../../control/reload.ts'
import type { DomainEvent } from '../../events/event.ts'
import type { Examined } from '../examined.ts'
import { listeningLog, type ListeningLog } from '../log/listening-log.ts'
import type { Log } from '../log/logging.ts'
import type { RefusedReload } from '../status/about.ts'
import type { ServiceReports } from '../service/service-reports.ts'

export interface ReloaderPorts<Configuration> {
  readonly configFile: string
  readonly wallMs: () => number
  readonly log: Log
  readonly publish: (event: DomainEvent) => void
  readonly service: Pick<ServiceReports, 'reloading' | 'ready'> | undefined
  /** Undefined: it cannot be run; why has gone to that log. */
  readonly read: (log: Log) => Promise<Configuration | undefined>
  readonly current: () => Examined
  readonly apply: (configuration: Configuration) => void
  /** What changes from one to the other, for people; rejected in words. */
  readonly plan: (from: Examined, to: Configuration) => Promise<Result<readonly string[], string>>
}

/** `Configuration`: what is read and applied, which is more than what is looked at here. */
export class Reloader<Configuration extends Examined = Examined> {
  private readonly ports: ReloaderPorts<Configuration>
  private reloading: 'no' | 'now' | 'now and again' = 'no'
  private closed = false
  private lastRefused: RefusedReload | undefined

  constructor(ports: ReloaderPorts<Configuration>) {
    this.ports = ports
  }

  /** A reload that was refused, since which none was accepted. */
  get refused(): RefusedReload | undefined {
    return this.lastRefused
  }

  /** One at a time; a request during a reload means that the file may have changed again. */
  async reload(): Promise<void> {
    if (this.closed) return
    if (this.reloading === 'no') await this.perform(listeningLog(this.ports.log))
    else this.reloading = 'now and again'
  }

  /** For somebody who waits for the outcome; undefined: one is under way. */
  async reloadAsked(dryRun: boolean): Promise<ReloadReport | undefined> {
    if (this.closed || this.reloading !== 'no') return undefined
    const log = listeningLog(dryRun ? undefined : this.ports.log)
    const before = this.ports.current()
    const outcome = dryRun ? await this.acceptable(log) : await this.perform(log)
    const planned = outcome.ok ? await this.ports.plan(before, outcome.value) : accepted([])
    if (!planned.ok) log.warn(`What the reload changes cannot be told: ${planned.error}`)
    const plan = planned.ok ? planned.value : []
    return { version: 1, accepted: outcome.ok, dryRun, plan, messages: log.complaints }
  }

  /** The daemon stops: what is being read changes nothing any more. */
  close(): void {
    this.closed = true
  }

  private async perform(log: ListeningLog): Promise<Result<Configuration, string>> {
    const { service } = this.ports
    this.reloading = 'now'
    service?.reloading()
    const outcome = await this.readAndApply(log)
    // After the service manager has heard that the daemon stops, it is not to hear that it is ready.
    if (!this.closed) service?.ready()
    const again = this.isWantedAgain()
    this.reloading = 'no'
    if (again) await this.reload()
    return outcome
  }

  /** A question of its own, because the answer changes while a reload waits. */
  private isWantedAgain(): boolean {
    return this.reloading === 'now and again'
  }

  private async readAndApply(log: ListeningLog): Promise<Result<Configuration, string>> {
    const { configFile, publish, apply } = this.ports
    log.info(`Reloading ${configFile}`)
    const examined = await this.acceptable(log)
    if (this.closed) return rejected('the daemon stops')
    if (!examined.ok) {
      this.lastRefused = { at: new Date(this.ports.wallMs()), text: examined.error }
      publish({ type: 'reload-refused', reason: examined.error })
      return examined
    }
    publish({ type: 'reloaded', configFile })
    apply(examined.value)
    this.lastRefused = undefined
    log.info('Reload complete')
    return examined
  }

  /** Rejected with the first reason in words, the daemon goes on with what it has; why has been logged. */
  private async acceptable(log: ListeningLog): Promise<Result<Configuration, string>> {
    const examined = await this.ports.read(log)
    if (!examined) {
      const reason = log.firstError ?? 'see the log'
      log.error('Reload refused: the daemon goes on with the configuration it has')
      return rejected(reason)
    }
    // A file cut short while it is being written is no wish to give up every address; to do that, stop the daemon.
    const hasInstances = ({ model }: Examined): boolean => model.instances.length > 0
    if (hasInstances(examined) || !hasInstances(this.ports.current())) return accepted(examined)
    log.error(
      'Reload refused: without an instance nothing would be left; the daemon goes on with what it has',
    )
    return rejected('no instance')
  }
}
