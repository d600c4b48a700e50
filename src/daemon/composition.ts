/**
 * The host of the running daemon: what its subsystems are, how configurations reach them, and in which order all of it
 * begins and ends. What virtual routers are is the business of vrrp-subsystem.ts. Constructors only keep what they are
 * given; what is outside is reached through the World.
 */

import type { Result } from '../base/result.ts'
import type { Instant } from '../base/time.ts'
import { VERSION } from '../base/version.ts'
import type { VrrpModel, ProcessWide } from '../config/model.ts'
import type { LoopLag, World } from '../world/world.ts'
import type { Subsystem } from '../world/subsystem.ts'
import { EventList, type Subscriber } from '../events/event-list.ts'
import { ownCore, type Core } from './core.ts'
import { readRecord } from './recovery/run-record-file.ts'
import type { ReadRecord } from './recovery/run-record.ts'
import { subscribersOf } from './event-subscribers.ts'
import type { Examined } from './examined.ts'
import { Recorder } from './journal/recorder.ts'
import { addressWords, checkWords } from './journal/recorder-text.ts'
import type { Log } from './log/logging.ts'
import { makeOperator } from './control/operator-parts.ts'
import type { Operator } from './control/operator.ts'
import { Reloader } from './control/reloader.ts'
import { OwnScheduling } from './service/scheduling.ts'
import { reportTo, type ServiceReports } from './service/service-reports.ts'
import type { DaemonSettings } from './settings.ts'
import type { DaemonFacts } from './status/about.ts'
import { sayNotices } from './status/notices.ts'
import { Subsystems } from './subsystems.ts'
import { Vrrp, type VrrpSettings } from './vrrp-subsystem.ts'
import { heldFromStart } from './instance-naming.ts'

export type HostSettings = VrrpSettings & Pick<DaemonSettings, 'configFile' | 'monitorAddresses' | 'parts'>

/** What the parts are made for. */
export interface Surroundings {
  readonly world: World
  readonly settings: HostSettings
  readonly log: Log
  /** The configuration anew, for a reload. Undefined: it cannot be run; why has gone to that log. */
  readonly read: (log: Log) => Promise<Examined | undefined>
  /** What changes from one configuration to another, for people; rejected in words. */
  readonly plan: (from: Examined, to: Examined) => Promise<Result<readonly string[], string>>
  readonly core?: Core
  /** Beside the virtual routers, begun after them, for the configuration that the daemon starts with. */
  readonly subsystems?: readonly MakeSubsystem[]
}

export type MakeSubsystem = (host: HostServices, examined: Examined) => Subsystem<Examined, unknown>

/** What the host lends to a subsystem. */
export interface HostServices {
  readonly world: World
  readonly log: Log
  /** What happens in the daemon: it may subscribe, and publish. */
  readonly events: EventList
  /** Its summary may be another one now. */
  readonly summaryChanged: () => void
}

/** The configuration in force. */
export interface InForce extends Examined {
  readonly loadedAt: Date
}

/** Read, found good, and planned for: nothing has been touched. */
interface Prepared extends Examined {
  readonly apply: () => void
}

/** What has to be known before there is anything: what the last daemon has left, and what time it is. */
export function compose(surroundings: Surroundings, examined: Examined): DaemonHost {
  const { world } = surroundings
  const previous = readRecord(world.record, world.bootId())
  return new DaemonHost(surroundings, examined, previous, world.clock.now())
}

export class DaemonHost {
  readonly events: EventList = new EventList()
  readonly service: ServiceReports | undefined
  readonly recorder: Recorder
  readonly vrrp: Vrrp
  readonly reloader: Reloader<Prepared>
  readonly operator: Operator
  private readonly world: World
  private readonly log: Log
  private readonly settings: HostSettings
  readonly subsystems: Subsystems = new Subsystems()
  private readonly scheduling: OwnScheduling
  private readonly startedAt: Date
  private readonly startedWith: ProcessWide
  private lag: LoopLag | undefined
  private inForce: InForce
  private notices: readonly string[] = []

  constructor(
    { world, settings, log, read, plan, core = ownCore, subsystems = [] }: Surroundings,
    examined: Examined,
    previous: ReadRecord | undefined,
    now: Instant,
  ) {
    this.world = world
    this.log = log
    this.settings = settings
    this.startedAt = new Date(world.wallMs())
    this.startedWith = examined.model.process
    this.inForce = { ...examined, loadedAt: this.startedAt }
    this.service = world.service && reportTo(world.service, this.serviceFacts())
    this.recorder = this.makeRecorder()
    const { events, recorder } = this
    this.vrrp = new Vrrp({ world, core, log, settings, events, recorder }, examined, previous, now)
    this.subsystems.add(this.vrrp)
    const summaryChanged = (): void => this.service?.changed()
    for (const make of subsystems) this.subsystems.add(make({ world, log, events, summaryChanged }, examined))
    for (const subscriber of this.subscribers()) events.subscribe(subscriber)
    this.reloader = this.makeReloader(read, plan)
    this.operator = this.makeOperator()
    this.scheduling = new OwnScheduling(world.scheduler, log)
  }

  get current(): InForce {
    return this.inForce
  }

  /** In this order: what is measured and said; how the process runs; the subsystems, which hear of the kernel from then on. */
  start(): void {
    const { world, log, settings, inForce, subsystems } = this
    this.lag = world.measureLag()
    this.notices = sayNotices(inForce, settings, log)
    this.scheduling.use(inForce.model.global.scheduling)
    this.events.publish({ type: 'started', version: VERSION })
    world.kernel.onEvents((events) => {
      subsystems.onKernel(events)
    })
    subsystems.start()
  }

  /**
   * The other way round: no reload and no finding comes in any more, every subsystem gives up what it holds. Resolves
   * when the last notify scripts have had their time, and nothing is left for a next daemon to know.
   *
   * @param reason a signal's name
   */
  async stop(reason: string): Promise<void> {
    this.reloader.close()
    this.events.publish({ type: 'stopping', reason })
    await this.subsystems.stop()
  }

  /** After the goodbye. */
  leave(): void {
    this.lag?.stop()
    this.service?.close()
  }

  /** Another configuration is in force. */
  private use({ apply, ...examined }: Prepared): void {
    const { settings, log } = this
    const { model } = examined
    this.inForce = { ...examined, loadedAt: new Date(this.world.wallMs()) }
    this.scheduling.use(model.global.scheduling)
    apply()
    this.notices = [...sayNotices(examined, settings, log), ...this.sayHeld(model)]
  }

  /** What another configuration wants of the process, which is as it was started. */
  private sayHeld(model: VrrpModel): readonly string[] {
    const held = heldFromStart(this.startedWith, model.process)
    for (const notice of held) this.log.warn(notice)
    return held
  }

  private serviceFacts(): Parameters<typeof reportTo>[1] {
    const { world, subsystems } = this
    return { ...world, subsystems, refused: () => this.reloader.refused }
  }

  private makeRecorder(): Recorder {
    const { clock, wallMs } = this.world
    return new Recorder({
      clock,
      wallMs,
      recordOf: (name) => this.vrrp.engine.routers.get(name),
      addressesOf: (name) => addressWords(this.vrrp.assembly, name),
      checkWords: (name) => checkWords(this.vrrp.scriptService.reports(), name),
    })
  }

  private subscribers(): readonly Subscriber[] {
    const { world, log, settings, recorder, vrrp, service } = this
    const { scriptService, succession } = vrrp
    return subscribersOf({
      ...{ clock: world.clock, log, recorder, scriptService, succession, service },
      monitorAddresses: settings.monitorAddresses,
      recordOf: (name) => vrrp.engine.routers.get(name),
    })
  }

  private makeReloader(read: Surroundings['read'], plan: Surroundings['plan']): Reloader<Prepared> {
    const { log, events, service } = this
    return new Reloader({
      configFile: this.settings.configFile,
      wallMs: this.world.wallMs,
      ...{ log, service },
      publish: (event) => {
        events.publish(event)
      },
      read: async (heard) => {
        const examined = await read(heard)
        return examined && this.prepare(examined, heard)
      },
      current: () => this.inForce,
      plan,
      apply: (prepared) => {
        this.use(prepared)
      },
    })
  }

  private async prepare(examined: Examined, log: Log): Promise<Prepared | undefined> {
    const found = await this.subsystems.examine(examined)
    const prepared = found.ok ? this.subsystems.prepare(examined) : found
    if (prepared.ok) return { ...examined, apply: prepared.value }
    log.error(prepared.error)
    return undefined
  }

  private makeOperator(): Operator {
    const { world, recorder, events, reloader, vrrp, subsystems } = this
    return makeOperator({
      ...{ world, recorder, events, reloader, vrrp, subsystems },
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
