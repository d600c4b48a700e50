/**
 * Where the parts meet. Everything from outside becomes an engine event and
 * goes through dispatch(); its effects are performed before the next event is
 * looked at. This is the only file that assigns the engine's state.
 *
 * In every wake-up all sockets are read before any deadline is considered: a
 * process that was stopped for a while finds its alarm expired and the adverts
 * of a new master waiting, and must hear those first.
 */

import type { LinkEvent } from '../netlink/types.ts'
import { noFacts, sourceOn, type Facts, type Findings } from '../vrrp/conditions.ts'
import type { Engine, EngineEvent } from '../vrrp/engine.ts'
import { identityOf } from '../vrrp/reconfigure.ts'
import type { UsedNumbers } from './adverts/advert-dispatcher.ts'
import { AdvertTraffic } from './adverts/advert-traffic.ts'
import type { Assembled, Assembly } from './assemble.ts'
import type { ConflictProblem } from './kernel/conflict-watch.ts'
import type { Alarm } from '../world/world.ts'
import type { DaemonPorts } from './daemon-ports.ts'
import type { DroppedAdvertsProblem } from './adverts/dropped-adverts-watch.ts'
import { Holdings, type Renewed } from './kernel/holdings.ts'
import { LinkDebounce } from './links/link-debounce.ts'
import { LinkWatch } from './links/link-watch.ts'
import { perform, type OutboxPorts } from './outbox.ts'
import { presenceOf, type Presence } from '../addressing/observed.ts'
import type { DesiredAddress } from '../addressing/desired.ts'
import type { VirtualMacs, WantedVirtualMac } from './kernel/virtual-macs.ts'

/** What an earlier run has left, by its record. */
export interface Inheritance {
  /** Sequence numbers of auth_type AH. */
  readonly used?: readonly UsedNumbers[]
  /** Addresses: see HostAddresses. */
  readonly left?: ReadonlySet<string>
}

export class Daemon {
  private readonly ports: DaemonPorts
  private assembled: ReadonlyMap<string, Assembled>
  private readonly adverts: AdvertTraffic
  private readonly debounce: LinkDebounce
  private readonly watch: LinkWatch
  private readonly virtualMacs: VirtualMacs
  private readonly holdings: Holdings
  private alarm: Alarm | undefined
  private readonly assembly: Assembly
  private readonly findings: Findings
  private readonly outbox: OutboxPorts
  private readonly queue: EngineEvent[] = []
  private dispatching = false
  /** To the kernel's events: before, what has changed is in its table when the engine is made. */
  private listening = false
  private keepAddresses = false
  private state: Engine

  /**
   * @param findings as far as something is known before anything has been looked at
   */
  constructor(
    assembly: Assembly,
    ports: DaemonPorts,
    findings: Findings = noFacts,
    { used = [], left = new Set() }: Inheritance = {},
  ) {
    this.ports = ports
    this.assembly = assembly
    this.findings = findings
    this.assembled = new Map(assembly.routers.map((each) => [each.router.name, each]))
    this.holdings = this.makeHoldings(assembly, left)
    this.adverts = this.makeTraffic(assembly, used)
    this.debounce = this.makeDebounce()
    this.watch = this.makeWatch(assembly)
    this.virtualMacs = ports.virtualMacs
    this.outbox = this.makeOutbox()
    this.state = this.makeEngine(new Map())
  }

  /**
   * What is there whoever is Master: static items, and the engine with the links as they are. From now on events
   * are heard; none of them begins an election before `start`.
   */
  open(): void {
    const { holdings, debounce, virtualMacs, assembly, ports } = this
    // There before anybody looks for an address to send from.
    holdings.use(assembly)
    ports.kernel.drain()
    debounce.use(assembly.linkDelays)
    virtualMacs.use(macsOf(assembly))
    this.alarm = ports.createAlarm(() => {
      this.wake()
    })
    this.state = this.makeEngine(this.watch.facts())
  }

  private makeEngine(links: Facts['links']): Engine {
    const { assembly, findings, ports } = this
    const { routers, groups } = assembly
    const facts = { ...findings, links }
    return ports.core.createEngine(
      { routers: routers.map(({ router }) => router), groups, facts },
      ports.clock.now(),
    )
  }

  get engine(): Engine {
    return this.state
  }

  /** See AdvertDispatcher. */
  get usedNumbers(): readonly UsedNumbers[] {
    return this.adverts.usedNumbers
  }

  /** Neighbours whom a firewall keeps from us. */
  get droppedAdvertsProblems(): readonly DroppedAdvertsProblem[] {
    return this.adverts.problems
  }

  /** Hosts that use an address which a Master here holds. */
  get conflictProblems(): readonly ConflictProblem[] {
    return this.holdings.conflictProblems
  }

  /**
   * Removes what a crashed run left behind, listens, and begins the elections.
   *
   * @param resumed Masters until a moment ago: theirs stays, if they can go on
   */
  start(resumed: ReadonlySet<string> = new Set()): void {
    const { kernel } = this.ports
    if ([...this.assembled.values()].some(({ instance }) => instance.dropsTraffic))
      this.ports.firewall.removeLeftovers()
    this.listening = true
    this.virtualMacs.make()
    kernel.drain()
    this.lendLinkLocal()
    this.holdings.plan([...this.assembled.values()].filter(({ router }) => resumed.has(router.name)))
    this.removeLeftovers((name) => !resumed.has(name))
    this.promoteSecondaries()
    this.watch.follow()
    this.dispatch({ type: 'start', resumed })
    this.holdings.plan([])
    this.removeLeftovers((name) => resumed.has(name) && !this.isMaster(name))
    this.adverts.review()
  }

  /**
   * A new configuration. Routers are matched by link, VRID and channel, as keepalived does; whoever is Master stays it,
   * and only what differs is changed in the kernel.
   *
   * @param whenDismissed called when those that are no longer wanted have left, and before new ones begin
   */
  reload(assembly: Assembly, whenDismissed: () => void): void {
    const before = new Map([...this.assembled.values()].map((each) => [identityOf(each.router), each]))
    const wanted = new Set(assembly.routers.map(({ router }) => identityOf(router)))
    const dismissed = [...before].filter(([identity]) => !wanted.has(identity))
    this.holdings.plan(
      this.staying(before, assembly).map(({ to }) => to),
      assembly.statics,
    )
    this.dispatch({ type: 'dismiss', routers: dismissed.map(([, { router }]) => router.name) })
    whenDismissed()
    this.virtualMacs.use(macsOf(assembly))
    this.virtualMacs.make()
    this.holdings.use(assembly)
    this.ports.kernel.drain()
    this.adopt(assembly)
    this.lendLinkLocal()
    for (const assembled of assembly.routers) {
      if (!before.has(identityOf(assembled.router))) this.holdings.removeLeftovers(assembled)
    }
    this.holdings.change(this.staying(before, assembly))
    const { routers, groups } = assembly
    const facts = { ...this.state.facts, links: this.watch.facts() }
    const setup = { routers: routers.map(({ router }) => router), groups, facts }
    this.dispatch({ type: 'reconfigure', setup })
    this.virtualMacs.removeUnwanted()
    this.wake()
    this.adverts.review()
  }

  private lendLinkLocal(): void {
    this.virtualMacs.lend((base) => this.watch.factOf(base)?.linkLocal)
  }

  private adopt(assembly: Assembly): void {
    this.assembled = new Map(assembly.routers.map((each) => [each.router.name, each]))
    this.debounce.use(assembly.linkDelays)
    this.watch.use(assembly.routers)
    this.holdings.usePacing(assembly)
    this.promoteSecondaries()
    this.adverts.use(assembly.routers, this.watch.links)
    this.watch.follow()
  }

  /** Masters that the next configuration has, too. */
  private staying(before: ReadonlyMap<string, Assembled>, { routers }: Assembly): readonly Renewed[] {
    const masters = [...this.state.routers.values()].filter(({ state }) => state.kind === 'master')
    const identities = new Set(masters.map(({ router }) => identityOf(router)))
    return routers.flatMap((to) => {
      const identity = identityOf(to.router)
      const from = before.get(identity)
      return from !== undefined && identities.has(identity) ? [{ from, to }] : []
    })
  }

  /** What has changed, in the kernel's order. */
  onKernel(events: readonly LinkEvent[]): void {
    if (!this.listening) return
    this.virtualMacs.make()
    this.lendLinkLocal()
    this.holdings.onEvents(events)
    this.watch.onEvents(events)
    this.holdings.renew(events)
    if (events.some(({ type }) => type === 'link-changed')) this.promoteSecondaries()
  }

  /** Whether the host had this address before us. */
  isHosts(address: DesiredAddress): boolean {
    return this.holdings.isHosts(address)
  }

  /** Priority 0 from every Master, then nothing of ours is left. */
  stop(options: { readonly keepAddresses: boolean }): void {
    this.keepAddresses = options.keepAddresses
    this.dispatch({ type: 'stop' })
    this.holdings.close()
    this.debounce.close()
    this.alarm?.close()
    this.adverts.close()
    if (!this.keepAddresses) this.virtualMacs.removeAll()
  }

  dispatch(event: EngineEvent): void {
    this.queue.push(event)
    if (this.dispatching) return
    this.dispatching = true
    const { core } = this.ports
    try {
      for (let next = this.queue.shift(); next; next = this.queue.shift()) {
        this.ports.publish({ type: 'input', event: next })
        const { engine, effects } = core.stepEngine(this.state, next, this.ports.clock.now())
        this.state = engine
        perform(effects, (name) => this.routerNamed(name), this.outbox)
      }
    } finally {
      this.dispatching = false
    }
    this.alarm?.set(core.nextDeadline(this.state))
  }

  /** What of it the kernel has now. */
  presence(assembled: Assembled): Presence {
    return presenceOf(assembled, this.ports.kernel.table)
  }

  /** Rings the alarm before its time: everything is read, nothing is due, and it is set again. See rehearsal.ts. */
  ring(): void {
    this.alarm?.set(this.ports.clock.now())
  }

  private wake(): void {
    this.ports.kernel.drain()
    this.adverts.drain()
    this.dispatch({ type: 'alarm' })
  }

  private routerNamed(name: string): Assembled {
    const assembled = this.assembled.get(name)
    if (!assembled) throw new Error(`no virtual router ${name}`)
    return assembled
  }

  private makeHoldings(assembly: Assembly, left: ReadonlySet<string>): Holdings {
    return new Holdings(assembly, {
      ...this.ports,
      left,
      records: () => this.state.routers.values(),
      routerNamed: (name) => this.routerNamed(name),
      onLost: (router, address) => {
        this.dispatch({ type: 'address-lost', router, address })
      },
    })
  }

  private makeTraffic({ routers }: Assembly, used: readonly UsedNumbers[]): AdvertTraffic {
    return new AdvertTraffic(routers, used, {
      ...this.ports,
      records: () => this.state.routers.values(),
      routerNamed: (name) => this.routerNamed(name),
      sourceOn: (link, family) => sourceOn(this.state.facts.links.get(link), family),
      onEvent: (event) => {
        this.dispatch(event)
      },
    })
  }

  private makeDebounce(): LinkDebounce {
    const { timers, kernel, say } = this.ports
    return new LinkDebounce({
      timers,
      say,
      drain: () => {
        kernel.drain()
      },
      changed: (link) => {
        this.watch.changed(link)
      },
    })
  }

  private makeWatch({ routers }: Assembly): LinkWatch {
    const { kernel, publish } = this.ports
    return new LinkWatch(routers, this.debounce, {
      table: () => kernel.table,
      publish,
      follow: (name, link, fact) => {
        this.adverts.follow(name, link, fact)
      },
      factKnown: (name) => this.state.facts.links.get(name),
      isOurs: (address) => this.holdings.isOurs(address),
      itemsOf: (router) => this.holdings.itemsOf(router),
      lost: (loss) => {
        this.holdings.lost(loss)
      },
      putBack: (loss) => {
        this.holdings.putBack(loss)
      },
      dispatch: (event) => {
        this.dispatch(event)
      },
    })
  }

  private promoteSecondaries(): void {
    this.holdings.promoteSecondaries(this.assembled.values())
  }

  private makeOutbox(): OutboxPorts {
    const { ports, adverts, holdings } = this
    return {
      sendAdvert: (assembled, advert) => {
        adverts.send(assembled, advert)
      },
      install: (assembled) => {
        holdings.install(assembled)
      },
      withdraw: (assembled) => {
        holdings.withdraw(assembled, this.keepAddresses)
      },
      announce: (assembled, repeat, elsewhere) => {
        holdings.announce(assembled, repeat, elsewhere)
      },
      publish: (event) => {
        if (event.type === 'election' && event.event.kind === 'forcing-election')
          adverts.skipSequence(this.routerNamed(event.router))
        ports.publish(event)
      },
    }
  }

  private isMaster(name: string): boolean {
    return this.state.routers.get(name)?.state.kind === 'master'
  }

  private removeLeftovers(isConcerned: (name: string) => boolean): void {
    for (const [name, assembled] of this.assembled) {
      if (isConcerned(name)) this.holdings.removeLeftovers(assembled)
    }
  }
}

const macsOf = ({ routers }: Assembly): readonly WantedVirtualMac[] =>
  routers.flatMap(({ virtualMacs }) => virtualMacs)
