/**
 * IPv6 addresses of a link: there is no primary one, a link that goes down loses them
 * all, and the kernel never tells who asked. Duplicates are not looked for: an address
 * is there at once. Measured on Linux 6.18. Pure.
 */

import { isIpv4, type Ipv6Address } from '../../base/address.ts'
import type { Outcome } from '../../netlink/types.ts'
import {
  addLocalRoute,
  addPrefixRoute,
  forgetSource,
  removeLocalRoute,
  removePrefixRoute,
} from './ipv6-routes.ts'
import { isLinkLocal, isMulticast, sameNetwork } from './networks.ts'
import { refuse } from './refusals.ts'
import {
  describeIpv6,
  KERNEL_PORT,
  SCOPE,
  type AddressRequest,
  type HostState,
  type Ipv6Entry,
  type LinkState,
} from './state.ts'

export function addIpv6(host: HostState, request: AddressRequest): Outcome {
  const { cidr, peer, linkIndex, flags, protocol = 0 } = request
  const { prefixLength } = peer ?? cidr
  const { address: local } = cidr
  if (isIpv4(local) || prefixLength > 128) return refuse('EINVAL')
  const link = host.links.get(linkIndex)
  if (link === undefined) return refuse('ENODEV')
  if (link.ipv6.some((each) => each.local === local))
    return refuse('EEXIST', 'ipv6: address already assigned')
  if (link.ipv6Disabled) return refuse('EACCES', 'ipv6: IPv6 is disabled on this device')
  const problem = problemOf(link, request, local)
  if (problem !== undefined) return refuse('EADDRNOTAVAIL', problem)
  const entry: Ipv6Entry = {
    local,
    far: peer === undefined || isIpv4(peer.address) || peer.address === local ? undefined : peer.address,
    prefixLength,
    scope: scopeOf(local),
    prefixRoute: flags?.noPrefixRoute !== true,
    protocol,
  }
  const at = link.ipv6.findIndex(({ scope }) => scope >= entry.scope)
  link.ipv6.splice(at === -1 ? link.ipv6.length : at, 0, entry)
  if (entry.prefixRoute) addPrefixRoute(host, link, { address: local, prefixLength })
  tell(host, 'address', link, entry)
  addLocalRoute(host, link, local)
  if (entry.far !== undefined) addPrefixRoute(host, link, { address: entry.far, prefixLength: 128 })
  return undefined
}

function problemOf(link: LinkState, { flags }: AddressRequest, local: Ipv6Address): string | undefined {
  if (local === '::') return 'ipv6: Cannot assign unspecified address'
  if (isMulticast(local) && flags?.joinGroup !== true)
    return 'ipv6: Cannot assign multicast address without "IFA_F_MCAUTOJOIN" flag'
  return local === '::1' && link.kind !== 'loopback'
    ? 'ipv6: Cannot assign loopback address on this device'
    : undefined
}

/** It follows from the address, whatever is asked for. */
function scopeOf(address: Ipv6Address): number {
  if (address === '::1') return SCOPE.host
  if (isLinkLocal(address)) return SCOPE.link
  return /^fe[c-f]/.test(address) ? SCOPE.site : SCOPE.global
}

export function removeIpv6(host: HostState, { cidr, peer, linkIndex }: AddressRequest): Outcome {
  const link = host.links.get(linkIndex)
  if (link === undefined) return refuse('ENODEV')
  const { prefixLength } = peer ?? cidr
  const entry = link.ipv6.find((each) => each.local === cidr.address && each.prefixLength === prefixLength)
  if (entry === undefined) return refuse('EADDRNOTAVAIL', 'ipv6: address not found')
  unlink(host, link, entry)
  if (entry.prefixRoute && !link.ipv6.some((each) => inSameNetwork(each, entry)))
    removePrefixRoute(host, link, { address: entry.local, prefixLength })
  forgetSource(host, entry.local)
  return undefined
}

const inSameNetwork = (a: Ipv6Entry, b: Ipv6Entry): boolean =>
  sameNetwork(
    { address: a.local, prefixLength: a.prefixLength },
    { address: b.local, prefixLength: b.prefixLength },
  )

function unlink(host: HostState, link: LinkState, entry: Ipv6Entry): void {
  link.ipv6.splice(link.ipv6.indexOf(entry), 1)
  tell(host, 'address-gone', link, entry)
  if (entry.far !== undefined) removePrefixRoute(host, link, { address: entry.far, prefixLength: 128 })
  removeLocalRoute(host, link, entry.local)
}

/** Of a link that goes down or is deleted, whose routes are gone already. */
export function removeAllIpv6(host: HostState, link: LinkState): void {
  for (const entry of [...link.ipv6]) unlink(host, link, entry)
}

/** Of a link that comes up: of addresses that it got while it was down. */
export function restoreIpv6Routes(host: HostState, link: LinkState): void {
  for (const { local, prefixLength, prefixRoute } of link.ipv6) {
    addLocalRoute(host, link, local)
    if (prefixRoute) addPrefixRoute(host, link, { address: local, prefixLength })
  }
}

function tell(host: HostState, type: 'address' | 'address-gone', link: LinkState, entry: Ipv6Entry): void {
  host.tell({ type, address: describeIpv6(link, entry), portId: KERNEL_PORT })
}
