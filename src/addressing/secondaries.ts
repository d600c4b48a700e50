/**
 * With the first IPv4 address of a network the kernel removes all others of it, whoever has set them, unless
 * promote_secondaries is set on the link. Here is where it would: for the moment of a removal it is set there
 * (promote-secondaries.ts). Pure.
 */

import { inIpv4Network, isIpv4 } from '../base/address.ts'
import { addressKey } from '../netlink/identity.ts'
import type { LinkTable } from '../netlink/link-table.ts'
import type { AddressSpec, LinkAddress } from '../netlink/types.ts'

/**
 * @param table as it is before the removal
 * @returns the links where the kernel would take along more than is removed
 */
export function linksThatLoseMore(table: LinkTable, removed: readonly AddressSpec[]): readonly number[] {
  const isFirst = (spec: AddressSpec): boolean => {
    const there = table.addresses.get(spec.linkIndex)?.byKey.get(addressKey(spec))
    return there !== undefined && !there.secondary
  }
  const stays = ({ linkIndex, ...address }: LinkAddress): boolean =>
    !removed.some((each) => each.linkIndex === linkIndex && addressKey(each) === addressKey(address))
  return linksOf(
    removed.filter(
      (spec) => isFirst(spec) && networkOf(table, spec).some((each) => each.secondary && stays(each)),
    ),
  )
}

/** The same where it is not known which address of a network will be its first by then: all links with more of it. */
export const linksWithMore = (table: LinkTable, removed: readonly AddressSpec[]): readonly number[] =>
  linksOf(
    removed.filter((spec) => networkOf(table, spec).some((each) => addressKey(each) !== addressKey(spec))),
  )

const linksOf = (specs: readonly AddressSpec[]): readonly number[] => [
  ...new Set(specs.map(({ linkIndex }) => linkIndex)),
]

/** The addresses of the same network on the same link. */
const networkOf = (table: LinkTable, spec: AddressSpec): readonly LinkAddress[] =>
  table.addressesOf(spec.linkIndex).filter((each) => inSameNetwork(each, spec))

/** As the kernel has it: with the same prefix length, too. */
function inSameNetwork(one: Pick<LinkAddress, 'cidr' | 'peer'>, other: typeof one): boolean {
  const [a, b] = [one.peer ?? one.cidr, other.peer ?? other.cidr]
  if (!isIpv4(a.address) || !isIpv4(b.address)) return false
  return a.prefixLength === b.prefixLength && inIpv4Network(a.address, b.address, a.prefixLength)
}
