/** One host: its links, its kernel's addresses, and a daemon that does with the engine what daemon/daemon.ts does. */

import { ipv4FromNumber, type Ipv4Address } from '../../src/base/address.ts'
import {
  after,
  before,
  microseconds,
  milliseconds,
  seconds,
  type Duration,
  type Instant,
} from '../../src/base/time.ts'
import { noFacts, type LinkFact } from '../../src/vrrp/conditions.ts'
import type { Effect, Verdict } from '../../src/vrrp/election/state.ts'
import type { Engine, EngineEvent, EngineSetup } from '../../src/vrrp/engine.ts'
import { ip } from '../vrrp/kit.ts'
import { buildRouter, buildSetup, linkName, routerName } from './build.ts'
import { FakeKernel } from './fake-kernel.ts'
import type { HostSpec, RouterChange, RouterSpec } from './scenario.ts'
import type { Packet, Surroundings } from './surroundings.ts'

/**
 * Packets a socket holds while nobody reads it; the newest are the ones lost.
 * A real one holds some hundred, of some hundred virtual routers.
 */
const SOCKET_CAPACITY = 8
/** How late an alarm fires and a packet is read at most. */
export const LONGEST_LAG: Duration = microseconds(1_500)

/** What a daemon that ended without a goodbye leaves to the next one. */
interface Left {
  readonly aliveAt: Instant
  readonly masters: ReadonlySet<string>
  readonly scripts: ReadonlyMap<string, Verdict>
}

export class Host {
  readonly number: number
  /** What the configuration file says, as far as the daemon has read it. */
  spec: HostSpec
  readonly kernel = new FakeKernel()
  /** How things are. */
  readonly links: { up: boolean; addressed: boolean }[]
  readonly verdicts = new Map<string, Verdict>()
  /** How things are as far as the daemon has been told. */
  readonly known: { links: { up: boolean; addressed: boolean }[]; scripts: Map<string, Verdict> }
  paused = false
  pausedAt: Instant | undefined
  activeSince: Instant | undefined
  private daemon: Engine | undefined
  private boots = 0
  private alarms = 0
  private isReading = false
  private socket: { readonly packet: Packet; readonly arrivedAt: Instant }[] = []
  private untold: EngineEvent[] = []
  private left: Left | undefined
  private readonly around: Surroundings

  constructor(number: number, lans: number, spec: HostSpec, around: Surroundings) {
    this.number = number
    this.spec = spec
    this.around = around
    this.links = Array.from({ length: lans }, () => ({ up: true, addressed: true }))
    this.known = { links: [], scripts: new Map() }
  }

  /** Undefined while no daemon runs here. */
  get engine(): Engine | undefined {
    return this.daemon
  }

  get isActive(): boolean {
    return this.daemon !== undefined && !this.paused
  }

  addressOn(lan: number): Ipv4Address {
    return ipv4FromNumber(ip('10.0.0.1') + (lan << 16) + this.number)
  }

  boot(): void {
    if (this.daemon) return
    this.boots += 1
    const resumed = this.resumed()
    this.kernel.removeLeftovers(resumed)
    this.known.links = this.links.map((link) => ({ ...link }))
    this.known.scripts = new Map<string, Verdict>(resumed.size > 0 ? this.left?.scripts : [])
    this.left = undefined
    this.daemon = this.around.machinery.createEngine(this.setup(), this.around.now())
    this.activeSince = this.around.now()
    this.pausedAt = undefined
    this.dispatch({ type: 'start', resumed })
    for (const name of this.scriptNames()) this.planFirstResult(name)
  }

  stop(): void {
    this.resume()
    if (this.daemon) this.dispatch({ type: 'stop' })
    this.vanish()
  }

  /** As with daemon/run-record.ts: the next daemon knows who was Master, and half a second roughly until when. */
  crash(): void {
    if (!this.daemon) return
    const masters = [...this.daemon.routers.values()].filter(({ state }) => state.kind === 'master')
    const lastSeen = (this.paused ? this.pausedAt : undefined) ?? this.around.now()
    this.left = {
      aliveAt: before(lastSeen, milliseconds(500 * this.around.lag())),
      masters: new Set(masters.map(({ router }) => router.name)),
      scripts: this.known.scripts,
    }
    this.vanish()
  }

  /** A new file is there, and the daemon is told to read it; one that sleeps cannot. */
  reload(change: RouterChange): void {
    if (this.paused) return
    const { preempt, priority } = change
    const routers = this.spec.routers.map((router) => ({
      ...router,
      preempt: preempt ?? router.preempt,
      // In an owner's place nobody else can be.
      ...(router.priority < 255 && { priority: Math.min(254, Math.max(1, router.priority + priority)) }),
    }))
    this.spec = { ...this.spec, routers }
    if (this.daemon) this.dispatch({ type: 'reconfigure', setup: this.setup() })
  }

  private vanish(): void {
    this.daemon = undefined
    this.paused = false
    this.alarms += 1
    this.socket = []
    this.untold = []
  }

  pause(): void {
    if (!this.isActive) return
    this.paused = true
    this.pausedAt = this.around.now()
  }

  resume(): void {
    if (!this.paused) return
    this.paused = false
    this.activeSince = this.around.now()
    this.wake()
  }

  setLink(lan: number, change: Partial<{ up: boolean; addressed: boolean }>): void {
    const link = this.links[lan]
    if (!link) return
    Object.assign(link, change)
    this.tell({ type: 'link', name: linkName(lan), fact: this.linkFact(lan) })
  }

  setVerdict(name: string, verdict: Verdict): void {
    this.verdicts.set(name, verdict)
    // Before its first result a script has nothing to say.
    if (this.known.scripts.has(name)) this.tell({ type: 'script', name, verdict })
  }

  steal(vrid: number): void {
    const router = routerName(vrid)
    if (this.kernel.steal(router))
      this.tell({ type: 'address-lost', router, address: `the address of ${router}` })
  }

  receive(packet: Packet): void {
    if (!this.daemon || this.links[packet.lan]?.up !== true || this.socket.length >= SOCKET_CAPACITY) return
    this.socket.push({ packet, arrivedAt: this.around.now() })
    if (this.isReading || this.paused) return
    this.isReading = true
    this.around.plan(this.later(this.around.now()), () => {
      this.isReading = false
      if (this.isActive) this.drain()
    })
  }

  specOf(router: string): RouterSpec {
    const spec = this.spec.routers.find(({ vrid }) => routerName(vrid) === router)
    if (!spec) throw new Error(`no ${router}`)
    return spec
  }

  private setup(): EngineSetup {
    const links = new Map(this.links.map((_, lan) => [linkName(lan), this.linkFact(lan)]))
    return {
      ...buildSetup(this.spec),
      facts: { ...noFacts, links, scripts: this.daemon ? this.daemon.facts.scripts : this.known.scripts },
    }
  }

  private linkFact(lan: number): LinkFact {
    const { up = false, addressed = false } = this.links[lan] ?? {}
    return { up, source: addressed ? this.addressOn(lan) : undefined }
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

  private scriptNames(): ReadonlySet<string> {
    return new Set(this.spec.routers.flatMap(({ scripts }) => scripts.map(({ name }) => name)))
  }

  private planFirstResult(name: string): void {
    const boot = this.boots
    const at = after(this.around.now(), seconds(0.05 + this.around.lag()))
    this.around.plan(at, () => {
      if (this.boots !== boot || !this.daemon) return
      this.tell({ type: 'script', name, verdict: this.verdicts.get(name) ?? 'up' })
    })
  }

  /** The kernel and the scripts are heard before the sockets are read. */
  private tell(event: EngineEvent): void {
    if (!this.daemon) return
    if (this.paused) this.untold.push(event)
    else this.dispatch(event)
  }

  private wake(): void {
    this.drain()
    if (this.daemon) this.dispatch({ type: 'alarm' })
  }

  private drain(): void {
    for (const event of this.untold.splice(0)) this.dispatch(event)
    for (const { packet, arrivedAt } of this.socket.splice(0)) {
      const router = this.spec.routers.find(({ vrid, lan }) => vrid === packet.vrid && lan === packet.lan)
      if (!router) continue
      const { source, priority } = packet
      const advert = { source, priority, addresses: buildRouter(router).addresses, arrivedAt }
      this.dispatch({ type: 'advert', router: routerName(router.vrid), advert })
    }
  }

  private dispatch(event: EngineEvent): void {
    const former = this.daemon
    if (!former) return
    this.note(event)
    const { engine, effects } = this.around.machinery.stepEngine(former, event, this.around.now())
    this.daemon = engine
    for (const effect of effects) if (effect.type === 'router') this.perform(effect.router, effect.effect)
    if (event.type === 'start') this.removeUnheld(event.resumed ?? new Set())
    this.around.observe({ host: this, event, before: former, after: engine, effects })
    this.setAlarm(engine)
  }

  private note(event: EngineEvent): void {
    if (event.type === 'script') this.known.scripts.set(event.name, event.verdict)
    if (event.type !== 'link') return
    const lan = this.links.findIndex((_, each) => linkName(each) === event.name)
    this.known.links[lan] = { up: event.fact?.up === true, addressed: event.fact?.source !== undefined }
  }

  private perform(router: string, effect: Effect): void {
    switch (effect.type) {
      case 'send-advert': {
        const { lan, vrid } = this.specOf(router)
        const { priority, copies, source } = effect
        if (this.links[lan]?.up !== true || source === undefined) return
        for (let copy = 0; copy < copies; copy += 1) this.around.send(this, { lan, vrid, priority, source })
        break
      }
      case 'install':
        this.kernel.install(router)
        break
      case 'withdraw':
        this.kernel.withdraw(router)
        break
      case 'announce':
      case 'notify':
      case 'note':
    }
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
