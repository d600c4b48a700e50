/**
 * What the kernel tells of links and addresses → engine events. The engine's
 * facts are derived anew from the table each time, never from the event alone.
 */

import { isIpv4, type IpAddress } from '../../base/address.ts'
import type { DomainEvent } from '../../events/event.ts'
import type { LinkTable } from '../../netlink/link-table.ts'
import type { Link, LinkAddress, LinkEvent } from '../../netlink/types.ts'
import type { LinkFact } from '../../vrrp/conditions.ts'
import { OWNER_PRIORITY } from '../../vrrp/election/priority.ts'
import type { EngineEvent } from '../../vrrp/engine.ts'
import type { Assembled } from '../assemble.ts'
import type { Item } from '../../addressing/link-binding.ts'
import type { LinkDebounce } from './link-debounce.ts'
import { linkFact, sameFact, type Sources } from './link-facts.ts'
import { findLosses, isPresent, type Holding, type Loss } from '../../addressing/observed.ts'

export interface LinkWatchPorts {
  /** As it is now. */
  readonly table: () => LinkTable
  readonly publish: (event: DomainEvent) => void
  /** The adverts' sockets follow the link and its addresses; undefined: it is not there. */
  readonly follow: (name: string, link: Link | undefined, fact: LinkFact | undefined) => void
  /** What the engine was last told of that link. */
  readonly factKnown: (name: string) => LinkFact | undefined
  /** Whether an address has come from us, in this run or an earlier one. */
  readonly isOurs: (address: LinkAddress) => boolean
  /** What that router has installed. */
  readonly itemsOf: (router: string) => readonly Item[]
  /** Something that a router held until now is gone. */
  readonly lost: (loss: Loss) => void
  /** Something that a router holds went with a link that is up again before its absence counted. */
  readonly putBack: (loss: Loss) => void
  readonly dispatch: (event: EngineEvent) => void
}

export class LinkWatch {
  private readonly ports: LinkWatchPorts
  private readonly debounce: LinkDebounce
  private routers: readonly Assembled[] = []
  private sources: Sources = { virtual: new Set(), isOwned: () => false }
  private inUse: ReadonlySet<string> = new Set()
  /** By index. */
  private readonly hadMulticast = new Set<number>()

  /** @param debounce says which links count as up */
  constructor(routers: readonly Assembled[], debounce: LinkDebounce, ports: LinkWatchPorts) {
    this.ports = ports
    this.debounce = debounce
    this.use(routers)
  }

  /** Every link whose state or addresses matter to somebody. */
  get links(): ReadonlySet<string> {
    return this.inUse
  }

  use(routers: readonly Assembled[]): void {
    this.routers = routers
    const owned = virtualAddresses(routers.filter(({ router }) => router.priority === OWNER_PRIORITY))
    this.sources = {
      virtual: virtualAddresses(routers),
      isOwned: (address) =>
        isIpv4(address.cidr.address) && owned.has(address.cidr.address) && !this.ports.isOurs(address),
    }
    this.inUse = linksInUse(routers)
  }

  follow(): void {
    for (const name of this.inUse) this.followLink(name)
  }

  facts(): ReadonlyMap<string, LinkFact> {
    const facts = [...this.inUse].flatMap((name): [string, LinkFact][] => {
      const fact = this.factOf(name)
      return fact ? [[name, fact]] : []
    })
    return new Map(facts)
  }

  /** As the kernel has it now; undefined: there is no such link. */
  factOf(name: string): LinkFact | undefined {
    const table = this.ports.table()
    const link = table.linkByName(name)
    const up = this.debounce.isUp(name, link)
    if (link?.multicast === true) this.hadMulticast.add(link.index)
    const multicast = link !== undefined && this.hadMulticast.has(link.index)
    return (
      link &&
      linkFact(
        { up, multicast, mtu: link.mtu },
        table.addressesOf(link.index),
        this.sources,
        this.lackedBy(name),
      )
    )
  }

  private followLink(name: string): void {
    this.ports.follow(name, this.ports.table().linkByName(name), this.factOf(name))
  }

  /** An address counts wherever it is on this host: on the loopback link, for instance. */
  private lackedBy(name: string): ReadonlySet<IpAddress> {
    const table = this.ports.table()
    const has = (address: IpAddress): boolean =>
      [...table.addresses.values()].some(({ ordered }) =>
        ordered.some(({ cidr }) => cidr.address === address),
      )
    const configured = this.routers
      .filter(({ router }) => router.link === name && router.needsSourceAddress === true)
      .flatMap(({ router }) => router.sourceAddress ?? [])
    return new Set(configured.filter((address) => !has(address)))
  }

  /** Links first: what went with its link is no loss of its own, and who is in FAULT holds nothing. */
  onEvents(events: readonly LinkEvent[]): void {
    for (const event of events) if (event.type === 'link-removed') this.hadMulticast.delete(event.link.index)
    const waiting = [...this.inUse].filter((name) => this.debounce.isWaiting(name))
    const [present, absent] = this.split()
    for (const name of present) this.followLink(name)
    const losses = findLosses(events, this.holdings(), this.ports.table())
    for (const name of this.inUse) this.followFact(name)
    // Who leaves because its link has another name now can say so on that.
    for (const name of absent) this.followLink(name)
    for (const event of events) this.noteAddress(event)
    for (const loss of losses) {
      if (this.ports.itemsOf(loss.router).includes(loss.item)) this.ports.lost(loss)
    }
    if (waiting.some((name) => !this.debounce.isWaiting(name))) this.putBackMissing()
  }

  /** The links of these names that there are, and the others. */
  private split(): readonly [present: readonly string[], absent: readonly string[]] {
    const table = this.ports.table()
    const names = [...this.inUse]
    const isPresent = (name: string): boolean => table.linkByName(name) !== undefined
    return [names.filter(isPresent), names.filter((name) => !isPresent(name))]
  }

  /** A change of that link counts from now on. */
  changed(name: string): void {
    this.followLink(name)
    this.followFact(name)
  }

  /** The kernel takes routes and IPv6 addresses away from a link that is set down. */
  private putBackMissing(): void {
    const table = this.ports.table()
    for (const { router, items } of this.holdings()) {
      for (const item of items) {
        if (!isPresent(item, table)) this.ports.putBack({ router, item, by: 'link' })
      }
    }
  }

  private holdings(): readonly Holding[] {
    return this.routers.map(({ router, advertLink }) => ({
      router: router.name,
      link: this.debounce.isWaiting(advertLink) ? undefined : advertLink,
      items: this.ports.itemsOf(router.name),
    }))
  }

  private noteAddress(event: LinkEvent): void {
    if (event.type !== 'address-added' && event.type !== 'address-removed') return
    const { cidr, linkIndex } = event.address
    const link = this.ports.table().linkByIndex(linkIndex)?.name ?? `link ${String(linkIndex)}`
    const change = event.type === 'address-added' ? 'added' : 'removed'
    this.ports.publish({ type: 'address', change, link, address: cidr.address })
  }

  private followFact(name: string): void {
    const before = this.ports.factKnown(name)
    const fact = this.factOf(name)
    if (sameFact(before, fact)) return
    if (before?.up !== fact?.up) {
      const state = !fact ? 'gone' : fact.up ? 'up' : 'down'
      this.ports.publish({ type: 'link', link: name, state })
    }
    this.ports.dispatch({ type: 'link', name, fact })
  }
}

function virtualAddresses(routers: readonly Assembled[]): ReadonlySet<IpAddress> {
  return new Set(routers.flatMap(({ addresses }) => addresses.map(({ spec }) => spec.cidr.address)))
}

/** Every link whose state or addresses matter to somebody. */
function linksInUse(routers: readonly Assembled[]): ReadonlySet<string> {
  return new Set(
    routers.flatMap(({ router, advertLink }) => [
      router.link,
      advertLink,
      ...router.requiredLinks,
      ...router.trackers.filter(({ kind }) => kind === 'interface').map(({ name }) => name),
    ]),
  )
}
