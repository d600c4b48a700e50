/** The kernel's links and addresses → the facts the engine works with. Pure. */

import { isIpv4, type Ipv4Address } from '../../base/address.ts'
import type { Link, LinkAddress } from '../../netlink/types.ts'
import type { LinkFact } from '../../vrrp/conditions.ts'

/**
 * The address adverts are sent from: the link's first primary IPv4 address
 * that is not a virtual one. A virtual address must never be the source: its
 * owner would change with every election.
 *
 * @param addresses in the kernel's order
 */
export function sourceAddress(
  addresses: readonly LinkAddress[],
  virtual: ReadonlySet<Ipv4Address>,
): Ipv4Address | undefined {
  const candidates = addresses.filter(({ cidr }) => isIpv4(cidr.address) && !virtual.has(cidr.address))
  const chosen = candidates.find(({ secondary }) => !secondary) ?? candidates[0]
  return chosen && isIpv4(chosen.cidr.address) ? chosen.cidr.address : undefined
}

/**
 * @param link whether it counts as up and able to carry multicast, which may differ from what the kernel says now
 * @param lacks source addresses that routers on this link are configured with and the host does not have
 */
export const linkFact = (
  { up, multicast, mtu }: Pick<Link, 'up' | 'multicast' | 'mtu'>,
  addresses: readonly LinkAddress[],
  virtual: ReadonlySet<Ipv4Address>,
  lacks: ReadonlySet<Ipv4Address> = new Set(),
): LinkFact => ({
  up,
  lacksMulticast: !multicast,
  source: sourceAddress(addresses, virtual),
  ...(mtu > 0 && { mtu }),
  lacks,
})

export const sameFact = (a: LinkFact | undefined, b: LinkFact | undefined): boolean =>
  a?.up === b?.up &&
  a?.lacksMulticast === b?.lacksMulticast &&
  a?.source === b?.source &&
  a?.mtu === b?.mtu &&
  sameSet(a?.lacks, b?.lacks)

function sameSet<T>(a: ReadonlySet<T> = new Set(), b: ReadonlySet<T> = new Set()): boolean {
  return a.size === b.size && [...a].every((each) => b.has(each))
}
