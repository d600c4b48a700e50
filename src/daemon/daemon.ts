/**
 * Where the parts meet. Everything from outside becomes an engine event and
 * goes through dispatch(); its effects are performed before the next event is
 * looked at. This is the only file that assigns the engine's state.
 *
 * In every wake-up all sockets are read before any deadline is considered: a
 * process that was stopped for a while finds its alarm expired and the adverts
 * of a new master waiting, and must hear those first.
 */

import { isIpv4 } from '../base/address.ts'
import type { Clock } from '../base/time.ts'
import type { Kernel } from '../netlink/kernel.ts'
import { noFacts, type Findings } from '../vrrp/conditions.ts'
import type { Timers } from '../scripts/types.ts'
import type { Note, NotifyState } from '../vrrp/election/state.ts'
import { createEngine, nextDeadline, stepEngine, type Engine, type EngineEvent } from '../vrrp/engine.ts'
import { identityOf } from '../vrrp/reconfigure.ts'
import type { ArpSocket } from '../vrrp/socket/arp-socket.ts'
import { openArpTap } from '../vrrp/socket/arp-tap.ts'
import { AdvertCodec } from './advert-codec.ts'
import { AdvertLinks } from './advert-links.ts'
import { Announcer } from './announcer.ts'
import type { Assembled, Assembly } from './assemble.ts'
import { ConflictWatch, type ConflictProblem, type HeldAddress } from './conflict-watch.ts'
import type { DeafnessProblem, DeafnessWatch } from './deafness-watch.ts'
import type { Firewall } from './firewall.ts'
import { Installer, installerPort } from './installer.ts'
import { LinkDebounce } from './link-debounce.ts'
import { LinkWatch } from './link-watch.ts'
import { describeItem, type Loss } from './losses.ts'
import { perform, type OutboxPorts } from './outbox.ts'
import { presenceOf, type Presence } from './presence.ts'
import { Promotion } from './promotion.ts'
import { Restorer } from './restorer.ts'
import { StaticItems } from './static-items.ts'
import { listeningAddresses } from './transport.ts'
import type { VirtualMacs, WantedVirtualMac } from './virtual-macs.ts'
import { watchDeafness } from './watched-links.ts'

export interface Alarm {
  set(at: ReturnType<Clock['now']> | undefined): void
  close(): void
}

export interface DaemonPorts {
  readonly clock: Clock
  readonly createAlarm: (callback: () => void) => Alarm
  readonly timers: Timers
  readonly kernel: Kernel
  readonly arp: ArpSocket
  readonly virtualMacs: VirtualMacs
  readonly firewall: Firewall
  /** An event is about to reach the engine; what is noted next comes from it. */
  readonly begin: (event: EngineEvent) => void
  readonly notifyRouter: OutboxPorts['notifyRouter']
  readonly notifyGroup: (group: string, state: NotifyState) => void
  readonly noteRouter: (router: string, note: Note) => void
  readonly noteGroupSyncing: (group: string, to: string) => void
  readonly noteLink: (name: string, state: 'up' | 'down' | 'gone') => void
  /** Every address that comes or goes, ours or not; undefined: nobody wants to know. */
  readonly noteAddress: ((text: string) => void) | undefined
  readonly complain: (text: string) => void
  /** Something worth a line that is no reason to worry. */
  readonly say: (text: string) => void
  /** What somebody else removes is put back: `--restore-addresses`. */
  readonly restoreAddresses: boolean
}

export class Daemon {
  private readonly ports: DaemonPorts
  private assembled: ReadonlyMap<string, Assembled>
  private codec: AdvertCodec
  private readonly adverts: AdvertLinks
  private readonly debounce: LinkDebounce
  private readonly watch: LinkWatch
  private readonly virtualMacs: VirtualMacs
  private readonly deafness: DeafnessWatch
  private readonly conflicts: ConflictWatch
  private readonly installer: Installer
  private readonly announcer: Announcer
  private readonly statics: StaticItems
  private readonly restorer: Restorer
  private readonly promotion: Promotion
  private readonly alarm: Alarm
  private readonly outbox: OutboxPorts
  private readonly queue: EngineEvent[] = []
  private dispatching = false
  private keepAddresses = false
  private state: Engine

  /** @param findings as far as something is known before anything has been looked at */
  constructor(assembly: Assembly, ports: DaemonPorts, findings: Findings = noFacts) {
    this.ports = ports
    this.assembled = new Map(assembly.routers.map((each) => [each.router.name, each]))
    this.codec = new AdvertCodec(assembly.routers)
    this.installer = new Installer(installerPort(ports.kernel), ports.complain)
    this.announcer = new Announcer(ports, assembly.pacing)
    this.restorer = this.makeRestorer()
    this.promotion = new Promotion(ports.complain)
    this.statics = this.makeStatics()
    // There before anybody looks for an address to send from.
    this.statics.use(assembly.statics)
    ports.kernel.drain()
    this.adverts = new AdvertLinks({
      clock: ports.clock,
      complain: ports.complain,
      onPacket: (packet) => {
        this.deafness.heard(packet)
        const event = this.codec.decode(packet, this.state.facts.links.get(packet.link)?.source)
        if (event) this.dispatch(event)
      },
    })
    this.debounce = this.makeDebounce()
    this.debounce.use(assembly.linkDelays)
    this.watch = this.makeWatch(assembly)
    this.virtualMacs = ports.virtualMacs
    this.virtualMacs.use(macsOf(assembly))
    this.deafness = watchDeafness(ports, () => ({
      routers: this.state.routers.values(),
      listeningAt: (link) => this.adverts.listeningAt(link),
      linkOf: (router) => this.routerNamed(router).advertLink,
    }))
    this.conflicts = this.makeConflictWatch()
    this.alarm = ports.createAlarm(() => {
      this.wake()
    })
    this.outbox = this.makeOutbox()
    this.state = createEngine(
      {
        routers: assembly.routers.map(({ router }) => router),
        groups: assembly.groups,
        facts: { ...findings, links: this.watch.facts() },
      },
      ports.clock.now(),
    )
  }

  get engine(): Engine {
    return this.state
  }

  /** Neighbours whom a firewall keeps from us. */
  get deafnessProblems(): readonly DeafnessProblem[] {
    return this.deafness.problems()
  }

  /** Hosts that use an address which a Master here holds. */
  get conflictProblems(): readonly ConflictProblem[] {
    return this.conflicts.problems()
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
    kernel.onEvents((events) => {
      this.virtualMacs.make()
      this.statics.onEvents(events)
      this.watch.onEvents(events)
      if (events.some(({ type }) => type === 'link-changed')) this.promoteSecondaries()
    })
    this.virtualMacs.make()
    kernel.drain()
    this.removeLeftovers((name) => !resumed.has(name))
    this.promoteSecondaries()
    this.watch.follow()
    this.dispatch({ type: 'start', resumed })
    this.removeLeftovers((name) => resumed.has(name) && !this.isMaster(name))
    this.deafness.review()
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
    this.dispatch({ type: 'dismiss', routers: dismissed.map(([, { router }]) => router.name) })
    whenDismissed()
    this.virtualMacs.use(macsOf(assembly))
    this.virtualMacs.make()
    this.statics.use(assembly.statics)
    this.ports.kernel.drain()
    this.adopt(assembly)
    for (const assembled of assembly.routers) {
      const old = before.get(identityOf(assembled.router))
      if (!old) this.removeLeftoversOf(assembled)
      else if (this.masters().has(identityOf(assembled.router))) this.changeInstalled(old, assembled)
    }
    const { routers, groups } = assembly
    const facts = { ...this.state.facts, links: this.watch.facts() }
    const setup = { routers: routers.map(({ router }) => router), groups, facts }
    this.dispatch({ type: 'reconfigure', setup })
    this.virtualMacs.removeUnwanted()
    this.wake()
    this.deafness.review()
  }

  private adopt(assembly: Assembly): void {
    this.assembled = new Map(assembly.routers.map((each) => [each.router.name, each]))
    this.debounce.use(assembly.linkDelays)
    this.watch.use(assembly.routers)
    this.announcer.use(assembly.pacing)
    this.promoteSecondaries()
    this.codec = this.codec.reconfigured(assembly.routers)
    this.adverts.retain(this.watch.links)
    this.watch.follow()
  }

  private masters(): ReadonlySet<string> {
    const masters = [...this.state.routers.values()].filter(({ state }) => state.kind === 'master')
    return new Set(masters.map(({ router }) => identityOf(router)))
  }

  /** keepalived sends the full burst for all addresses when there is a new one. */
  private changeInstalled(from: Assembled, to: Assembled): void {
    this.conflicts.touch()
    if (from.router.name !== to.router.name) this.ports.firewall.release(from.router.name)
    this.ports.firewall.follow(to)
    const isMore = this.installer.change(from, to)
    const { name, garp } = to.router
    const held = this.installer.announceable(name)
    if (from.router.name !== name) this.announcer.keepOnly(from.router.name, [])
    this.announcer.keepOnly(name, held)
    if (isMore) this.announcer.announce(name, held, garp.repeat)
  }

  /** Priority 0 from every Master, then nothing of ours is left. */
  stop(options: { readonly keepAddresses: boolean }): void {
    this.keepAddresses = options.keepAddresses
    this.dispatch({ type: 'stop' })
    this.restorer.close()
    this.statics.close()
    this.promotion.close()
    this.alarm.close()
    this.deafness.close()
    this.announcer.close()
    this.conflicts.close()
    this.debounce.close()
    this.adverts.closeAll()
    if (!this.keepAddresses) this.virtualMacs.removeAll()
  }

  dispatch(event: EngineEvent): void {
    this.queue.push(event)
    if (this.dispatching) return
    this.dispatching = true
    try {
      for (let next = this.queue.shift(); next; next = this.queue.shift()) {
        this.ports.begin(next)
        const { engine, effects } = stepEngine(this.state, next, this.ports.clock.now())
        this.state = engine
        perform(effects, (name) => this.routerNamed(name), this.outbox)
      }
    } finally {
      this.dispatching = false
    }
    this.alarm.set(nextDeadline(this.state))
  }

  /** Whether the kernel has that address on that link now. */
  isPresent(assembled: Assembled, index: number): boolean {
    const wanted = assembled.addresses[index]
    const link = wanted && this.ports.kernel.table.linkByName(wanted.link)
    if (!wanted || !link) return false
    return this.ports.kernel.table.hasAddress({ ...wanted.spec, linkIndex: link.index })
  }

  /** What of it the kernel has now. */
  presence(assembled: Assembled): Presence {
    return presenceOf(assembled, this.ports.kernel.table)
  }

  /** Rings the alarm before its time: everything is read, nothing is due, and it is set again. See rehearsal.ts. */
  ring(): void {
    this.alarm.set(this.ports.clock.now())
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
    const { kernel, noteLink, noteAddress } = this.ports
    return new LinkWatch(routers, this.debounce, {
      table: () => kernel.table,
      noteLink,
      noteAddress,
      follow: (name, link, fact) => {
        this.adverts.follow(name, link, listeningAddresses(this.assembled.values(), name, fact))
      },
      factKnown: (name) => this.state.facts.links.get(name),
      itemsOf: (router) => this.installer.itemsOf(router),
      lost: (loss) => {
        this.lost(loss)
      },
      putBack: (loss) => {
        this.restorer.restore(loss)
      },
      dispatch: (event) => {
        this.dispatch(event)
      },
    })
  }

  /** What went along with something that we removed is nobody's doing but ours. */
  private lost(loss: Loss): void {
    if (loss.by === this.ports.kernel.portId || this.ports.restoreAddresses) this.restorer.restore(loss)
    else this.stepAside(loss)
  }

  private stepAside({ router, item }: Loss): void {
    if (item.track) this.dispatch({ type: 'address-lost', router, address: describeItem(item) })
  }

  private makeRestorer(): Restorer {
    const { clock, timers, kernel, say } = this.ports
    return new Restorer({
      clock,
      timers,
      say,
      ownPort: kernel.portId,
      installer: this.installer,
      table: () => kernel.table,
      drain: () => {
        kernel.drain()
      },
      announce: (router, item) => {
        const announcements = this.installer.announceable(router)
        const { garp } = this.routerNamed(router).router
        const itsOwn = announcements.filter(
          ({ link, address }) =>
            item.kind === 'address' && link.index === item.link.index && address === item.spec.cidr.address,
        )
        this.announcer.announce(router, itsOwn, garp.repeat)
      },
      giveUp: (loss) => {
        this.stepAside(loss)
      },
    })
  }

  private makeConflictWatch(): ConflictWatch {
    const { clock, timers, kernel, complain } = this.ports
    return new ConflictWatch({
      clock,
      timers,
      held: () => this.heldAddresses(),
      openTap: openArpTap,
      isOwnMac: (mac) => [...kernel.table.links.values()].some((link) => Buffer.compare(link.mac, mac) === 0),
      warn: complain,
    })
  }

  private heldAddresses(): readonly HeldAddress[] {
    return [...this.state.routers.values()].flatMap(({ router: { name }, since }) =>
      this.installer
        .announceable(name)
        .flatMap(({ link, address }) => (isIpv4(address) ? [{ link, address, router: name, since }] : [])),
    )
  }

  private makeStatics(): StaticItems {
    const { clock, timers, kernel, say, complain } = this.ports
    return new StaticItems({
      clock,
      timers,
      say,
      complain,
      installer: installerPort(kernel),
      table: () => kernel.table,
      drain: () => {
        kernel.drain()
      },
    })
  }

  private promoteSecondaries(): void {
    const wanted = [...this.assembled.values()].filter(({ instance }) => instance.promoteSecondaries)
    const links = wanted.map(({ router }) => router.link)
    const { table } = this.ports.kernel
    this.promotion.use(new Set(links.filter((link) => table.linkByName(link) !== undefined)))
  }

  private makeOutbox(): OutboxPorts {
    const { ports, installer, adverts, announcer } = this
    const { firewall } = ports
    return {
      sendAdvert: (assembled, source, priority, copies) => {
        if (source === undefined) return
        for (let copy = 0; copy < copies; copy += 1)
          adverts.send(assembled.advertLink, this.codec.encode(assembled, source, priority))
      },
      install: (assembled) => {
        firewall.follow(assembled)
        installer.install(assembled)
        this.conflicts.touch()
      },
      withdraw: (assembled) => {
        announcer.keepOnly(assembled.router.name, [])
        this.conflicts.touch()
        if (this.keepAddresses) return
        installer.withdraw(assembled)
        firewall.release(assembled.router.name)
      },
      announce: ({ router: { name, link: own } }, repeat, elsewhere) => {
        const held = installer.announceable(name)
        const wanted = elsewhere ? held.filter(({ link }) => link.name !== own) : held
        announcer.announce(name, wanted, repeat)
      },
      notifyRouter: ports.notifyRouter,
      notifyGroup: ports.notifyGroup,
      noteRouter: (router, note) => {
        if (note.kind === 'forcing-election') this.codec.skipSequence(this.routerNamed(router))
        ports.noteRouter(router, note)
      },
      noteGroupSyncing: ports.noteGroupSyncing,
    }
  }

  private isMaster(name: string): boolean {
    return this.state.routers.get(name)?.state.kind === 'master'
  }

  private removeLeftovers(isConcerned: (name: string) => boolean): void {
    for (const [name, assembled] of this.assembled) {
      if (isConcerned(name)) this.removeLeftoversOf(assembled)
    }
  }

  private removeLeftoversOf(assembled: Assembled): void {
    if (assembled.addresses.some((_, index) => this.isPresent(assembled, index))) {
      this.ports.noteRouter(assembled.router.name, { kind: 'removing-addresses' })
    }
    this.installer.withdraw(assembled)
  }
}

const macsOf = ({ routers }: Assembly): readonly WantedVirtualMac[] =>
  routers.flatMap(({ virtualMacs }) => virtualMacs)
