/**
 * What is known of the kernel at one moment: links, their addresses, routes of ours, and rules. An
 * immutable value. Pure.
 */

import { isIpv4 } from '../base/address.ts'
import { addressKey, anyLinkKey, isOnLinksOf, routeKey, ruleKey } from './identity.ts'
import type { Link, LinkAddress, RouteSpec, RuleSpec } from './types.ts'

/** One link's addresses. */
export interface AddressList {
  /** By `addressKey`, in the order in which they were told. */
  readonly byKey: ReadonlyMap<string, LinkAddress>
  /**
   * IPv4 in the kernel's order, from which it takes the source of what is sent: primary
   * addresses, the narrowest scope first, then secondary ones. IPv6 follows, in the order told.
   */
  readonly ordered: readonly LinkAddress[]
}

export function addressList(byKey: ReadonlyMap<string, LinkAddress>): AddressList {
  return { byKey, ordered: [...byKey.values()].sort((a, b) => rank(a) - rank(b)) }
}

function rank({ cidr, secondary, scope }: LinkAddress): number {
  if (!isIpv4(cidr.address)) return 257
  return secondary ? 256 : 255 - scope
}

export class LinkTable {
  static readonly empty: LinkTable = new LinkTable(new Map(), new Map(), new Map(), new Map())

  readonly links: ReadonlyMap<number, Link>
  readonly addresses: ReadonlyMap<number, AddressList>
  /** By `routeKey`: only those of protocols that are watched, and none before something is. */
  readonly routes: ReadonlyMap<string, RouteSpec>
  /** By `ruleKey`: all of them, and none before they are watched. */
  readonly rules: ReadonlyMap<string, RuleSpec>
  private readonly byName: ReadonlyMap<string, Link>
  /** By `anyLinkKey`; made when it is first asked for. */
  private byWay: ReadonlyMap<string, readonly RouteSpec[]> | undefined

  constructor(
    links: ReadonlyMap<number, Link>,
    addresses: ReadonlyMap<number, AddressList>,
    routes: ReadonlyMap<string, RouteSpec>,
    rules: ReadonlyMap<string, RuleSpec>,
  ) {
    this.links = links
    this.addresses = addresses
    this.routes = routes
    this.rules = rules
    this.byName = new Map([...links.values()].map((link) => [link.name, link]))
  }

  withRoutes(routes: readonly RouteSpec[]): LinkTable {
    const byKey = new Map(routes.map((route) => [routeKey(route), route]))
    return new LinkTable(this.links, this.addresses, byKey, this.rules)
  }

  withRules(rules: readonly RuleSpec[]): LinkTable {
    const byKey = new Map(rules.map((rule) => [ruleKey(rule), rule]))
    return new LinkTable(this.links, this.addresses, this.routes, byKey)
  }

  linkByName(name: string): Link | undefined {
    return this.byName.get(name)
  }

  linkByIndex(index: number): Link | undefined {
    return this.links.get(index)
  }

  addressesOf(index: number): readonly LinkAddress[] {
    return this.addresses.get(index)?.ordered ?? []
  }

  /** Whether it is there now, with whatever label and scope. */
  hasAddress(wanted: Pick<LinkAddress, 'linkIndex' | 'cidr' | 'peer'>): boolean {
    return this.addresses.get(wanted.linkIndex)?.byKey.has(addressKey(wanted)) ?? false
  }

  /** It is there, and the kernel does not use it: another host has it (IPv6). */
  hasDuplicate(wanted: Pick<LinkAddress, 'linkIndex' | 'cidr' | 'peer'>): boolean {
    return this.addresses.get(wanted.linkIndex)?.byKey.get(addressKey(wanted))?.dadFailed === true
  }

  hasRoute(wanted: RouteSpec): boolean {
    this.byWay ??= groupByWay(this.routes.values())
    return this.byWay.get(anyLinkKey(wanted))?.some((route) => isOnLinksOf(wanted, route)) ?? false
  }

  hasRule(wanted: RuleSpec): boolean {
    return this.rules.has(ruleKey(wanted))
  }
}

function groupByWay(routes: Iterable<RouteSpec>): ReadonlyMap<string, readonly RouteSpec[]> {
  const groups = new Map<string, RouteSpec[]>()
  for (const route of routes) {
    const key = anyLinkKey(route)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [route])
    else group.push(route)
  }
  return groups
}
