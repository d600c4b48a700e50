/** One host: its kernel, what scripts find there, and the real daemon, whose process comes and goes. */

import { accepted } from '../../src/base/result.ts'
import { between, seconds, type Instant } from '../../src/base/time.ts'
import type { Core } from '../../src/daemon/core.ts'
import { removeRecorded } from '../../src/daemon/recovery/remove-recorded.ts'
import { readRecord } from '../../src/daemon/recovery/run-record-file.ts'
import type { Examined } from '../../src/daemon/examined.ts'
import { compose, type DaemonHost } from '../../src/daemon/composition.ts'
import { planBetween } from '../../src/daemon/reading/own-part.ts'
import type { Verdict } from '../../src/vrrp/election/state.ts'
import type { Engine, EngineEffect, EngineEvent } from '../../src/vrrp/engine.ts'
import { examinedFor, linkName, routerName, settingsFor } from './build.ts'
import { silentLog } from '../../src/simulation/host.ts'
import { HostKernel } from './host-kernel.ts'
import { MemoryRecord } from '../../src/simulation/memory-record.ts'
import { Operator } from './operator.ts'
import {
  BOOT_ID,
  SimulatedProcess,
  type Machine,
  type Packet as BarePacket,
} from '../../src/simulation/process.ts'
import type { HostSpec, RouterChange, RouterSpec } from './scenario.ts'
import type { Packet, Surroundings } from './surroundings.ts'
import { Tracked } from './tracked.ts'

export { LONGEST_LAG } from '../../src/simulation/process.ts'

/** A step of the engine whose effects are being performed. */
interface Step {
  readonly event: EngineEvent
  readonly before: Engine
  readonly after: Engine
  readonly effects: readonly EngineEffect[]
  readonly packet: Packet | undefined
}

interface Running {
  readonly parts: DaemonHost
  readonly process: SimulatedProcess<Packet>
}

export class Host {
  readonly number: number
  /** What the configuration file says, as far as the daemon has read it. */
  spec: HostSpec
  private file: HostSpec
  readonly kernel: HostKernel
  readonly operator: Operator
  /** How things are. */
  readonly tracked = new Tracked()
  /** How things are as far as the daemon has been told. */
  readonly known: {
    links: { up: boolean; addressed: boolean }[]
    tracked: Tracked
    drained: Set<string>
  }
  /** Have been told to leave by a reload that goes on. */
  dismissed: ReadonlySet<string> = new Set()
  paused = false
  pausedAt: Instant | undefined
  activeSince: Instant | undefined
  bootedAt: Instant
  /** When a daemon was last killed, and who was Master for so long that its record says so. */
  crashed: { readonly at: Instant; readonly masters: ReadonlySet<string> } | undefined
  /** The last daemon was killed, and this one knows what it left. */
  hasRecord = false
  private running: Running | undefined
  /** Has said goodbye, and waits for its last scripts. */
  private leaving: SimulatedProcess<Packet> | undefined
  private step: Step | undefined
  private hasStarted = false
  /** Since the last observation. */
  private readonly sent: Packet[] = []
  private readonly record = new MemoryRecord()
  private readonly around: Surroundings
  private readonly lans: readonly number[]

  constructor(number: number, lans: number, spec: HostSpec, around: Surroundings) {
    this.number = number
    this.spec = spec
    this.file = spec
    this.around = around
    this.bootedAt = around.now()
    this.kernel = new HostKernel(number, lans)
    this.lans = Array.from({ length: lans }, (_, lan) => lan)
    this.known = { links: [], tracked: new Tracked(), drained: new Set() }
    this.operator = new Operator({
      now: () => around.now(),
      engine: () => this.engine,
      ask: (request) => {
        this.running?.parts.operator.handle(request).catch((error: unknown) => around.fail(error))
      },
      withGroups: (vrids) => this.withGroups(vrids),
    })
  }

  /** Undefined while no daemon runs here. */
  get engine(): Engine | undefined {
    return this.running?.parts.vrrp.engine
  }

  /** When its socket was full for the first time since its daemon began. */
  get lostPacketAt(): Instant | undefined {
    return this.running?.process.lostPacketAt
  }

  get isActive(): boolean {
    return this.running !== undefined && !this.paused
  }

  boot(): void {
    if (this.running) return
    // There is one at a time: the lock of the pid file.
    this.leaving?.end()
    this.spec = this.file
    this.bootedAt = this.around.now()
    this.activeSince = this.bootedAt
    this.pausedAt = undefined
    this.known.links = this.lans.map((lan) => this.kernel.factOf(lan))
    this.known.drained.clear()
    this.hasRecord = this.record.isThere
    this.operator.orders.clear()
    const process = new SimulatedProcess<Packet>(this.around, this.machine())
    const read = (): Promise<Examined> => process.answer(() => this.examined())
    const { world } = process
    const surroundings = {
      world,
      settings: settingsFor(this.spec),
      log: silentLog,
      read,
      plan: (from: Examined, to: Examined) => process.answer(() => accepted(planBetween(from, to))),
      core: this.observed(),
    }
    const parts = compose(surroundings, this.examined())
    this.running = { parts, process }
    this.hasStarted = false
    parts.start()
    this.finishStep()
  }

  stop(): void {
    this.resume()
    const { running } = this
    if (!running) return
    const { parts, process } = running
    this.leaving = process
    parts.stop('SIGTERM').then(
      () => {
        parts.leave()
        process.end()
      },
      (error: unknown) => this.around.fail(error),
    )
    this.forget()
  }

  /** As after SIGKILL: what it has written down and put into the kernel is there. */
  crash(): void {
    const now = this.around.now()
    const isWell = this.isActive && between(this.activeSince ?? now, now) >= WRITTEN_WITHIN
    const records = isWell ? [...(this.engine?.routers.values() ?? [])] : []
    const masters = records.filter(
      ({ state, since }) => state.kind === 'master' && between(since, now) >= WRITTEN_WITHIN,
    )
    if (this.running) this.crashed = { at: now, masters: new Set(masters.map(({ router }) => router.name)) }
    this.running?.process.end()
    this.forget()
  }

  /** A new file is there, and the daemon is told to read it; one that sleeps cannot. */
  reload(change: RouterChange): void {
    if (this.paused) return
    const routers = this.file.routers.map((router) =>
      // In an owner's place nobody else can be.
      router.priority === 255
        ? router
        : {
            ...router,
            preempt: change.preempt ?? router.preempt,
            priority: Math.min(254, Math.max(1, router.priority + change.priority)),
          },
    )
    this.configure({ routers, groups: this.file.groups })
  }

  /** As a whole; what the process was started with stays. */
  configure(configuration: Pick<HostSpec, 'routers' | 'groups'>): void {
    if (this.paused) return
    this.file = { ...this.file, ...configuration }
    this.running?.parts.reloader.reload().catch((error: unknown) => this.around.fail(error))
  }

  /** `vrrpd cleanup`, which the unit runs when a daemon has ended; who runs is left alone. */
  cleanUp(): void {
    const record = this.running ? undefined : readRecord(this.record, BOOT_ID)
    if (record === undefined) return
    const kernel = this.kernel.openForOthers()
    removeRecorded(record, { kernel, linkSettings: this.kernel.linkSettings }, () => undefined)
    kernel.close()
  }

  private forget(): void {
    this.kernel.close()
    this.running = undefined
    this.step = undefined
    this.dismissed = new Set()
    this.paused = false
    this.operator.orders.clear()
  }

  pause(): void {
    if (!this.isActive) return
    this.paused = true
    this.pausedAt = this.around.now()
    this.running?.process.pause()
  }

  resume(): void {
    if (!this.paused) return
    this.paused = false
    this.activeSince = this.around.now()
    this.running?.process.resume()
  }

  setVerdict(kind: 'script' | 'process', name: string, verdict: Verdict): void {
    this.tracked[kind].set(name, verdict)
  }

  setFile(name: string, number: number): void {
    this.tracked.file.set(name, number)
    this.running?.process.fileChanged(name)
  }

  /** Not between a crash and the next start: the run record knows links by their names, and what is left stays there. */
  renameLink(lan: number): void {
    if (this.running || !this.record.isThere) this.kernel.rename(lan)
  }

  steal(vrid: number): void {
    this.kernel.steal(routerName(vrid))
  }

  /** The control socket is not read while the process sleeps; then nobody waits for it either. */
  drain(vrids: readonly number[], duration: number | undefined, force: boolean): void {
    const known = this.knownOf(vrids)
    if (this.isActive && known.length > 0) this.operator.drain(known, duration, force)
  }

  letIn(vrids: readonly number[]): void {
    const known = this.knownOf(vrids)
    if (this.isActive && known.length > 0) this.operator.letIn(known)
  }

  receive(packet: Packet): void {
    const link = this.kernel.carrierOn(packet.lan)
    if (link !== undefined) this.running?.process.arrived(link, packet)
  }

  specOf(router: string): RouterSpec {
    const spec = this.spec.routers.find(({ vrid }) => routerName(vrid) === router)
    if (!spec) throw new Error(`no ${router}`)
    return spec
  }

  private machine(): Machine {
    const { kernel, tracked, record } = this
    return {
      record,
      linkSettings: kernel.linkSettings,
      openKernel: (onReadable) => kernel.open(onReadable),
      send: (link, packet) => this.send(link, packet),
      endOf: ({ argv: [program] }) => ({
        code: tracked.verdictOf('script', program.slice(1)) === 'up' ? 0 : 1,
      }),
      processes: () =>
        tracked.verdictOf('process', 'process_a') === 'up' ? [{ name: 'process_a', argv: undefined }] : [],
      makeFile: () => undefined,
      textOf: (path) => String(tracked.numberOf(path.slice(1))),
    }
  }

  /** What a link that is down does not carry has been sent all the same, as far as the daemon is concerned. */
  private send(link: number, { to, bytes }: BarePacket): boolean {
    const lan = this.kernel.lanOf(link)
    const packet = { lan: lan ?? 0, vrid: vridIn(bytes), to, bytes }
    this.sent.push(packet)
    if (lan !== undefined) this.around.send(this, packet)
    return lan !== undefined
  }

  /** The operator asks for no others: the daemon would refuse all of it. */
  private knownOf(vrids: readonly number[]): readonly number[] {
    return vrids.filter((vrid) => this.engine?.routers.has(routerName(vrid)) === true)
  }

  private examined(): Examined {
    return examinedFor(this.file, { number: this.number, hosts: this.around.hosts })
  }

  private withGroups(vrids: readonly number[]): readonly number[] {
    const groups = this.spec.groups.filter((group) => group.some((vrid) => vrids.includes(vrid)))
    return [...new Set([...vrids, ...groups.flat()])]
  }

  /** What the daemon decides with, watched: a step is over when the next begins, or the daemon waits again. */
  private observed(): Core {
    const { machinery } = this.around
    return {
      ...machinery,
      createEngine: (setup, now) => {
        this.known.tracked = new Tracked(setup.facts)
        return machinery.createEngine(setup, now)
      },
      stepEngine: (engine, event, now) => {
        this.finishStep()
        this.note(event)
        const stepped = machinery.stepEngine(engine, event, now)
        const packet =
          event.type === 'advert' || event.type === 'rejected' ? this.running?.process.reading : undefined
        this.step = { event, before: engine, after: stepped.engine, effects: stepped.effects, packet }
        return stepped
      },
      nextDeadline: (engine) => {
        // After the start, what could not go on is taken away before it is looked at.
        if (this.step?.event.type !== 'start') this.finishStep()
        return machinery.nextDeadline(engine)
      },
    }
  }

  private finishStep(): void {
    const { step, running } = this
    this.step = undefined
    if (step === undefined || running === undefined) return
    this.hasStarted ||= step.event.type === 'start'
    // Who holds nothing has nothing to lose.
    for (const { router, state } of step.after.routers.values())
      if (state.kind !== 'master') this.kernel.hasHeard(router.name)
    // Before, it only learns.
    if (this.hasStarted) this.around.observe({ host: this, ...step, sent: this.sent.splice(0) })
  }

  /** Who is in no file any more is in nobody's hands, and comes back as a new one. */
  private reconfigured(): void {
    this.spec = this.file
    // Of a link that no router was on nothing was told; who comes to be on it asks.
    this.known.links = this.lans.map((lan) => this.kernel.factOf(lan))
    this.dismissed = new Set()
    const names = new Set(this.spec.routers.map(({ vrid }) => routerName(vrid)))
    this.operator.retain(names)
    for (const name of this.known.drained) if (!names.has(name)) this.known.drained.delete(name)
  }

  private note(event: EngineEvent): void {
    const { known } = this
    known.tracked.note(event)
    if (event.type === 'drain') for (const name of event.routers) known.drained.add(name)
    if (event.type === 'resume') for (const name of event.routers) known.drained.delete(name)
    if (event.type === 'dismiss') this.dismissed = new Set(event.routers)
    if (event.type === 'reconfigure') this.reconfigured()
    if (event.type === 'address-lost') this.kernel.hasHeard(event.router)
    if (event.type !== 'link') return
    const lan = this.lans.findIndex((each) => linkName(each) === event.name)
    known.links[lan] = { up: event.fact?.up === true, addressed: event.fact?.source !== undefined }
  }
}

/** What a daemon has to write down is on its disk by then, and it has shown that it is alive. */
const WRITTEN_WITHIN = seconds(1)

const AH_PROTOCOL = 51
const IP_HEADER_BYTES = 20
const AH_BYTES = 24

/** The second byte of what is behind the headers. */
const vridIn = (bytes: Uint8Array): number =>
  bytes[IP_HEADER_BYTES + (bytes[9] === AH_PROTOCOL ? AH_BYTES : 0) + 1] ?? 0
