/**
 * The routes that IPv4 addresses bring with them: the address itself, its network and
 * the broadcasts. They make gateways reachable and addresses sources. Measured on
 * Linux 6.18. Pure.
 */

import { ipv4FromNumber, type Ipv4Address } from '../../base/address.ts'
import type { RouteType } from '../../base/routing.ts'
import { addKernelRoute, dropRoutesFrom, removeKernelRoute, typeOf } from './ipv4-routes.ts'
import { lastOf, networkOf, sameNetwork } from './networks.ts'
import { kernelRoute } from './routing.ts'
import { SCOPE, TABLE, type HostState, type Ipv4Entry, type LinkState, type RouteState } from './state.ts'

/** 255.255.255.255 is everybody's without a route. */
const LIMITED_BROADCAST = ipv4FromNumber(0xffffffff)

export function addConnectedRoutes(host: HostState, link: LinkState, entry: Ipv4Entry): void {
  const primary = entry.secondary ? primaryOf(link, entry) : entry
  if (primary === undefined) return
  const add = (type: RouteType, address: Ipv4Address, prefixLength: number): void => {
    addKernelRoute(host, connected(link, type, address, prefixLength, primary))
  }
  add('local', entry.local, 32)
  if (!link.enabled) return
  const { broadcast, prefixLength } = entry
  if (broadcast !== undefined && broadcast !== LIMITED_BROADCAST) add('broadcast', broadcast, 32)
  const network = networkAddress(entry)
  if (entry.secondary || isZeroNetwork(network) || !hasNetwork(entry, network)) return
  if (entry.prefixRoute) add(link.kind === 'loopback' ? 'local' : 'unicast', network, prefixLength)
  if (prefixLength < 31) add('broadcast', lastOf(network, prefixLength), 32)
}

const hasNetwork = (entry: Ipv4Entry, network: Ipv4Address): boolean =>
  network !== entry.local || entry.prefixLength < 32

/** Of addresses that are about to have another primary one. */
export function suspendConnectedRoutes(
  host: HostState,
  link: LinkState,
  entries: readonly Ipv4Entry[],
  primary: Ipv4Entry,
): void {
  for (const entry of entries) removeConnectedRoutes(host, link, entry, primary)
}

/**
 * Those that no other address of the link needs; and with an address that is gone for
 * good the routes of the main table that had it as their source.
 *
 * @param leaving the primary address that is about to go, while this one stays
 */
export function removeConnectedRoutes(
  host: HostState,
  link: LinkState,
  entry: Ipv4Entry,
  leaving?: Ipv4Entry,
): void {
  const primary = entry.secondary ? primaryOf(link, entry) : entry
  if (primary === undefined || (leaving !== undefined && leaving !== primary)) return
  const { local, broadcast, prefixLength } = entry
  const network = networkAddress(entry)
  const last = lastOf(network, prefixLength)
  const remove = (type: RouteType, address: Ipv4Address, length: number): void => {
    removeKernelRoute(host, connected(link, type, address, length, primary))
  }
  const isNetworks = !entry.secondary && !isZeroNetwork(network) && (network !== local || prefixLength === 32)
  if (isNetworks && entry.prefixRoute)
    remove(link.kind === 'loopback' ? 'local' : 'unicast', network, prefixLength)
  const needed = neededBy(link, entry, primary, leaving)
  if (broadcast !== undefined && !needed.addresses.has(broadcast)) remove('broadcast', broadcast, 32)
  if (isNetworks && prefixLength < 31) {
    if (!needed.addresses.has(last)) remove('broadcast', last, 32)
    if (!needed.addresses.has(network)) remove('broadcast', network, 32)
  }
  if (needed.local) return
  remove('local', local, 32)
  const isGone = !link.ipv4.includes(entry)
  if (isGone && typeOf(host, local) !== 'local') dropRoutesFrom(host, local)
}

interface Needed {
  readonly local: boolean
  /** Broadcast addresses. */
  readonly addresses: ReadonlySet<Ipv4Address>
}

/** Only addresses with the same source in their routes keep these. */
function neededBy(
  link: LinkState,
  entry: Ipv4Entry,
  primary: Ipv4Entry,
  leaving: Ipv4Entry | undefined,
): Needed {
  const addresses = new Set<Ipv4Address>()
  let local = false
  for (const other of link.ipv4) {
    if (other === entry || (leaving !== undefined && isWithin(other, leaving))) continue
    const otherPrimary = other.secondary ? primaryOf(link, other, primary) : other
    if (otherPrimary?.local !== primary.local) continue
    local ||= other.local === entry.local
    if (other.broadcast !== undefined) addresses.add(other.broadcast)
    const network = networkAddress(other)
    if (otherPrimary === other && other.prefixLength < 31 && !isZeroNetwork(network))
      addresses.add(lastOf(network, other.prefixLength)).add(network)
  }
  return { local, addresses }
}

/** The first of its network: the source in the routes of all. */
function primaryOf(link: LinkState, entry: Ipv4Entry, besides?: Ipv4Entry): Ipv4Entry | undefined {
  if (besides !== undefined && isWithin(entry, besides)) return besides
  return link.ipv4.find((each) => isWithin(each, entry))
}

const isWithin = (a: Ipv4Entry, b: Ipv4Entry): boolean => sameNetwork(farCidr(a), farCidr(b))
const farCidr = ({ far, prefixLength }: Ipv4Entry): { address: Ipv4Address; prefixLength: number } => ({
  address: far,
  prefixLength,
})
const networkAddress = (entry: Ipv4Entry): Ipv4Address => networkOf(farCidr(entry)) as Ipv4Address

/** 0.0.0.0/8 */
const isZeroNetwork = (address: Ipv4Address): boolean => address >>> 24 === 0

const connected = (
  link: LinkState,
  type: RouteType,
  address: Ipv4Address,
  prefixLength: number,
  { local }: Ipv4Entry,
): RouteState =>
  kernelRoute(
    link,
    {
      destination: { address, prefixLength },
      table: type === 'unicast' ? TABLE.main : TABLE.local,
      metric: 0,
      type,
      scope: type === 'local' ? SCOPE.host : SCOPE.link,
      source: local,
      preference: undefined,
    },
    type === 'local' ? SCOPE.nowhere : SCOPE.host,
  )
