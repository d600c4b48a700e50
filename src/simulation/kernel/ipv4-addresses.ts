/**
 * IPv4 addresses of a link: which are primary, which secondary, and what goes
 * with one that is removed. Measured on Linux 6.18. Pure.
 */

import { isIpv4 } from '../../base/address.ts'
import type { KernelMessage } from '../../netlink/message.ts'
import type { Outcome, PortId } from '../../netlink/types.ts'
import { addConnectedRoutes, removeConnectedRoutes, suspendConnectedRoutes } from './connected-routes.ts'
import { flushRoutesOfLink, reviveWays } from './ipv4-routes.ts'
import { sameNetwork } from './networks.ts'
import { refuse } from './refusals.ts'
import {
  describeIpv4,
  KERNEL_PORT,
  type AddressRequest,
  type HostState,
  type Ipv4Entry,
  type LinkState,
} from './state.ts'

/** Two addresses are in the same network when their prefix lengths are equal, too. */
export const inSameNetwork = (a: Ipv4Entry, b: Ipv4Entry): boolean =>
  sameNetwork(
    { address: a.far, prefixLength: a.prefixLength },
    { address: b.far, prefixLength: b.prefixLength },
  )

export function addIpv4(host: HostState, request: AddressRequest, by: PortId): Outcome {
  const { cidr, peer, linkIndex, scope, label, broadcast, flags, protocol = 0 } = request
  const { prefixLength } = peer ?? cidr
  const far = peer?.address ?? cidr.address
  if (!isIpv4(cidr.address) || !isIpv4(far) || prefixLength > 32) return refuse('EINVAL')
  const link = host.links.get(linkIndex)
  if (link === undefined) return refuse('ENODEV', 'ipv4: Device not found')
  const entry: Ipv4Entry = {
    local: cidr.address,
    far,
    prefixLength,
    broadcast: broadcast === undefined || broadcast === 0 ? undefined : broadcast,
    scope,
    prefixRoute: flags?.noPrefixRoute !== true,
    protocol,
    label: label ?? link.name,
    secondary: false,
  }
  return insert(host, link, entry, by)
}

function insert(host: HostState, link: LinkState, entry: Ipv4Entry, by: PortId): Outcome {
  let behindPrimaries = 0
  for (const [at, other] of link.ipv4.entries()) {
    if (!other.secondary && entry.scope <= other.scope) behindPrimaries = at + 1
    if (!inSameNetwork(other, entry)) continue
    if (other.local === entry.local) return refuse('EEXIST', 'ipv4: Address already assigned')
    if (other.scope !== entry.scope) return refuse('EINVAL', 'ipv4: Invalid scope value')
    entry.secondary = true
  }
  if (entry.local === 0) return undefined
  link.ipv4.splice(entry.secondary ? link.ipv4.length : behindPrimaries, 0, entry)
  tell(host, 'address', link, entry, by)
  activate(host, link, entry)
  return undefined
}

function activate(host: HostState, link: LinkState, entry: Ipv4Entry): void {
  addConnectedRoutes(host, link, entry)
  reviveWays(host, link)
}

/** @param exact as in RTM_DELADDR: address, prefix length and the other end */
export function removeIpv4(host: HostState, exact: AddressRequest, by: PortId): Outcome {
  const link = host.links.get(exact.linkIndex)
  if (link === undefined) return refuse('ENODEV', 'ipv4: Device not found')
  const { address, prefixLength } = exact.peer ?? exact.cidr
  const entry = link.ipv4.find(
    (each) =>
      each.local === exact.cidr.address &&
      each.prefixLength === prefixLength &&
      sameNetwork({ address: each.far, prefixLength }, { address, prefixLength }),
  )
  if (entry === undefined) return refuse('EADDRNOTAVAIL', 'ipv4: Address not found')
  removeEntry(host, link, entry, by)
  return undefined
}

/**
 * Its secondaries go with it, or the first of them takes its place: behind the primaries that stand before it by
 * their scope.
 */
function removeEntry(host: HostState, link: LinkState, entry: Ipv4Entry, by: PortId): void {
  const at = link.ipv4.indexOf(entry)
  const behind = link.ipv4.slice(at + 1)
  const followers = entry.secondary
    ? []
    : behind.filter((each) => each.secondary && inSameNetwork(each, entry))
  const promotes = host.promotesSecondaries || link.promotesSecondaries
  const [promoted] = promotes ? followers : []
  if (!promotes) for (const each of followers) unlink(host, link, each, by)
  if (promoted !== undefined) suspendConnectedRoutes(host, link, followers, entry)
  unlink(host, link, entry, by)
  if (promoted !== undefined) promote(host, link, { entry, at, promoted, followers }, by)
}

interface Promotion {
  readonly entry: Ipv4Entry
  /** Where it stood. */
  readonly at: number
  readonly promoted: Ipv4Entry
  readonly followers: readonly Ipv4Entry[]
}

function promote(host: HostState, link: LinkState, promotion: Promotion, by: PortId): void {
  const { entry, at, promoted, followers } = promotion
  const list = link.ipv4
  const first = list.indexOf(promoted)
  let to = at
  for (let index = at; index < first; index++) {
    const other = list[index]
    if (other !== undefined && !other.secondary && entry.scope <= other.scope) to = index + 1
  }
  list.splice(first, 1)
  list.splice(to, 0, promoted)
  promoted.secondary = false
  tell(host, 'address', link, promoted, by)
  activate(host, link, promoted)
  for (const each of followers) if (each !== promoted) addConnectedRoutes(host, link, each)
}

function unlink(host: HostState, link: LinkState, entry: Ipv4Entry, by: PortId): void {
  link.ipv4.splice(link.ipv4.indexOf(entry), 1)
  tell(host, 'address-gone', link, entry, by)
  removeConnectedRoutes(host, link, entry)
  if (link.ipv4.length === 0) flushRoutesOfLink(host, link, 'all')
}

/** Of a link that is deleted: in their order, none is promoted, nobody asked for it. */
export function removeAllIpv4(host: HostState, link: LinkState): void {
  for (const entry of [...link.ipv4]) unlink(host, link, entry, KERNEL_PORT)
}

/**
 * After a link got another name, so do the addresses: the first has the link's, the others what stood behind a
 * colon, or their number.
 */
export function relabel(host: HostState, link: LinkState): void {
  for (const [at, entry] of link.ipv4.entries()) {
    const colon = entry.label.indexOf(':')
    const suffix = colon === -1 ? `:${at + 1}` : entry.label.slice(colon)
    entry.label = at === 0 ? link.name : fitting(link.name, suffix)
    tell(host, 'address', link, entry, KERNEL_PORT)
  }
}

/** IFNAMSIZ, with the zero at its end. */
const NAME_BYTES = 16

const fitting = (name: string, suffix: string): string =>
  name.slice(0, Math.max(0, NAME_BYTES - 1 - suffix.length)) + suffix

function tell(
  host: HostState,
  type: Extract<KernelMessage['type'], 'address' | 'address-gone'>,
  link: LinkState,
  entry: Ipv4Entry,
  portId: PortId,
): void {
  host.tell({ type, address: describeIpv4(link, entry), portId })
}
