/**
 * IPv4 routes: which are accepted, in which order they stand, what goes with a link.
 * Measured on Linux 6.18. Pure.
 */

import { isIpv4, type Cidr, type Ipv4Address } from '../../base/address.ts'
import type { RouteType } from '../../base/routing.ts'
import { encapsulationKey } from '../../netlink/route-keys.ts'
import {
  KEEPALIVED_PROTOCOL,
  type Nexthop,
  type Outcome,
  type PortId,
  type Refusal,
  type RouteSpec,
} from '../../netlink/types.ts'
import { lookUp, lookUpIn } from './ipv4-lookup.ts'
import { isMulticast, isNetwork } from './networks.ts'
import { refuse } from './refusals.ts'
import {
  DEAD_ENDS,
  describeRoute,
  hasMetrics,
  isRefusal,
  sameMetrics,
  setMetrics,
  tableOf,
  wayKey,
  type RouteMode,
  type RouteQuery,
} from './routing.ts'
import {
  KERNEL_PORT,
  SCOPE,
  TABLE,
  type HostState,
  type LinkState,
  type RouteState,
  type Way,
} from './state.ts'

const routesOf = (host: HostState, table: number): RouteState[] => {
  const there = host.ipv4Routes.get(table)
  if (there !== undefined) return there
  const made: RouteState[] = []
  host.ipv4Routes.set(table, made)
  return made
}

export function addIpv4Route(host: HostState, spec: RouteSpec, mode: RouteMode, by: PortId): Outcome {
  const route = prepare(host, spec)
  return isRefusal(route) ? route : insert(host, route, mode, by)
}

function insert(host: HostState, route: RouteState, mode: RouteMode, by: PortId): Outcome {
  const routes = routesOf(host, route.table)
  const [from, to] = contestOf(routes, route)
  const isContested = from < to
  if (isContested && mode === 'exclusive') return refuse('EEXIST')
  const twin = routes.slice(from, to).findIndex((each) => sameRoute(each, route))
  if (isContested && (mode === 'replace' || mode === 'change')) {
    if (twin !== -1) return twin === 0 ? undefined : refuse('EEXIST')
    routes[from] = route
    tell(host, 'route', route, by, true)
    return undefined
  }
  if (twin !== -1) return refuse('EEXIST')
  if (mode === 'change') return refuse('ENOENT')
  routes.splice(mode === 'append' ? to : from, 0, route)
  tell(host, 'route', route, by)
  return undefined
}

/** Where those stand, or would stand, that contest its destination: from the first to behind the last. */
function contestOf(routes: readonly RouteState[], route: RouteState): readonly [from: number, to: number] {
  const from = firstIndex(routes, (each) => compare(each, route) >= 0)
  let to = from
  for (let each = routes[to]; each !== undefined && compare(each, route) === 0; each = routes[to]) to++
  return [from, to]
}

/** Of a list in which those that are not `behind` come first. */
function firstIndex(routes: readonly RouteState[], behind: (route: RouteState) => boolean): number {
  let low = 0
  let high = routes.length
  while (low < high) {
    const middle = (low + high) >> 1
    const route = routes[middle]
    if (route !== undefined && !behind(route)) low = middle + 1
    else high = middle
  }
  return low
}

/** The kernel's order: by address; the longer prefix, the higher TOS and the lower metric first. */
const compare = (a: RouteState, b: RouteState): number =>
  Number(a.destination.address) - Number(b.destination.address) ||
  b.destination.prefixLength - a.destination.prefixLength ||
  b.tos - a.tos ||
  a.metric - b.metric

const sameRoute = (a: RouteState, b: RouteState): boolean =>
  a.type === b.type &&
  a.scope === b.scope &&
  a.protocol === b.protocol &&
  a.source === b.source &&
  sameMetrics(a, b) &&
  a.ways.length === b.ways.length &&
  a.ways.every((way, at) => wayKey(a, way) === wayKey(b, b.ways[at] ?? way))

/** What the types are at least about; error routes are about everything. */
const LEAST_SCOPE: Readonly<Partial<Record<RouteType, number>>> = {
  local: SCOPE.host,
  broadcast: SCOPE.link,
  anycast: SCOPE.link,
  nat: SCOPE.nowhere,
}

function prepare(host: HostState, spec: RouteSpec): RouteState | Refusal {
  const { type, destination, tos = 0, scope = 0, metric = 0 } = spec
  if (destination.prefixLength > 32) return refuse('EINVAL', 'Invalid prefix length')
  if ((tos & 3) !== 0) return refuse('EINVAL', 'Invalid dsfield (tos): ECN bits must be 0')
  if (!isNetwork(destination)) return refuse('EINVAL', 'Invalid prefix for given prefix length')
  if ((LEAST_SCOPE[type] ?? 0) > scope) return refuse('EINVAL', 'Invalid scope')
  const ways = waysOf(host, spec)
  if (isRefusal(ways)) return ways
  const isDeadEnd = DEAD_ENDS[type] !== undefined
  if (!isDeadEnd && spec.source !== undefined && !mayBeSource(host, spec))
    return refuse('EINVAL', 'Invalid prefsrc address')
  return {
    destination,
    table: tableOf(spec.table),
    tos,
    metric,
    type,
    scope,
    protocol: spec.protocol ?? KEEPALIVED_PROTOCOL,
    source: spec.source,
    onlink: spec.onlink,
    metrics: setMetrics(spec),
    realms: undefined,
    preference: undefined,
    encapsulation: spec.encapsulation,
    ways,
  }
}

function waysOf(host: HostState, spec: RouteSpec): readonly Way[] | Refusal {
  const { type, gateway, linkIndex, nexthops, scope = 0 } = spec
  if (DEAD_ENDS[type] !== undefined) {
    if (gateway === undefined && linkIndex === undefined && nexthops === undefined)
      return [{ ...NO_WAY, onlink: spec.onlink, realms: spec.realms }]
    return refuse('EINVAL', 'Gateway, device and multipath can not be specified for this route type')
  }
  if (type === 'nat' || scope > SCOPE.host) return refuse('EINVAL', 'Invalid scope')
  const hops: readonly Nexthop[] = nexthops ?? [{ weight: 1, ...spec }]
  if (scope === SCOPE.host) return localWay(host, hops)
  const ways: Way[] = []
  for (const hop of hops) {
    const way = wayOf(host, spec, hop)
    if (isRefusal(way)) return way
    ways.push(way)
  }
  return ways.length === 0 ? refuse('EINVAL') : ways
}

const NO_WAY: Way = {
  link: 0,
  gateway: undefined,
  weight: 1,
  onlink: false,
  realms: undefined,
  scope: SCOPE.nowhere,
  dead: false,
}

function localWay(host: HostState, hops: readonly Nexthop[]): readonly Way[] | Refusal {
  const [hop] = hops
  if (hop === undefined || hops.length > 1)
    return refuse('EINVAL', 'Route with host scope can not have multiple nexthops')
  if (hop.gateway !== undefined) return refuse('EINVAL', 'Route with host scope can not have a gateway')
  if (!host.links.has(hop.linkIndex ?? 0)) return refuse('ENODEV')
  return [{ ...NO_WAY, link: hop.linkIndex ?? 0, realms: hop.realms }]
}

function wayOf(host: HostState, spec: RouteSpec, hop: Nexthop): Way | Refusal {
  const { gateway, linkIndex = 0, weight, onlink, realms } = hop
  const way = { ...NO_WAY, link: linkIndex, gateway, weight, onlink, realms }
  if (gateway === undefined) return wayOut(host, way)
  if (!isIpv4(gateway)) return refuse('EINVAL')
  return onlink ? wayOnLink(host, spec, way, gateway) : wayByGateway(host, spec, way, gateway)
}

function wayOut(host: HostState, way: Way): Way | Refusal {
  if (way.onlink) return refuse('EINVAL', 'Invalid flags for nexthop - PERVASIVE and ONLINK can not be set')
  const link = host.links.get(way.link)
  if (link === undefined) return refuse('ENODEV')
  if (!link.enabled) return refuse('ENETDOWN', 'Device for nexthop is not up')
  return { ...way, scope: SCOPE.host }
}

function wayOnLink(host: HostState, { scope = 0 }: RouteSpec, way: Way, gateway: Ipv4Address): Way | Refusal {
  if (scope >= SCOPE.link) return refuse('EINVAL', 'Nexthop has invalid scope')
  const link = host.links.get(way.link)
  if (link === undefined) return refuse('ENODEV', 'Nexthop device required for onlink')
  if (!link.enabled) return refuse('ENETDOWN', 'Nexthop device is not up')
  if (typeOf(host, gateway) !== 'unicast') return refuse('EINVAL', 'Nexthop has invalid gateway')
  return { ...way, scope: SCOPE.link }
}

/** Only what is nearer than the route itself may lead to its gateway: a network of the host, or itself. */
function wayByGateway(host: HostState, spec: RouteSpec, way: Way, gateway: Ipv4Address): Way | Refusal {
  const { scope = 0 } = spec
  const flow = { to: gateway, link: way.link, scope: Math.max(scope + 1, SCOPE.link) }
  const table = tableOf(spec.table)
  const own = table === TABLE.main ? undefined : lookUpIn(host.ipv4Routes.get(table) ?? [], flow)
  const found = typeof own === 'object' ? own : lookUp(host, flow)
  if (typeof found === 'string') return refuse(found, 'Nexthop has invalid gateway')
  const { type } = found.route
  const link = host.links.get(found.way.link)
  if ((type !== 'unicast' && type !== 'local') || link === undefined)
    return refuse('EINVAL', 'Nexthop has invalid gateway')
  if (!link.enabled) return refuse('ENETDOWN')
  return { ...way, link: link.index, scope: found.route.scope }
}

function mayBeSource(host: HostState, { type, destination, source, table }: RouteSpec): boolean {
  if (source === undefined || !isIpv4(source)) return false
  if (type === 'local' && source === destination.address) return true
  const tables = [tableOf(table) === TABLE.main ? TABLE.local : tableOf(table), TABLE.local]
  return tables.some((each) => typeIn(host, each, source) === 'local')
}

function typeIn(host: HostState, table: number, address: Ipv4Address): RouteType {
  const found = lookUpIn(host.ipv4Routes.get(table) ?? [], { to: address, link: 0, scope: 0 })
  return typeof found === 'object' ? found.route.type : 'unicast'
}

/** What an address is, on whatever link: `local`, `broadcast`, or anything else. */
export function typeOf(host: HostState, address: Ipv4Address): RouteType {
  if (address >>> 24 === 0 || address === 0xffffffff) return 'broadcast'
  if (isMulticast(address)) return 'multicast'
  return typeIn(host, TABLE.local, address)
}

/** The first that agrees in all that is asked for. */
export function removeIpv4Route(host: HostState, query: RouteQuery, by: PortId): Outcome {
  const { destination, tos = 0 } = query
  if (destination.prefixLength > 32) return refuse('EINVAL', 'Invalid prefix length')
  if ((tos & 3) !== 0) return refuse('EINVAL', 'Invalid dsfield (tos): ECN bits must be 0')
  if (!isNetwork(destination)) return refuse('EINVAL', 'Invalid prefix for given prefix length')
  const routes = routesOf(host, tableOf(query.table))
  const at = routes.findIndex((route) => agrees(route, query))
  const route = routes[at]
  if (route === undefined) return refuse('ESRCH')
  routes.splice(at, 1)
  tell(host, 'route-gone', route, by)
  return undefined
}

function agrees(route: RouteState, query: RouteQuery): boolean {
  const { destination, tos = 0, type, scope, source, protocol, metric = 0 } = query
  return (
    sameCidr(route.destination, destination) &&
    route.tos === tos &&
    (type === undefined || type === route.type) &&
    (scope === undefined || scope === SCOPE.nowhere || scope === route.scope) &&
    (source === undefined || source === route.source) &&
    (protocol === undefined || protocol === 0 || protocol === route.protocol) &&
    (metric === 0 || metric === route.metric) &&
    goesBy(route, query) &&
    hasMetrics(route, query)
  )
}

const sameCidr = (a: Cidr, b: Cidr): boolean => a.address === b.address && a.prefixLength === b.prefixLength

/** Of a route with several ways the first is looked at, unless several are asked for. */
function goesBy(route: RouteState, query: RouteQuery): boolean {
  const { gateway, linkIndex, nexthops, realms, encapsulation } = query
  const [first] = route.ways
  if (first === undefined) return false
  if (gateway !== undefined || linkIndex !== undefined)
    return (
      (linkIndex === undefined || linkIndex === first.link) &&
      (gateway === undefined || gateway === first.gateway) &&
      (realms === undefined || realms === 0 || realms === first.realms) &&
      (encapsulation === undefined ||
        encapsulationKey(encapsulation) === encapsulationKey(route.encapsulation))
    )
  if (nexthops === undefined) return true
  return route.ways.every((way, at) => {
    const hop = nexthops[at]
    return hop !== undefined && agreesWithHop(way, hop)
  })
}

const agreesWithHop = (way: Way, { linkIndex = 0, gateway, realms = 0 }: Nexthop): boolean =>
  (linkIndex === 0 || linkIndex === way.link) &&
  (gateway === undefined || gateway === way.gateway) &&
  (realms === 0 || realms === way.realms)

/** One of the kernel's own; that it is there already is no failure. */
export function addKernelRoute(host: HostState, route: RouteState): void {
  insert(host, route, 'append', KERNEL_PORT)
}

export function removeKernelRoute(host: HostState, { ways, ...rest }: RouteState): void {
  const { destination, table, type, scope, source, protocol } = rest
  removeIpv4Route(
    host,
    {
      ...{ destination, table, type, scope, protocol, linkIndex: ways[0]?.link ?? 0 },
      ...(source !== undefined && { source }),
    },
    KERNEL_PORT,
  )
}

/** An address is gone: so are the routes of the main table from it, and it is told of each. */
export function dropRoutesFrom(host: HostState, source: Ipv4Address): void {
  for (const route of filterOut(host, (each) => each.table === TABLE.main && each.source === source))
    tell(host, 'route-gone', route, KERNEL_PORT)
}

/**
 * Without a word, those that have no other way: `remote` leaves what is local there, which a
 * link that is switched off keeps; `deleted` takes a route with several ways with one of them.
 */
export function flushRoutesOfLink(
  host: HostState,
  link: LinkState,
  which: 'remote' | 'all' | 'deleted',
): void {
  for (const routes of host.ipv4Routes.values())
    for (const { ways } of routes)
      for (const way of ways)
        if (way.link === link.index && (which !== 'remote' || way.scope !== SCOPE.nowhere)) way.dead = true
  filterOut(host, ({ ways, type }) => {
    if (DEAD_ENDS[type] !== undefined) return false
    if (which === 'deleted' && ways.some((way) => way.link === link.index)) return true
    return ways.every(({ dead }) => dead)
  })
}

export function reviveWays(host: HostState, link: LinkState): void {
  if (!link.enabled) return
  for (const routes of host.ipv4Routes.values())
    for (const { ways } of routes) for (const way of ways) if (way.link === link.index) way.dead = false
}

function filterOut(host: HostState, isGone: (route: RouteState) => boolean): readonly RouteState[] {
  const gone: RouteState[] = []
  for (const [table, routes] of host.ipv4Routes) {
    const there = routes.filter((route) => !isGone(route))
    if (there.length === routes.length) continue
    gone.push(...routes.filter(isGone))
    host.ipv4Routes.set(table, there)
  }
  return gone
}

export function* listIpv4Routes(host: HostState): Generator<RouteSpec> {
  for (const routes of host.ipv4Routes.values())
    for (const route of routes) yield describeRoute(route, route.ways)
}

function tell(
  host: HostState,
  type: 'route' | 'route-gone',
  route: RouteState,
  portId: PortId,
  replaces = false,
): void {
  const told = describeRoute(route, route.ways)
  host.tell(type === 'route' ? { type, route: told, portId, replaces } : { type, route: told, portId })
}
