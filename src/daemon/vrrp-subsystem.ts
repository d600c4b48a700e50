/**
 * Virtual routers as the first subsystem: the engine with what it holds in the kernel, the operator's checks and notify
 * scripts, what is tracked, the firewall of no_accept, virtual MAC interfaces, drains, and the record for the next run.
 */

import { accepted, type Result } from '../base/result.ts'
import { after, between, seconds, toSeconds, type Duration, type Instant } from '../base/time.ts'
import type { Found } from '../control/problem.ts'
import type { LinkEvent } from '../netlink/types.ts'
import { voiceOf, type EventList } from '../events/event-list.ts'
import { complainInWords, type DomainEvent } from '../events/event.ts'
import type { Findings } from '../vrrp/conditions.ts'
import type { Engine } from '../vrrp/engine.ts'
import type { Moment, Sections, Subsystem } from '../world/subsystem.ts'
import type { World } from '../world/world.ts'
import { canSign } from './adverts/signing.ts'
import { assemble, type Assembly } from './assemble.ts'
import type { Core } from './core.ts'
import { Daemon } from './daemon.ts'
import type { ReadRecord } from './recovery/run-record.ts'
import { Succession } from './recovery/succession.ts'
import type { Examined } from './examined.ts'
import type { Recorder } from './journal/recorder.ts'
import { Firewall } from './kernel/firewall.ts'
import { VirtualMacs } from './kernel/virtual-macs.ts'
import type { Log } from './log/logging.ts'
import type { Drains } from './control/drains.ts'
import { notifyOfStates } from './scripts/notifications.ts'
import { ScriptService } from './scripts/script-service.ts'
import { Tracking } from './scripts/tracking.ts'
import { stateSummary } from './service/service-status.ts'
import type { DaemonSettings } from './settings.ts'
import { InstanceReporter } from './status/instance-reporter.ts'

/** What the command line says of the virtual routers. */
export type VrrpSettings = Pick<DaemonSettings, 'restoreAddresses' | 'pauseGuard' | 'umask' | 'releaseOnStop'>

/** What the host lends. */
export interface VrrpPorts {
  readonly world: World
  readonly core: Core
  readonly log: Log
  readonly settings: VrrpSettings
  readonly events: EventList
  readonly recorder: Recorder
}

/** A configuration, and what it makes of this host. */
export interface VrrpPlan extends Examined {
  readonly assembly: Assembly
}

/** keepalived waits about as long for its last notify scripts. */
const NOTIFY_GRACE = seconds(1)

export class Vrrp implements Subsystem<Examined, VrrpPlan> {
  readonly name = 'vrrp'
  readonly scriptService: ScriptService
  readonly tracking: Tracking
  readonly daemon: Daemon
  readonly drains: Drains
  readonly succession: Succession
  private readonly ports: VrrpPorts
  private readonly firewall: Firewall
  private readonly virtualMacs: VirtualMacs
  private readonly reporter: InstanceReporter
  private readonly deafUntil: Instant | undefined
  private inForce: VrrpPlan

  /**
   * @param previous what the last run has left
   * @param now when the daemon starts
   */
  constructor(ports: VrrpPorts, examined: Examined, previous: ReadRecord | undefined, now: Instant) {
    const { world, log, recorder } = ports
    const { global } = examined.model
    this.ports = ports
    this.firewall = new Firewall({ ...world, complain: (text) => log.error(text) }, global.firewall)
    this.deafUntil = deafUntil(global.startupDelay, now)
    this.virtualMacs = this.makeVirtualMacs(previous)
    this.inForce = this.planFor(examined)
    this.scriptService = this.makeScriptService()
    this.succession = this.makeSuccession(previous)
    this.tracking = new Tracking(world, log, (event) => {
      this.daemon.dispatch(event)
    })
    this.daemon = this.makeDaemon()
    this.drains = this.makeDrains()
    this.reporter = new InstanceReporter({
      ...{ daemon: this.daemon, recorder, assembly: () => this.assembly },
      checks: () => this.scriptService.reports(),
      drainedUntil: (router) => this.drains.until(router),
    })
  }

  /** As the configuration in force has it. */
  get assembly(): Assembly {
    return this.inForce.assembly
  }

  get engine(): Engine {
    return this.daemon.engine
  }

  /** Whatever can be configured can be run, at worst by a router in Fault. */
  plan(examined: Examined): Result<VrrpPlan, never> {
    return accepted(this.planFor(examined))
  }

  /**
   * In this order: what is there whoever is Master; the operator's programs, whose first verdicts may come before this
   * returns; what an earlier run has left; the elections.
   */
  start(): void {
    const { world, log } = this.ports
    sayStartupDelay(this.inForce.model.global.startupDelay, world.timers, (text) => {
      log.info(text)
    })
    this.daemon.open()
    this.watchPrograms(this.succession.findings.scripts)
    this.daemon.start(this.succession.begin())
  }

  apply(plan: VrrpPlan): void {
    const { global } = plan.model
    this.inForce = plan
    this.firewall.use(global.firewall)
    this.daemon.reload(plan.assembly, () => {
      this.watchPrograms()
    })
    if (global.fifoStatesOnReload) notifyOfStates(this.scriptService, this.engine)
    this.ports.recorder.retain(new Set(this.engine.routers.keys()))
  }

  onKernel(events: readonly LinkEvent[]): void {
    this.daemon.onKernel(events)
  }

  report(moment: Moment): Sections {
    return this.reporter.report(moment)
  }

  problems({ instances = [] }: Sections, moment: Moment, loopLagMs: number): readonly Found[] {
    return this.reporter.problems(instances, moment, loopLagMs)
  }

  summary(): string {
    return stateSummary(this.engine.routers.values())
  }

  overdue(): Duration {
    const { core, world } = this.ports
    const due = core.nextDeadline(this.engine)
    return due === undefined ? seconds(0) : between(due, world.clock.now())
  }

  /** Every Master says goodbye and gives up what it holds; then the last notify scripts have their time. */
  async stop(): Promise<void> {
    const { settings } = this.ports
    this.tracking.stop()
    this.daemon.stop({ keepAddresses: !settings.releaseOnStop })
    await Promise.all([this.scriptService.stop(NOTIFY_GRACE), this.firewall.settled()])
    await this.succession.end()
  }

  private planFor(examined: Examined): VrrpPlan {
    const assembly = assemble(examined.model, canSign, {
      pauseGuard: this.ports.settings.pauseGuard,
      deafUntil: this.deafUntil,
      virtualMacs: this.virtualMacs.wantedNow,
    })
    return { ...examined, assembly }
  }

  /** Those of the configuration in force, its files and processes. */
  private watchPrograms(known?: Findings['scripts']): void {
    const { model, scripts } = this.inForce
    this.scriptService.use({ model, ...scripts }, known)
    this.tracking.use(model)
  }

  private makeVirtualMacs(previous: ReadRecord | undefined): VirtualMacs {
    const { world, log } = this.ports
    const say = (text: string): void => {
      log.info(text)
    }
    const complain = complainInWords((text) => {
      log.warn(text)
    })
    return new VirtualMacs({ kernel: world.kernel, settings: world.linkSettings, say, complain }, previous)
  }

  private makeScriptService(): ScriptService {
    const { world, log, settings } = this.ports
    return new ScriptService({
      ...{ ports: world, log, umask: settings.umask },
      onVerdict: (name, verdict) => {
        this.daemon.dispatch({ type: 'script', name, verdict })
      },
    })
  }

  private makeSuccession(previous: ReadRecord | undefined): Succession {
    const { virtualMacs, firewall } = this
    const { world, log } = this.ports
    return new Succession(previous, {
      ...world,
      ...{ log, virtualMacs, firewall },
      engine: () => this.engine,
      routers: () => this.assembly.routers,
      statics: () => this.assembly.statics,
      usedNumbers: () => this.daemon.usedNumbers,
      isHosts: (address) => this.daemon.isHosts(address),
    })
  }

  private makeDaemon(): Daemon {
    const { firewall, virtualMacs, succession } = this
    const { world, core, settings, events } = this.ports
    const publish = (event: DomainEvent): void => {
      events.publish(event)
    }
    const ports = {
      ...world,
      ...{ core, firewall, virtualMacs, restoreAddresses: settings.restoreAddresses },
      ...voiceOf(publish),
    }
    const { findings, usedNumbers: used, leftAddresses: left } = succession
    return new Daemon(this.assembly, ports, findings, { used, left })
  }

  private makeDrains(): Drains {
    const { world, core, recorder, events, log } = this.ports
    return core.createDrains({
      ...{ clock: world.clock, timers: world.timers, recorder, events },
      engine: () => this.engine,
      dispatch: (event) => {
        this.daemon.dispatch(event)
      },
      warn: (text) => {
        log.warn(text)
      },
    })
  }
}

/**
 * `vrrp_startup_delay`: once, at the start; a reload neither begins nor ends it (measured with keepalived 2.2.7).
 *
 * @returns until when nothing that arrives counts, from `now` on; undefined: there is no delay
 */
const deafUntil = (delay: Duration, now: Instant): Instant | undefined =>
  delay === 0 ? undefined : after(now, delay)

function sayStartupDelay(delay: Duration, timers: World['timers'], say: (text: string) => void): void {
  if (delay === 0) return
  say(`Delaying startup for ${toSeconds(delay)} seconds`)
  timers.after(delay, () => {
    say('Delayed start completed')
  })
}
