/** The kernel's links and addresses → the facts the engine works with. Pure. */

import {
  isIpv4,
  isLinkLocalIpv6,
  type IpAddress,
  type Ipv4Address,
  type Ipv6Address,
} from '../../base/address.ts'
import type { Link, LinkAddress } from '../../netlink/types.ts'
import type { LinkFact } from '../../vrrp/conditions.ts'

/** Which addresses of a link adverts may come from. */
export interface Sources {
  /** Virtual addresses of all routers. */
  readonly virtual: ReadonlySet<IpAddress>
  /**
   * Whether a virtual one is the host's own all the same: that of an address owner, who never gives it up
   * (RFC 3768 section 6.4.1).
   */
  readonly isOwned: (address: LinkAddress) => boolean
}

/**
 * The address adverts are sent from: the link's first primary IPv4 address
 * that is not a virtual one. A virtual address must never be the source: its
 * owner would change with every election. Where there is no other, it is the
 * one that this host owns.
 *
 * @param addresses in the kernel's order
 */
export function sourceAddress(
  addresses: readonly LinkAddress[],
  { virtual, isOwned }: Sources,
): Ipv4Address | undefined {
  const own = ipv4Of(addresses.filter(({ cidr }) => isIpv4(cidr.address) && !virtual.has(cidr.address)))
  return own ?? ipv4Of(addresses.filter(isOwned))
}

/**
 * The same over IPv6: the first link-local address that is not a virtual one. One that is still tentative counts (2.2.7,
 * measured); the kernel refuses its packets for the second or two until it is not.
 */
function linkLocalAddress(addresses: readonly LinkAddress[], { virtual }: Sources): Ipv6Address | undefined {
  const own = addresses.map(({ cidr }) => cidr.address).filter((address) => !virtual.has(address))
  return own.find(isLinkLocalIpv6)
}

/** The first primary one, or the first. */
function ipv4Of(addresses: readonly LinkAddress[]): Ipv4Address | undefined {
  const candidates = addresses.filter(({ cidr }) => isIpv4(cidr.address))
  const chosen = candidates.find(({ secondary }) => !secondary) ?? candidates[0]
  return chosen && isIpv4(chosen.cidr.address) ? chosen.cidr.address : undefined
}

/**
 * @param link whether it counts as up and able to carry multicast, which may differ from what the kernel says now
 * @param lacks source addresses that routers on this link are configured with and the host does not have
 */
export function linkFact(
  { up, multicast, mtu }: Pick<Link, 'up' | 'multicast' | 'mtu'>,
  addresses: readonly LinkAddress[],
  sources: Sources,
  lacks: ReadonlySet<IpAddress> = new Set(),
): LinkFact {
  const source = sourceAddress(addresses, sources)
  const linkLocal = linkLocalAddress(addresses, sources)
  const onlyVirtual = source === undefined ? ipv4Of(addresses) : undefined
  return {
    ...{ up, lacksMulticast: !multicast, source, lacks },
    ...(mtu > 0 && { mtu }),
    ...(linkLocal !== undefined && { linkLocal }),
    ...(onlyVirtual !== undefined && { onlyVirtual }),
  }
}

export const sameFact = (a: LinkFact | undefined, b: LinkFact | undefined): boolean =>
  a?.up === b?.up &&
  a?.lacksMulticast === b?.lacksMulticast &&
  a?.source === b?.source &&
  a?.linkLocal === b?.linkLocal &&
  a?.onlyVirtual === b?.onlyVirtual &&
  a?.mtu === b?.mtu &&
  sameSet(a?.lacks, b?.lacks)

function sameSet<T>(a: ReadonlySet<T> = new Set(), b: ReadonlySet<T> = new Set()): boolean {
  return a.size === b.size && [...a].every((each) => b.has(each))
}
