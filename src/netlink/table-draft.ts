/**
 * A LinkTable in the making: every change is made to copies and leaves its
 * event. The kernel tells all changes but one kind: an IPv4 route goes silently
 * when its link is switched off or loses its last IPv4 address, when another
 * route replaces it, and on older kernels with its source address (6.18 tells
 * that). Which are left then only the kernel can say. Pure.
 */

import { isIpv4 } from '../base/address.ts'
import { addressKey, linksOf, routeKey, ruleKey, sameAddress, sameContest, sameLink } from './identity.ts'
import { addressList, LinkTable, type AddressList } from './link-table.ts'
import type { Link, LinkAddress, LinkEvent, PortId, RouteSpec, RuleSpec } from './types.ts'

export class TableDraft {
  readonly events: LinkEvent[] = []
  /** Some of the routes may be gone: to be asked for. */
  routesInDoubt = false
  private readonly base: LinkTable
  private readonly links: Map<number, Link>
  private readonly routes: Map<string, RouteSpec>
  private readonly rules: Map<string, RuleSpec>
  /** Copies of those links' addresses that a message touched. */
  private readonly touched = new Map<number, Map<string, LinkAddress>>()

  constructor(base: LinkTable) {
    this.base = base
    this.links = new Map(base.links)
    this.routes = new Map(base.routes)
    this.rules = new Map(base.rules)
  }

  setLink(link: Link): void {
    const before = this.links.get(link.index)
    if (before !== undefined && sameLink(before, link)) return
    this.links.set(link.index, link)
    this.events.push({ type: 'link-changed', before, link })
  }

  /** Its addresses go with it, if the kernel has not said so before. */
  removeLink(index: number): void {
    for (const address of this.addressesOf(index).values()) this.removeAddress(address, false, undefined)
    this.doubtRoutesOf(index)
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

  removeAddress(told: LinkAddress, ours: boolean, by: PortId | undefined): void {
    const addresses = this.addressesOf(told.linkIndex)
    const key = addressKey(told)
    const address = addresses.get(key)
    if (address === undefined) return
    addresses.delete(key)
    this.events.push({ type: 'address-removed', address, ours, ...actor(ours, by) })
    this.doubtRoutes(({ source }) => source === address.cidr.address)
    if (!this.hasIpv4(told.linkIndex)) this.doubtRoutesOf(told.linkIndex)
  }

  setRoute(route: RouteSpec): void {
    this.routes.set(routeKey(route), route)
  }

  removeRoute(told: RouteSpec, ours: boolean, by: PortId): void {
    const key = routeKey(told)
    const route = this.routes.get(key)
    if (route === undefined) {
      // Of an IPv6 route with several ways the kernel tells the loss of one.
      this.doubtRoutesBeside(told)
      return
    }
    this.routes.delete(key)
    this.events.push({ type: 'route-removed', route, ours, ...actor(ours, by) })
  }

  setRule(rule: RuleSpec): void {
    this.rules.set(ruleKey(rule), rule)
  }

  removeRule(told: RuleSpec, ours: boolean, by: PortId): void {
    const key = ruleKey(told)
    const rule = this.rules.get(key)
    if (rule === undefined) return
    this.rules.delete(key)
    this.events.push({ type: 'rule-removed', rule, ours, ...actor(ours, by) })
  }

  doubtRoutesOf(link: number): void {
    this.doubtRoutes((route) => linksOf(route).includes(link))
  }

  /** Of several routes that contest a destination the first is replaced: which one that is has not been told. */
  doubtRoutesBeside(other: RouteSpec): void {
    this.doubtRoutes((route) => sameContest(route, other))
  }

  finish(): LinkTable {
    const addresses = new Map<number, AddressList>(this.base.addresses)
    for (const [index, byKey] of this.touched) {
      if (byKey.size > 0) addresses.set(index, addressList(byKey))
      else addresses.delete(index)
    }
    return new LinkTable(this.links, addresses, this.routes, this.rules)
  }

  private addressesOf(index: number): Map<string, LinkAddress> {
    const touched = this.touched.get(index)
    if (touched !== undefined) return touched
    const copy = new Map(this.base.addresses.get(index)?.byKey)
    this.touched.set(index, copy)
    return copy
  }

  private doubtRoutes(mayBeGone: (route: RouteSpec) => boolean): void {
    for (const route of this.routes.values()) this.routesInDoubt ||= mayBeGone(route)
  }

  private hasIpv4(index: number): boolean {
    for (const { cidr } of this.addressesOf(index).values()) if (isIpv4(cidr.address)) return true
    return false
  }
}

const actor = (ours: boolean, by: PortId | undefined): { readonly by?: PortId } =>
  ours || by === undefined || by === 0 ? {} : { by }
