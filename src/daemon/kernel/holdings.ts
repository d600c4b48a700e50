/**
 * What the routers hold in the kernel: it comes, is announced and goes as the
 * election says, and what happens to it meanwhile is noticed. Static items,
 * which nobody is elected for, are here too.
 */

import { isIpv4, type IpAddress } from '../../base/address.ts'
import type { Link, LinkAddress, LinkEvent } from '../../netlink/types.ts'
import { OWNER_PRIORITY } from '../../vrrp/election/priority.ts'
import type { RouterRecord } from '../../vrrp/engine.ts'
import { Announcer, hasNeighbours, type Announcement } from './announcer.ts'
import type { Assembled, Assembly } from '../assemble.ts'
import { Applier } from '../../addressing/applier.ts'
import { Claims } from '../../addressing/claims.ts'
import { ConflictWatch, type ConflictProblem, type HeldAddress } from './conflict-watch.ts'
import type { DaemonPorts } from '../daemon-ports.ts'
import { HostAddresses } from '../../addressing/host-addresses.ts'
import { complaintOf, InstalledState, type Shortfall } from '../../addressing/installed-state.ts'
import { describeItem, without, type Item } from '../../addressing/link-binding.ts'
import { LinkRenewals } from './link-renewals.ts'
import type { Loss } from '../../addressing/observed.ts'
import { Promotion } from '../../addressing/promote-secondaries.ts'
import { Restorer } from '../../addressing/restorer.ts'
import { StaticItems } from '../../addressing/static-items.ts'
import { NOTHING, type DesiredAddress, type DesiredState } from '../../addressing/desired.ts'

/** A Master under a configuration and under the next one. */
export interface Renewed {
  readonly from: Assembled
  readonly to: Assembled
}

export interface HoldingsPorts extends Pick<
  DaemonPorts,
  | 'clock'
  | 'timers'
  | 'kernel'
  | 'linkSettings'
  | 'processName'
  | 'arp'
  | 'openArpTap'
  | 'firewall'
  | 'say'
  | 'detail'
  | 'complain'
  | 'publish'
  | 'restoreAddresses'
> {
  readonly records: () => Iterable<RouterRecord>
  readonly routerNamed: (name: string) => Assembled
  /** What an earlier run may have left: see HostAddresses. */
  readonly left: ReadonlySet<string>
  /** A router has lost what it must not be without. */
  readonly onLost: (router: string, what: string) => void
}

export class Holdings {
  private readonly ports: HoldingsPorts
  private readonly hosts: HostAddresses
  private readonly claims: Claims
  private readonly applier: Applier
  private readonly installed: InstalledState
  private readonly announcer: Announcer
  private readonly renewals: LinkRenewals
  private readonly restorer: Restorer
  private readonly promotion: Promotion
  private readonly statics: StaticItems
  private readonly conflicts: ConflictWatch

  constructor(assembly: Assembly, ports: HoldingsPorts) {
    this.ports = ports
    this.hosts = new HostAddresses(() => ports.kernel.table, ports.say, ports.left)
    this.claims = new Claims(this.hosts)
    this.applier = new Applier(ports, (addresses) => {
      this.hosts.haveSet(addresses)
    })
    this.installed = new InstalledState({
      kernel: ports.kernel,
      applier: this.applier,
      claims: this.claims,
    })
    this.announcer = this.makeAnnouncer(assembly)
    this.renewals = this.makeRenewals()
    this.restorer = this.makeRestorer()
    this.promotion = new Promotion(
      ports.linkSettings,
      ports.complain,
      (index) => ports.kernel.table.linkByIndex(index)?.name,
    )
    this.statics = this.makeStatics()
    this.conflicts = this.makeConflictWatch()
  }

  /** Hosts that use an address which a Master here holds. */
  get conflictProblems(): readonly ConflictProblem[] {
    return this.conflicts.problems()
  }

  install(assembled: Assembled): void {
    this.noticeHosts(assembled)
    this.ports.firewall.follow(assembled)
    this.tellItems(assembled, 'setting')
    this.complainOf(this.installed.install(assembled))
    this.conflicts.touch()
  }

  /** @param keep as --dont-release-vrrp asks: only what is announced ends */
  withdraw(assembled: Assembled, keep: boolean): void {
    this.announcer.keepOnly(assembled.router.name, [])
    this.conflicts.touch()
    if (keep) return
    this.tellItems(assembled, 'removing')
    this.complainOf(this.installed.withdraw(assembled))
    this.ports.firewall.release(assembled.router.name)
  }

  private tellItems({ router, instance }: Assembled, doing: 'setting' | 'removing'): void {
    if (instance.routes.length > 0) this.ports.detail(`(${router.name}) ${doing} Virtual Routes`)
    if (instance.rules.length > 0) this.ports.detail(`(${router.name}) ${doing} Virtual Rules`)
  }

  /** @param elsewhere only on other links than the router's own: garp_extra_if */
  announce(assembled: Assembled, repeat: number, elsewhere: boolean): void {
    const { name } = assembled.router
    const held = this.installed.addressesOf(name)
    const wanted = elsewhere ? held.filter(({ link }) => isElsewhere(link, assembled)) : held
    this.announcer.announce(name, wanted, repeat)
  }

  /** What these want is not removed, whoever gives it up, until they have set it or `plan` is told that nobody will. */
  plan(routers: readonly Assembled[], statics: DesiredState = NOTHING): void {
    this.installed.plan([...routers, statics])
  }

  /**
   * A new configuration, for the Masters that stay; static items have been told of it. keepalived sends the full
   * burst for all addresses of an instance that has a new one.
   */
  change(masters: readonly Renewed[]): void {
    this.conflicts.touch()
    // All names that go before those that come: two may have been exchanged.
    for (const { from, to } of masters) if (from.router.name !== to.router.name) this.forgetName(from)
    for (const { to } of masters) this.ports.firewall.follow(to)
    const { shortfalls, replaced } = this.installed.change(masters, this.statics.share())
    this.statics.haveSet(replaced)
    this.complainOf(shortfalls)
    for (const { from, to } of masters) this.announceChange(from, to)
  }

  private forgetName({ router: { name } }: Assembled): void {
    this.ports.firewall.release(name)
    this.announcer.keepOnly(name, [])
  }

  private announceChange(from: Assembled, to: Assembled): void {
    const { name, garp } = to.router
    const held = this.installed.addressesOf(name)
    this.announcer.keepOnly(name, held)
    if (without(to, from).addresses.length > 0) this.announcer.announce(name, held, garp.repeat)
  }

  /** What a run before this one has left; nothing of it is held. */
  removeLeftovers(assembled: Assembled): void {
    const left = this.installed.leftoversOf(assembled)
    const items = left.map(describeItem)
    const { name: router } = assembled.router
    const note = { kind: 'removing-leftovers', items } as const
    if (left.length > 0) this.ports.publish({ type: 'note', router, note })
    this.complainOf(this.installed.withdraw(assembled))
  }

  /** Whether the host had it before us. */
  isHosts(wanted: DesiredAddress): boolean {
    return this.installed.isHosts(wanted)
  }

  /** Whether an address on a link has come from us. */
  isOurs(address: LinkAddress): boolean {
    return this.hosts.isOurs(address)
  }

  private noticeHosts({ router, ...wanted }: Assembled): void {
    const { addresses } = this.installed.bind(wanted)
    const claimant = {
      name: router.name,
      stays: router.priority === OWNER_PRIORITY,
      sourceLink: router.sourceAddress === undefined ? router.link : undefined,
    }
    this.hosts.notice(claimant, addresses)
  }

  itemsOf(router: string): readonly Item[] {
    return this.installed.itemsOf(router)
  }

  /** What went along with something that we removed is nobody's doing but ours. */
  lost(loss: Loss): void {
    const { kernel, restoreAddresses } = this.ports
    if (loss.by === kernel.portId || restoreAddresses) this.restorer.restore(loss)
    else this.stepAside(loss)
  }

  putBack(loss: Loss): void {
    this.restorer.restore(loss)
  }

  /**
   * A configuration: what the host has of it already is noticed, and what is missing of its static items is
   * set. What is no longer wanted goes with `change`.
   */
  use(assembly: Assembly): void {
    this.hosts.use(virtualAddressesOf(assembly))
    for (const assembled of assembly.routers) this.noticeHosts(assembled)
    this.statics.use(assembly.statics)
  }

  onEvents(events: readonly LinkEvent[]): void {
    this.hosts.onEvents(events)
    this.statics.onEvents(events)
  }

  /** When the routers have heard of them: who is in FAULT by now announces nothing. */
  renew(events: readonly LinkEvent[]): void {
    this.renewals.onEvents(events)
  }

  usePacing({ pacing }: Assembly): void {
    this.announcer.use(pacing)
  }

  promoteSecondaries(routers: Iterable<Assembled>): void {
    const wanted = [...routers].filter(({ instance }) => instance.promoteSecondaries)
    const { table } = this.ports.kernel
    this.promotion.use(new Set(wanted.flatMap(({ router }) => table.linkByName(router.link)?.index ?? [])))
  }

  close(): void {
    this.restorer.close()
    this.statics.close()
    this.promotion.close()
    this.renewals.close()
    this.announcer.close()
    this.conflicts.close()
  }

  private complainOf(shortfalls: readonly Shortfall[]): void {
    for (const shortfall of shortfalls) this.ports.complain(complaintOf(shortfall))
  }

  private stepAside({ router, item }: Loss): void {
    if (item.track) this.ports.onLost(router, describeItem(item))
  }

  private makeRestorer(): Restorer {
    const { clock, timers, kernel, say, processName } = this.ports
    return new Restorer({
      ...{ clock, timers, say, processName },
      ownPort: kernel.portId,
      installed: this.installed,
      table: () => kernel.table,
      drain: () => {
        kernel.drain()
      },
      announce: (router, item) => {
        this.announceItem(router, item)
      },
      giveUp: (loss) => {
        this.stepAside(loss)
      },
    })
  }

  private announceItem(router: string, item: Item): void {
    const { garp } = this.ports.routerNamed(router).router
    const itsOwn = this.installed
      .addressesOf(router)
      .filter(
        ({ linkIndex, address }) =>
          item.kind === 'address' && linkIndex === item.spec.linkIndex && address === item.spec.cidr.address,
      )
    this.announcer.announce(router, itsOwn, garp.repeat)
  }

  private makeAnnouncer({ pacing }: Assembly): Announcer {
    const { clock, timers, kernel, linkSettings, arp, complain, detail } = this.ports
    return new Announcer(
      {
        ...{ clock, timers, arp, linkSettings, complain, detail },
        linkByIndex: (index) => kernel.table.linkByIndex(index),
        drain: () => {
          kernel.drain()
        },
      },
      pacing,
    )
  }

  private makeRenewals(): LinkRenewals {
    const { clock, timers, kernel } = this.ports
    return new LinkRenewals({
      clock,
      timers,
      drain: () => {
        kernel.drain()
      },
      linkByIndex: (index) => kernel.table.linkByIndex(index),
      isInUse: (index) => this.heldOn(index).length > 0,
      announce: (link, former) => {
        this.announceRenewed(link, former)
      },
    })
  }

  private announceRenewed(link: Link, former: Link): void {
    this.ports.publish({ type: 'link-renewed', link, former })
    for (const { router, held } of this.heldOn(link.index))
      this.announcer.announce(router.name, held, router.garp.repeat)
    this.conflicts.touch()
  }

  /** What each Master has on that link. */
  private heldOn(index: number): readonly {
    readonly router: RouterRecord['router']
    readonly held: readonly Announcement[]
  }[] {
    return [...this.ports.records()].flatMap(({ router }) => {
      const held = this.installed.addressesOf(router.name).filter(({ linkIndex }) => linkIndex === index)
      return held.length > 0 ? [{ router, held }] : []
    })
  }

  private makeConflictWatch(): ConflictWatch {
    const { clock, timers, kernel, openArpTap, complain } = this.ports
    return new ConflictWatch({
      clock,
      timers,
      held: () => this.heldAddresses(),
      openTap: openArpTap,
      isOwnMac: (mac) => [...kernel.table.links.values()].some((link) => Buffer.compare(link.mac, mac) === 0),
      complain,
    })
  }

  private heldAddresses(): readonly HeldAddress[] {
    const { records, kernel } = this.ports
    return [...records()].flatMap(({ router: { name }, since }) =>
      this.installed.addressesOf(name).flatMap(({ linkIndex, address }) => {
        const link = kernel.table.linkByIndex(linkIndex)
        return isIpv4(address) && link !== undefined && hasNeighbours(link)
          ? [{ link, address, router: name, since }]
          : []
      }),
    )
  }

  private makeStatics(): StaticItems {
    const { clock, timers, kernel, say, complain, processName } = this.ports
    return new StaticItems({
      ...{ clock, timers, say, complain, processName },
      applier: this.applier,
      claims: this.claims,
      hosts: this.hosts,
      table: () => kernel.table,
      drain: () => {
        kernel.drain()
      },
    })
  }
}

/** Without `all` only virtual MAC interfaces on other links: a switch forgets a MAC address that sends nothing. */
function isElsewhere(link: string, { router, instance, virtualMacs }: Assembled): boolean {
  const mac = virtualMacs.find(({ name }) => name === link)
  return mac === undefined ? instance.garp.extraOnAll && link !== router.link : mac.link !== router.link
}

const virtualAddressesOf = ({ routers }: Assembly): ReadonlySet<IpAddress> =>
  new Set(routers.flatMap(({ addresses }) => addresses.map(({ spec }) => spec.cidr.address)))
