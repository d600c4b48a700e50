/** What makes two descriptions one address or one route, and which of them say the same. Pure. */

import { formatCidr, formatIp, isIpv4, type Cidr } from '../base/address.ts'
import type { NumberRange } from '../base/routing.ts'
import { encapsulationKey, metricsKey, nexthopsKey } from './route-keys.ts'
import { KEEPALIVED_PROTOCOL, type Link, type LinkAddress, type RouteSpec, type RuleSpec } from './types.ts'

/**
 * What the kernel tells the addresses of one link apart by: an IPv4 address may be there
 * under several prefix lengths and peers, an IPv6 address only once.
 */
export function addressKey({ cidr, peer }: { readonly cidr: Cidr; readonly peer?: Cidr }): string {
  if (!isIpv4(cidr.address)) return cidr.address
  return peer === undefined ? formatCidr(cidr) : `${formatCidr(cidr)} peer ${formatCidr(peer)}`
}

export const sameAddress = (a: LinkAddress, b: LinkAddress): boolean =>
  a.linkIndex === b.linkIndex &&
  sameCidr(a.cidr, b.cidr) &&
  sameCidr(a.peer, b.peer) &&
  a.secondary === b.secondary &&
  a.dadFailed === b.dadFailed &&
  a.scope === b.scope &&
  a.label === b.label &&
  a.broadcast === b.broadcast &&
  a.protocol === b.protocol

const sameCidr = (a: Cidr | undefined, b: Cidr | undefined): boolean =>
  a?.address === b?.address && a?.prefixLength === b?.prefixLength

export const sameLink = (a: Link, b: Link): boolean =>
  a.index === b.index &&
  a.name === b.name &&
  a.up === b.up &&
  a.noArp === b.noArp &&
  a.multicast === b.multicast &&
  a.loopback === b.loopback &&
  a.mtu === b.mtu &&
  a.macvlanOn === b.macvlanOn &&
  a.mac.length === b.mac.length &&
  a.mac.every((byte, at) => byte === b.mac[at])

/**
 * Routes of which the kernel uses only the first: to the same destination in the same table
 * with the same preference.
 */
export const sameContest = (a: RouteSpec, b: RouteSpec): boolean => contest(a) === contest(b)

const contest = (route: RouteSpec): string =>
  [formatCidr(route.destination), route.table, ...preference(route)].join(' ')

/** IPv6 knows no TOS, and a route without a metric gets IP6_RT_PRIO_USER. */
function preference({ destination, tos = 0, metric = 0 }: RouteSpec): readonly [tos: number, metric: number] {
  if (isIpv4(destination.address)) return [tos, metric]
  return [0, metric === 0 ? 1024 : metric]
}

/** What the kernel tells routes apart by. */
export const routeKey = (route: RouteSpec): string => `${anyLinkKey(route)} ${linksOf(route).join(',')}`

/** Where the kernel tells which links it has chosen, it tells those that were named, too. */
export function isOnLinksOf(wanted: RouteSpec, told: RouteSpec): boolean {
  // IPv6 has the links of what leads nowhere point to itself.
  if (wanted.linkIndex === undefined && wanted.nexthops === undefined) return true
  const named = linksOf(wanted)
  const links = linksOf(told)
  return named.every((link, at) => link === undefined || link === 0 || link === links[at])
}

/** All links that a route leaves by. */
export const linksOf = ({ linkIndex, nexthops }: RouteSpec): readonly (number | undefined)[] =>
  nexthops === undefined ? [linkIndex] : nexthops.map((nexthop) => nexthop.linkIndex)

/** What tells routes apart but for their links. */
export const anyLinkKey = (route: RouteSpec): string =>
  [
    contest(route),
    route.type,
    route.gateway === undefined ? '-' : formatIp(route.gateway),
    route.source === undefined ? '-' : formatIp(route.source),
    // IPv6 has addresses with scopes, not routes.
    isIpv4(route.destination.address) ? (route.scope ?? 0) : '-',
    metricsKey(route.metrics),
    nexthopsKey(route.nexthops),
    encapsulationKey(route.encapsulation),
    route.protocol ?? KEEPALIVED_PROTOCOL,
  ].join(' ')

/** What the kernel tells rules apart by. */
export function ruleKey(rule: RuleSpec): string {
  const { action, fwmark, fwmask = fwmark === undefined ? 0 : 0xffffffff, l3mdev } = rule
  const way =
    action.kind === 'table' ? (l3mdev ? 0 : action.table) : action.kind === 'goto' ? action.preference : ''
  return [
    [rule.family, rule.preference, rule.not, networkKey(rule.from), networkKey(rule.to), action.kind, way],
    [fwmark ?? 0, fwmask, rule.iif, rule.oif, rule.tos ?? 0, l3mdev],
    [rule.suppressPrefixLength, rule.suppressInterfaceGroup, rule.realms ?? 0, rangeKey(rule.uids)],
    [rule.ipProtocol ?? 0, rangeKey(rule.sourcePorts), rangeKey(rule.destinationPorts)],
    [rule.tunnelId ?? '0', rule.protocol ?? KEEPALIVED_PROTOCOL],
  ]
    .flat()
    .join(' ')
}

/** To and from everywhere is how the kernel has what is not said. */
const networkKey = (network: Cidr | undefined): string =>
  network === undefined || network.prefixLength === 0 ? '-' : formatCidr(network)

const rangeKey = (range: NumberRange | undefined): string => (range ? `${range.from}-${range.to}` : '-')
