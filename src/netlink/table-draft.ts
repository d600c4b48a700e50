/**
 * A LinkTable in the making: every change is made to copies and leaves its
 * event. The kernel tells most changes but not all; what it does silently to
 * IPv4 routes is done here likewise (routes of a link that is switched off,
 * routes whose source address went, a route that another one replaced). Pure.
 */

import { isIpv4, type IpAddress } from '../base/address.ts'
import { addressKey, routeKey, sameAddress, sameContest, sameLink } from './identity.ts'
import { addressList, LinkTable, type AddressList } from './link-table.ts'
import type { Link, LinkAddress, LinkEvent, RouteSpec } from './types.ts'

export class TableDraft {
  readonly events: LinkEvent[] = []
  private readonly base: LinkTable
  private readonly links: Map<number, Link>
  private readonly routes: Map<string, RouteSpec>
  /** Copies of those links' addresses that a message touched. */
  private readonly touched = new Map<number, Map<string, LinkAddress>>()

  constructor(base: LinkTable) {
    this.base = base
    this.links = new Map(base.links)
    this.routes = new Map(base.routes)
  }

  setLink(link: Link): void {
    const before = this.links.get(link.index)
    if (before !== undefined && sameLink(before, link)) return
    this.links.set(link.index, link)
    this.events.push({ type: 'link-changed', before, link })
  }

  /** Its addresses and routes go with it, if the kernel has not said so before. */
  removeLink(index: number): void {
    for (const address of this.addressesOf(index).values()) this.removeAddress(address, false)
    this.removeIpv4Routes(({ linkIndex }) => linkIndex === index)
    const link = this.links.get(index)
    if (link === undefined) return
    this.links.delete(index)
    this.events.push({ type: 'link-removed', link })
  }

  setAddress(address: LinkAddress, ours: boolean): void {
    const addresses = this.addressesOf(address.linkIndex)
    const key = addressKey(address)
    const before = addresses.get(key)
    if (before !== undefined && sameAddress(before, address)) return
    // A secondary that was promoted stands behind all other primary addresses.
    if (before?.secondary !== address.secondary) addresses.delete(key)
    addresses.set(key, address)
    this.events.push({ type: 'address-added', address, ours })
  }

  removeAddress(told: LinkAddress, ours: boolean): void {
    const addresses = this.addressesOf(told.linkIndex)
    const key = addressKey(told)
    const address = addresses.get(key)
    if (address === undefined) return
    addresses.delete(key)
    this.events.push({ type: 'address-removed', address, ours })
    this.removeIpv4Routes(({ source }) => source === address.cidr.address && !this.isLocal(source))
  }

  setRoute(route: RouteSpec): void {
    this.routes.set(routeKey(route), route)
  }

  /** The kernel replaces the first of those that contest a destination: the one that came last. */
  replaceRoute(by: RouteSpec): void {
    if (this.routes.has(routeKey(by))) return
    const replaced = [...this.routes.values()].filter((route) => sameContest(route, by)).at(-1)
    if (replaced !== undefined) this.removeRoute(replaced, false)
  }

  removeRoute(told: RouteSpec, ours: boolean): void {
    const key = routeKey(told)
    const route = this.routes.get(key)
    if (route === undefined) return
    this.routes.delete(key)
    this.events.push({ type: 'route-removed', route, ours })
  }

  /** Of IPv6 routes the kernel tells. */
  removeIpv4Routes(isGone: (route: RouteSpec) => boolean): void {
    for (const route of [...this.routes.values()]) {
      if (isIpv4(route.destination.address) && isGone(route)) this.removeRoute(route, false)
    }
  }

  finish(): LinkTable {
    const addresses = new Map<number, AddressList>(this.base.addresses)
    for (const [index, byKey] of this.touched) {
      if (byKey.size > 0) addresses.set(index, addressList(byKey))
      else addresses.delete(index)
    }
    return new LinkTable(this.links, addresses, this.routes)
  }

  private addressesOf(index: number): Map<string, LinkAddress> {
    const touched = this.touched.get(index)
    if (touched !== undefined) return touched
    const copy = new Map(this.base.addresses.get(index)?.byKey)
    this.touched.set(index, copy)
    return copy
  }

  private isLocal(address: IpAddress): boolean {
    return [...this.links.keys()].some((index) => {
      const addresses = this.touched.get(index) ?? this.base.addresses.get(index)?.byKey
      return [...(addresses?.values() ?? [])].some(({ cidr }) => cidr.address === address)
    })
  }
}
