/** One host: its links, its kernel's addresses, and a daemon that does with the engine what daemon/daemon.ts does. */

import {
  after,
  before,
  microseconds,
  milliseconds,
  seconds,
  type Duration,
  type Instant,
} from '../../src/base/time.ts'
import type { Assembled, Assembly } from '../../src/daemon/assemble.ts'
import { usedNumbers } from '../../src/daemon/ends/resumption.ts'
import { noFacts, type LinkFact } from '../../src/vrrp/conditions.ts'
import type { Effect, Verdict } from '../../src/vrrp/election/state.ts'
import type { Engine, EngineEffect, EngineEvent, EngineSetup } from '../../src/vrrp/engine.ts'
import { addressOn, buildAssembly, linkName, routerName } from './build.ts'
import { FakeKernel } from './fake-kernel.ts'
import type { Arrived } from './inbox.ts'
import { Operator } from './operator.ts'
import type { HostSpec, RouterChange, RouterSpec } from './scenario.ts'
import { SleepyTimers } from './sleepy-timers.ts'
import type { Packet, Surroundings } from './surroundings.ts'
import { Tracked, type TrackedKind } from './tracked.ts'
import { Wire, type WrittenNumbers } from './wire.ts'

/** How late an alarm fires and a packet is read at most. */
export const LONGEST_LAG: Duration = microseconds(1_500)

/** What a daemon that ended without a goodbye leaves to the next one. */
interface Left extends WrittenNumbers {
  readonly aliveAt: Instant
  readonly masters: ReadonlySet<string>
  readonly tracked: Tracked
}

export class Host {
  readonly number: number
  /** What the configuration file says, as far as the daemon has read it. */
  spec: HostSpec
  readonly kernel = new FakeKernel()
  readonly operator: Operator
  /** How things are. */
  readonly links: { up: boolean; addressed: boolean }[]
  readonly tracked = new Tracked()
  /** How things are as far as the daemon has been told. */
  readonly known: {
    links: { up: boolean; addressed: boolean }[]
    tracked: Tracked
    drained: Set<string>
  }
  paused = false
  pausedAt: Instant | undefined
  activeSince: Instant | undefined
  bootedAt: Instant
  /** The last daemon was killed, and this one knows what it left. */
  hasRecord = false
  private daemon: Engine | undefined
  private readonly wire: Wire
  private assembled: ReadonlyMap<string, Assembled> = new Map()
  private boots = 0
  private alarms = 0
  private isReading = false
  private readonly timers: SleepyTimers
  private untold: EngineEvent[] = []
  private left: Left | undefined
  private readonly around: Surroundings

  constructor(number: number, lans: number, spec: HostSpec, around: Surroundings) {
    this.number = number
    this.spec = spec
    this.around = around
    this.bootedAt = around.now()
    this.wire = new Wire(around)
    this.links = Array.from({ length: lans }, () => ({ up: true, addressed: true }))
    this.known = { links: [], tracked: new Tracked(), drained: new Set() }
    this.timers = new SleepyTimers(around, () => !this.paused)
    this.operator = new Operator({
      createDrains: around.machinery.createDrains,
      now: () => around.now(),
      timers: this.timers,
      engine: () => this.daemon,
      dispatch: (event) => this.dispatch(event),
      withGroups: (vrids) => this.withGroups(vrids),
    })
  }

  /** Undefined while no daemon runs here. */
  get engine(): Engine | undefined {
    return this.daemon
  }

  /** When its socket was full for the first time since its daemon began. */
  get lostPacketAt(): Instant | undefined {
    return this.wire.lostPacketAt
  }

  get isActive(): boolean {
    return this.daemon !== undefined && !this.paused
  }

  boot(): void {
    if (this.daemon) return
    this.boots += 1
    this.bootedAt = this.around.now()
    const resumed = this.resumed()
    this.kernel.removeLeftovers(resumed)
    this.known.links = this.links.map((link) => ({ ...link }))
    this.known.tracked = resumed.size > 0 && this.left ? this.left.tracked : new Tracked()
    this.known.drained.clear()
    const numbers = this.left ? usedNumbers(this.left, this.around.now()) : []
    this.hasRecord = this.left !== undefined
    this.left = undefined
    const assembly = this.assemble()
    this.wire.begin(assembly.routers, numbers)
    this.daemon = this.around.machinery.createEngine(this.setup(assembly), this.around.now())
    this.activeSince = this.around.now()
    this.pausedAt = undefined
    this.operator.boot()
    this.dispatch({ type: 'start', resumed })
    for (const { kind, name } of this.trackers()) this.planFirstFinding(kind, name)
  }

  stop(): void {
    this.resume()
    if (this.daemon) this.dispatch({ type: 'stop' })
    this.vanish()
  }

  /** As with daemon/ends/run-record.ts: the next daemon knows who was Master, and half a second roughly until when. */
  crash(): void {
    if (!this.daemon) return
    const masters = [...this.daemon.routers.values()].filter(({ state }) => state.kind === 'master')
    const lastSeen = (this.paused ? this.pausedAt : undefined) ?? this.around.now()
    this.left = {
      aliveAt: before(lastSeen, milliseconds(500 * this.around.lag())),
      masters: new Set(masters.map(({ router }) => router.name)),
      tracked: this.known.tracked,
      ...this.wire.written,
    }
    this.vanish()
  }

  /** A new file is there, and the daemon is told to read it; one that sleeps cannot. */
  reload(change: RouterChange): void {
    if (this.paused) return
    const routers = this.spec.routers.map((router) =>
      // In an owner's place nobody else can be.
      router.priority === 255
        ? router
        : {
            ...router,
            preempt: change.preempt ?? router.preempt,
            priority: Math.min(254, Math.max(1, router.priority + change.priority)),
          },
    )
    this.spec = { ...this.spec, routers }
    if (!this.daemon) return
    const assembly = this.assemble()
    this.wire.reload(assembly.routers)
    this.dispatch({ type: 'reconfigure', setup: this.setup(assembly) })
  }

  private vanish(): void {
    this.daemon = undefined
    this.paused = false
    this.alarms += 1
    this.wire.end()
    this.timers.forget()
    this.untold = []
    this.operator.orders.clear()
  }

  pause(): void {
    if (!this.isActive) return
    this.paused = true
    this.pausedAt = this.around.now()
  }

  /** Which of its descriptors the kernel names first is anybody's guess. */
  resume(): void {
    if (!this.paused) return
    this.paused = false
    this.activeSince = this.around.now()
    const timersFirst = this.around.lag() < 0.5
    if (timersFirst) this.timers.wake()
    this.wake()
    if (!timersFirst) this.timers.wake()
  }

  setLink(lan: number, change: Partial<{ up: boolean; addressed: boolean }>): void {
    const link = this.links[lan]
    if (!link) return
    Object.assign(link, change)
    this.tell({ type: 'link', name: linkName(lan), fact: this.linkFact(lan) })
  }

  setVerdict(kind: 'script' | 'process', name: string, verdict: Verdict): void {
    this.tracked[kind].set(name, verdict)
    // Before it has been looked at there is nothing to say.
    if (this.known.tracked[kind].has(name)) this.tell({ type: kind, name, verdict })
  }

  setFile(name: string, number: number): void {
    this.tracked.file.set(name, number)
    if (this.known.tracked.file.has(name)) this.tell({ type: 'file', name, number })
  }

  steal(vrid: number): void {
    const router = routerName(vrid)
    if (this.kernel.steal(router))
      this.tell({ type: 'address-lost', router, address: `the address of ${router}` })
  }

  /** The control socket is not read while the process sleeps; then nobody waits for it either. */
  drain(vrids: readonly number[], duration: number | undefined, force: boolean): void {
    if (this.isActive) this.operator.drain(vrids, duration, force)
  }

  letIn(vrids: readonly number[]): void {
    if (this.isActive) this.operator.letIn(vrids)
  }

  receive(packet: Packet): void {
    if (!this.daemon || this.links[packet.lan]?.up !== true) return
    this.wire.receive(packet)
    if (this.isReading || this.paused) return
    this.isReading = true
    this.around.plan(this.later(this.around.now()), () => {
      this.isReading = false
      if (this.isActive) this.read()
    })
  }

  specOf(router: string): RouterSpec {
    const spec = this.spec.routers.find(({ vrid }) => routerName(vrid) === router)
    if (!spec) throw new Error(`no ${router}`)
    return spec
  }

  private assemble(): Assembly {
    const { number, bootedAt } = this
    const assembly = buildAssembly(this.spec, { number, bootedAt, hosts: this.around.hosts })
    this.assembled = new Map(assembly.routers.map((each) => [each.router.name, each]))
    return assembly
  }

  private setup({ routers, groups }: Assembly): EngineSetup {
    const links = new Map(this.links.map((_, lan) => [linkName(lan), this.linkFact(lan)]))
    const findings = this.daemon?.facts ?? this.known.tracked.facts()
    return { routers: routers.map(({ router }) => router), groups, facts: { ...noFacts, ...findings, links } }
  }

  private linkFact(lan: number): LinkFact {
    const { up = false, addressed = false } = this.links[lan] ?? {}
    return { up, source: addressed ? addressOn(lan, this.number) : undefined }
  }

  private resumed(): ReadonlySet<string> {
    const { left } = this
    if (left === undefined) return new Set()
    const isInTime = ({ interval }: RouterSpec): boolean =>
      this.around.now() < after(left.aliveAt, seconds(2 * interval))
    const names = this.spec.routers.filter(isInTime).map(({ vrid }) => routerName(vrid))
    return new Set(names.filter((name) => left.masters.has(name)))
  }

  /** Who should have gone on as Master and could not. */
  private removeUnheld(resumed: ReadonlySet<string>): void {
    const { daemon } = this
    for (const name of resumed)
      if (daemon?.routers.get(name)?.state.kind !== 'master') this.kernel.withdraw(name)
  }

  private withGroups(vrids: readonly number[]): readonly number[] {
    const groups = this.spec.groups.filter((group) => group.some((vrid) => vrids.includes(vrid)))
    return [...new Set([...vrids, ...groups.flat()])]
  }

  private trackers(): readonly { readonly kind: TrackedKind; readonly name: string }[] {
    const all = this.spec.routers.flatMap(({ trackers }) => trackers)
    const keys = new Set(all.map(({ kind, name }) => `${kind} ${name}`))
    return [...keys].flatMap((key) => {
      const [kind, name = ''] = key.split(' ')
      return kind === 'script' || kind === 'file' || kind === 'process' ? [{ kind, name }] : []
    })
  }

  private planFirstFinding(kind: TrackedKind, name: string): void {
    const boot = this.boots
    const at = after(this.around.now(), seconds(0.05 + this.around.lag()))
    this.around.plan(at, () => {
      if (this.boots !== boot || !this.daemon) return
      this.tell(this.tracked.eventOf(kind, name))
    })
  }

  /** The kernel and the trackers are heard before the sockets are read. */
  private tell(event: EngineEvent): void {
    if (!this.daemon) return
    if (this.paused) this.untold.push(event)
    else this.dispatch(event)
  }

  private wake(): void {
    this.read()
    if (this.daemon) this.dispatch({ type: 'alarm' })
  }

  private read(): void {
    for (const event of this.untold.splice(0)) this.dispatch(event)
    for (const arrived of this.wire.takeAll()) this.hear(arrived)
  }

  private hear(arrived: Arrived): void {
    const own = this.daemon?.facts.links.get(linkName(arrived.packet.lan))?.source
    const event = this.wire.decode(arrived, own)
    if (event) this.dispatch(event, arrived.packet)
  }

  private dispatch(event: EngineEvent, packet?: Packet): void {
    const former = this.daemon
    if (!former) return
    this.note(event)
    this.operator.begin(event)
    const { engine, effects } = this.around.machinery.stepEngine(former, event, this.around.now())
    this.daemon = engine
    const sent = effects.flatMap((effect) =>
      effect.type === 'router' ? this.perform(effect.router, effect.effect) : [],
    )
    if (event.type === 'start') this.removeUnheld(event.resumed ?? new Set())
    if (event.type === 'start' || effects.some(isTransition)) this.wire.write()
    this.around.observe({ host: this, event, before: former, after: engine, effects, packet, sent })
    this.setAlarm(engine)
  }

  private note(event: EngineEvent): void {
    const { known } = this
    known.tracked.note(event)
    if (event.type === 'drain') for (const name of event.routers) known.drained.add(name)
    if (event.type === 'resume') for (const name of event.routers) known.drained.delete(name)
    if (event.type !== 'link') return
    const lan = this.links.findIndex((_, each) => linkName(each) === event.name)
    known.links[lan] = { up: event.fact?.up === true, addressed: event.fact?.source !== undefined }
  }

  private perform(router: string, effect: Effect): readonly Packet[] {
    const assembled = this.assembled.get(router)
    if (!assembled) throw new Error(`no ${router}`)
    switch (effect.type) {
      case 'send-advert':
        return effect.source === undefined ? [] : this.send(assembled, effect.source, effect)
      case 'install':
        this.kernel.install(router)
        break
      case 'withdraw':
        this.kernel.withdraw(router)
        break
      case 'note':
        if (effect.note.kind === 'forcing-election') this.wire.skipSequence(assembled)
        break
      case 'announce':
      case 'notify':
    }
    return []
  }

  /** What a link that is down does not carry has been numbered all the same. */
  private send(
    assembled: Assembled,
    source: NonNullable<(Effect & { type: 'send-advert' })['source']>,
    { priority, copies }: { readonly priority: number; readonly copies: number },
  ): readonly Packet[] {
    const { lan } = this.specOf(assembled.router.name)
    const sent = Array.from({ length: copies }, () =>
      this.wire.encode(assembled, source, priority, lan),
    ).flat()
    if (this.links[lan]?.up === true) for (const packet of sent) this.around.send(this, packet)
    return sent
  }

  private setAlarm(engine: Engine): void {
    const alarm = ++this.alarms
    const deadline = this.around.machinery.nextDeadline(engine)
    if (deadline === undefined) return
    const now = this.around.now()
    this.around.plan(this.later(deadline > now ? deadline : now), () => {
      if (this.alarms === alarm && this.isActive) this.wake()
    })
  }

  private later(at: Instant): Instant {
    return after(at, microseconds(this.around.lag() * LONGEST_LAG))
  }
}

const isTransition = (effect: EngineEffect): boolean =>
  effect.type === 'router' && effect.effect.type === 'note' && effect.effect.note.kind === 'transition'
