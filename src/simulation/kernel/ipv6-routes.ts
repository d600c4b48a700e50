/**
 * IPv6 routes: which are accepted, which become several ways of one, what goes with a
 * link. Measured on Linux 6.18. Pure.
 */

import { isIpv4, type Cidr, type IpAddress, type Ipv6Address } from '../../base/address.ts'
import { encapsulationKey } from '../../netlink/route-keys.ts'
import {
  KEEPALIVED_PROTOCOL,
  type Nexthop,
  type Outcome,
  type PortId,
  type Refusal,
  type RouteSpec,
} from '../../netlink/types.ts'
import { bitsOf, contains, isLinkLocal, isMulticast, networkOf } from './networks.ts'
import { refuse, type ErrorCode } from './refusals.ts'
import {
  DEAD_ENDS,
  describeRoute,
  isRefusal,
  kernelRoute,
  setMetrics,
  tableOf,
  type RouteMode,
  type RouteQuery,
} from './routing.ts'
import { followRules } from './rules.ts'
import { KERNEL_PORT, TABLE, type HostState, type LinkState, type RouteState, type Way } from './state.ts'

/** IP6_RT_PRIO_USER, IP6_RT_PRIO_ADDRCONF */
const METRIC = { user: 1024, kernel: 256 } as const

const routesOf = (host: HostState, table: number): RouteState[] => {
  const there = host.ipv6Routes.get(table)
  if (there !== undefined) return there
  const made: RouteState[] = []
  host.ipv6Routes.set(table, made)
  return made
}

const wayOf = ({ ways }: RouteState): Way => {
  const [way] = ways
  if (way === undefined) throw new Error('an IPv6 route has one way')
  return way
}

export function addIpv6Route(host: HostState, spec: RouteSpec, mode: RouteMode, by: PortId): Outcome {
  if (spec.nexthops !== undefined) return addWays(host, spec, spec.nexthops, mode, by)
  const route = prepare(host, spec, { weight: 1, ...spec })
  if (isRefusal(route)) return route
  const refused = insert(host, route, mode)
  if (isRefusal(refused)) return refused
  host.tell({ type: 'route', route: describe(host, route), portId: by, replaces: refused === 'replaced' })
  return undefined
}

function addWays(
  host: HostState,
  spec: RouteSpec,
  nexthops: readonly Nexthop[],
  mode: RouteMode,
  by: PortId,
): Outcome {
  const prepared: RouteState[] = []
  for (const hop of nexthops) {
    const route = prepare(host, spec, hop)
    if (isRefusal(route)) return route
    if (!mayBeOneOfMany(route))
      return refuse('EINVAL', 'Device only routes can not be added for IPv6 using the multipath API.')
    if (prepared.some((each) => sameWay(each, route))) return refuse('EEXIST')
    prepared.push(route)
  }
  const added: RouteState[] = []
  let replaced = false
  let refused: Outcome
  for (const route of prepared) {
    const inserted = insert(host, route, added.length === 0 ? mode : 'prepend')
    replaced ||= inserted === 'replaced'
    refused = isRefusal(inserted) ? inserted : undefined
    if (refused !== undefined) break
    added.push(route)
  }
  const [first] = added
  if (first === undefined) return refused ?? refuse('EINVAL')
  // One that is appended to is told from its first way.
  const told = mode === 'append' ? (siblingsOf(host, first)[0] ?? first) : first
  host.tell({ type: 'route', route: describe(host, told), portId: by, replaces: replaced })
  if (refused !== undefined) for (const route of added) remove(host, route, by)
  return refused
}

function insert(host: HostState, route: RouteState, mode: RouteMode): Refusal | 'added' | 'replaced' {
  const routes = routesOf(host, route.table)
  const level = routes.filter((each) => sameLevel(each, route))
  if (level.length > 0 && mode === 'exclusive') return refuse('EEXIST')
  if (mode === 'replace' || mode === 'change') {
    const rival = level.find((each) => mayBeOneOfMany(each) === mayBeOneOfMany(route)) ?? level[0]
    if (rival !== undefined) {
      const siblings = siblingsOf(host, rival)
      routes[routes.indexOf(rival)] = route
      for (const each of siblings) if (each !== rival) routes.splice(routes.indexOf(each), 1)
      return 'replaced'
    }
    if (mode === 'change') return refuse('ENOENT')
  }
  if (level.some((each) => sameWay(each, route))) return refuse('EEXIST')
  const at = routes.findIndex((each) => compare(each, route) > 0)
  routes.splice(at === -1 ? routes.length : at, 0, route)
  return 'added'
}

/** The kernel's order of those to one destination, and any for the others: of equal ones the oldest first. */
function compare(a: RouteState, b: RouteState): number {
  const order = orderOf(a.destination, b.destination)
  return order === 0 ? a.metric - b.metric : order
}

/** As the kernel walks its tree: what lies within a network before the network itself. */
function orderOf(a: Cidr, b: Cidr): number {
  if (a.address === b.address) return b.prefixLength - a.prefixLength
  if (a.prefixLength < b.prefixLength && contains(a, b.address)) return 1
  if (b.prefixLength < a.prefixLength && contains(b, a.address)) return -1
  return bitsOf(a.address as Ipv6Address) < bitsOf(b.address as Ipv6Address) ? -1 : 1
}

const sameDestination = (a: Cidr, b: Cidr): boolean =>
  a.address === b.address && a.prefixLength === b.prefixLength
const sameLevel = (a: RouteState, b: RouteState): boolean =>
  a.metric === b.metric && sameDestination(a.destination, b.destination)
/** Whatever else they say: where they lead to is all that tells them apart. */
const sameWay = (a: RouteState, b: RouteState): boolean =>
  wayOf(a).link === wayOf(b).link &&
  wayOf(a).gateway === wayOf(b).gateway &&
  encapsulationKey(a.encapsulation) === encapsulationKey(b.encapsulation)
const mayBeOneOfMany = (route: RouteState): boolean => wayOf(route).gateway !== undefined

/** All that are told as one with it, the oldest first; itself alone, if there are no others. */
function siblingsOf(host: HostState, route: RouteState): readonly RouteState[] {
  if (!mayBeOneOfMany(route)) return [route]
  return routesOf(host, route.table).filter((each) => sameLevel(each, route) && mayBeOneOfMany(each))
}

/** From this one on around: so the kernel tells those that are one. */
function describe(host: HostState, route: RouteState): RouteSpec {
  const siblings = siblingsOf(host, route)
  const at = siblings.indexOf(route)
  return describeRoute(route, [...siblings.slice(at), ...siblings.slice(0, at)].map(wayOf))
}

const describeAlone = (route: RouteState): RouteSpec => describeRoute(route, route.ways)

function prepare(host: HostState, spec: RouteSpec, hop: Nexthop): RouteState | Refusal {
  const { type, destination, metric = 0, source } = spec
  if (isIpv4(destination.address) || destination.prefixLength > 128) return refuse('EINVAL')
  const way = resolve(host, spec, hop)
  if (isRefusal(way)) return way
  if (source !== undefined && !hasIpv6(host, source, way.link))
    return refuse('EINVAL', 'Invalid source address')
  return {
    destination: { address: networkOf(destination), prefixLength: destination.prefixLength },
    table: tableOf(spec.table),
    tos: 0,
    metric: metric === 0 ? METRIC.user : metric,
    type,
    scope: 0,
    protocol: spec.protocol ?? KEEPALIVED_PROTOCOL,
    source,
    onlink: spec.onlink,
    metrics: setMetrics(spec),
    realms: undefined,
    preference: spec.preference ?? 0,
    encapsulation: spec.encapsulation,
    ways: [way],
  }
}

/** A link-local address belongs to its link, the others to the host. */
const hasIpv6 = (host: HostState, address: IpAddress, link: number): boolean =>
  [...host.links.values()].some(
    ({ index, ipv6 }) =>
      (index === link || isIpv4(address) || !isLinkLocal(address)) &&
      ipv6.some(({ local }) => local === address),
  )

const LOOPBACK_INDEX = 1

function resolve(host: HostState, spec: RouteSpec, hop: Nexthop): Way | Refusal {
  const { gateway, linkIndex = 0, weight, onlink } = hop
  const named = host.links.get(linkIndex)
  if (linkIndex !== 0 && named === undefined) return refuse('ENODEV')
  if (onlink && named === undefined) return refuse('ENODEV', 'Nexthop device required for onlink')
  if (onlink && named?.enabled === false) return refuse('ENETDOWN', 'Nexthop device is not up')
  const way: Way = { link: linkIndex, gateway, weight, onlink, realms: undefined, scope: 0, dead: false }
  // What leads nowhere does so by the loopback device.
  if (DEAD_ENDS[spec.type] !== undefined || (named?.kind === 'loopback' && spec.type !== 'local'))
    return { ...way, link: LOOPBACK_INDEX, gateway: undefined, onlink: false }
  const link = gateway === undefined ? named : byGateway(host, spec, way, gateway)
  if (link === undefined) return refuse('ENODEV')
  if (isRefusal(link)) return link
  if (link.ipv6Disabled) return refuse('EACCES', 'IPv6 is disabled on nexthop device')
  if (!link.enabled) return refuse('ENETDOWN', 'Nexthop device is not up')
  return { ...way, link: link.index }
}

function byGateway(host: HostState, spec: RouteSpec, way: Way, gateway: IpAddress): LinkState | Refusal {
  const named = host.links.get(way.link)
  if (isIpv4(gateway) || isMulticast(gateway)) return refuse('EINVAL', 'Invalid gateway address')
  const isLocal = (): boolean => hasIpv6(host, gateway, way.link)
  if (named !== undefined && isLocal()) return refuse('EINVAL', 'Gateway can not be a local address')
  let link: LinkState | Refusal | undefined = named
  if (!isLinkLocal(gateway))
    link = way.onlink ? onLink(host, named, gateway) : reach(host, spec, named, gateway)
  if (link === undefined) return refuse('EINVAL', 'Egress device not specified')
  if (isRefusal(link)) return link
  if (link.kind === 'loopback')
    return refuse('EINVAL', 'Egress device can not be loopback device for this route')
  return isLocal() ? refuse('EINVAL', 'Gateway can not be a local address') : link
}

function onLink(
  host: HostState,
  named: LinkState | undefined,
  gateway: Ipv6Address,
): LinkState | Refusal | undefined {
  const found = lookUpIn(host, TABLE.main, gateway, named?.index ?? 0, 'rather')
  const isElsewhere =
    typeof found === 'object' &&
    found.destination.prefixLength > 0 &&
    DEAD_ENDS[found.type] === undefined &&
    (found.type !== 'unicast' || wayOf(found).link !== named?.index)
  return isElsewhere ? refuse('EINVAL', 'Nexthop has invalid gateway or device mismatch') : named
}

/** By a route without a gateway: in the route's own table, else wherever the rules lead to. */
function reach(
  host: HostState,
  spec: RouteSpec,
  named: LinkState | undefined,
  gateway: Ipv6Address,
): LinkState | Refusal {
  const link = named?.index ?? 0
  const own = leadsOn(lookUpIn(host, tableOf(spec.table), gateway, link))
  const suits = own !== undefined && (named === undefined || wayOf(own).link === named.index)
  const found = suits
    ? own
    : leadsOn(
        followRules(host, 6, { to: gateway, link }, ({ table }) => {
          const route = lookUpIn(host, table, gateway, link)
          return typeof route === 'string' ? route : { route, prefixLength: route.destination.prefixLength }
        }),
      )
  const way = found && wayOf(found)
  const by = way && host.links.get(way.link)
  if (by === undefined || (named !== undefined && by !== named)) return refuse('EHOSTUNREACH')
  return by
}

function leadsOn(
  found: RouteState | { readonly route: RouteState } | ErrorCode | 'next' | undefined,
): RouteState | undefined {
  if (typeof found !== 'object') return undefined
  const route = 'route' in found ? found.route : found
  return DEAD_ENDS[route.type] === undefined && wayOf(route).gateway === undefined ? route : undefined
}

/** @param by whether it has to leave by the link, or only does so if there is a choice; 0 is any */
function lookUpIn(
  host: HostState,
  table: number,
  to: Ipv6Address,
  link: number,
  by: 'only' | 'rather' = 'only',
): RouteState | 'next' {
  const matching = (host.ipv6Routes.get(table) ?? [])
    .filter((route) => !wayOf(route).dead && contains(route.destination, to))
    .sort((a, b) => b.destination.prefixLength - a.destination.prefixLength)
  const isBy = (route: RouteState): boolean => link === 0 || wayOf(route).link === link
  const [first] = matching
  if (by === 'only' || first === undefined) return matching.find(isBy) ?? 'next'
  return matching.find((route) => sameLevel(route, first) && isBy(route)) ?? first
}

/** Whatever its type and source are; with a gateway only this way, else all that are one with it. */
export function removeIpv6Route(host: HostState, query: RouteQuery, by: PortId): Outcome {
  const { nexthops } = query
  if (nexthops === undefined) return removeOne(host, query, query, by)
  const outcomes = nexthops.map((hop) => removeOne(host, query, hop, by))
  return outcomes.filter((outcome) => outcome !== undefined).at(-1)
}

function removeOne(
  host: HostState,
  query: RouteQuery,
  { linkIndex = 0, gateway }: Partial<Nexthop>,
  by: PortId,
): Outcome {
  const { metric = 0, protocol = 0 } = query
  if (isIpv4(query.destination.address) || query.destination.prefixLength > 128) return refuse('EINVAL')
  const { prefixLength } = query.destination
  const destination = { address: networkOf(query.destination), prefixLength }
  const route = routesOf(host, tableOf(query.table)).find(
    (each) =>
      sameDestination(each.destination, destination) &&
      (linkIndex === 0 || linkIndex === wayOf(each).link) &&
      (gateway === undefined || gateway === wayOf(each).gateway) &&
      (metric === 0 || metric === each.metric) &&
      (protocol === 0 || protocol === each.protocol),
  )
  if (route === undefined) return refuse('ESRCH')
  const siblings = siblingsOf(host, route)
  if (gateway !== undefined || query.nexthops !== undefined || siblings.length === 1) {
    remove(host, route, by)
    return undefined
  }
  const told = describe(host, route)
  const routes = routesOf(host, route.table)
  for (const each of siblings) routes.splice(routes.indexOf(each), 1)
  host.tell({ type: 'route-gone', route: told, portId: by })
  return undefined
}

function remove(host: HostState, route: RouteState, by: PortId): void {
  const routes = routesOf(host, route.table)
  const at = routes.indexOf(route)
  if (at === -1) return
  routes.splice(at, 1)
  host.tell({ type: 'route-gone', route: describeAlone(route), portId: by })
}

/** IPv6 knows no scopes of routes. */
const NO_SCOPE = 0

const connected = (
  link: LinkState,
  { address, prefixLength }: Cidr,
  more: Pick<RouteState, 'type' | 'table' | 'metric'>,
): RouteState =>
  kernelRoute(
    link,
    {
      ...more,
      destination: { address: networkOf({ address, prefixLength }), prefixLength },
      scope: NO_SCOPE,
      source: undefined,
      preference: 0,
    },
    NO_SCOPE,
  )

function addKernelRoute(host: HostState, route: RouteState): void {
  if (!isRefusal(insert(host, route, 'append')))
    host.tell({ type: 'route', route: describe(host, route), portId: KERNEL_PORT, replaces: false })
}

const localRoute = (link: LinkState, address: Ipv6Address): RouteState =>
  connected(link, { address, prefixLength: 128 }, { type: 'local', table: TABLE.local, metric: 0 })

/** The route to an address of this host. */
export function addLocalRoute(host: HostState, link: LinkState, address: Ipv6Address): void {
  addKernelRoute(host, localRoute(link, address))
}

export function removeLocalRoute(host: HostState, link: LinkState, address: Ipv6Address): void {
  const route = routesOf(host, TABLE.local).find(
    (each) =>
      each.type === 'local' && each.destination.address === address && wayOf(each).link === link.index,
  )
  if (route !== undefined) remove(host, route, KERNEL_PORT)
}

/** The route to the network of an address; only while the link is up. */
export function addPrefixRoute(host: HostState, link: LinkState, network: Cidr): void {
  if (link.enabled)
    addKernelRoute(
      host,
      connected(link, network, { type: 'unicast', table: TABLE.main, metric: METRIC.kernel }),
    )
}

/** The first one on this link without a gateway, whoever made it. */
export function removePrefixRoute(host: HostState, link: LinkState, network: Cidr): void {
  const destination = { address: networkOf(network), prefixLength: network.prefixLength }
  const route = routesOf(host, TABLE.main).find(
    (each) =>
      sameDestination(each.destination, destination) &&
      wayOf(each).link === link.index &&
      wayOf(each).gateway === undefined,
  )
  if (route !== undefined) remove(host, route, KERNEL_PORT)
}

/** An address is gone: routes from it are from any now, without a word. */
export function forgetSource(host: HostState, source: Ipv6Address): void {
  for (const routes of host.ipv6Routes.values())
    for (const route of routes) if (route.source === source) route.source = undefined
}

/**
 * It is told of each. Of several that are one, those by the link are only out of use, until the last is; but
 * `deleted` takes them.
 */
export function flushIpv6RoutesOfLink(host: HostState, link: LinkState, which: 'down' | 'deleted'): void {
  for (const [, routes] of [...host.ipv6Routes].sort(([a], [b]) => (a & 255) - (b & 255))) {
    const there = [...routes]
    for (const route of there)
      if (wayOf(route).link === link.index && mayBeOneOfMany(route)) wayOf(route).dead = true
    const gone = there.filter((route) => {
      const siblings = siblingsOf(host, route)
      if (which === 'down' && siblings.length > 1) return siblings.every((each) => wayOf(each).dead)
      return wayOf(route).link === link.index
    })
    for (const route of gone) remove(host, route, KERNEL_PORT)
  }
}

export function reviveIpv6Ways(host: HostState, link: LinkState): void {
  for (const routes of host.ipv6Routes.values())
    for (const route of routes) if (wayOf(route).link === link.index) wayOf(route).dead = false
}

/**
 * As a dump tells them: several that are one at the place of the first; and then the dump goes on behind the
 * last, so that it leaves out what stands in between without a gateway (measured).
 */
export function* listIpv6Routes(host: HostState): Generator<RouteSpec> {
  for (const routes of host.ipv6Routes.values()) {
    for (let at = 0; at < routes.length; at++) {
      const route = routes[at]
      if (route === undefined) continue
      yield describe(host, route)
      const last = siblingsOf(host, route).at(-1)
      if (last !== undefined) at = routes.indexOf(last)
    }
  }
}
