/** Which of the addresses that matter to ha_suspend are on this host, and how often: what has changed is told one by one. */

import type { IpAddress } from '../../../base/address.ts'
import type { LinkTable } from '../../../netlink/link-table.ts'

export interface AddressChange {
  readonly change: 'added' | 'removed'
  readonly address: IpAddress
}

export class LocalAddresses {
  private counts = new Map<IpAddress, number>()

  /** From now on these matter; what is there now is known. */
  watch(wanted: ReadonlySet<IpAddress>, present: readonly IpAddress[]): void {
    this.counts = countOf(wanted, present)
  }

  /** @returns in no order that matters */
  update(present: readonly IpAddress[]): readonly AddressChange[] {
    if (this.counts.size === 0) return []
    const before = this.counts
    this.counts = countOf(new Set(before.keys()), present)
    return [...this.counts].flatMap(([address, count]) => {
      const difference = count - (before.get(address) ?? 0)
      const change = difference > 0 ? 'added' : 'removed'
      return Array.from({ length: Math.abs(difference) }, (): AddressChange => ({ change, address }))
    })
  }
}

function countOf(wanted: ReadonlySet<IpAddress>, present: readonly IpAddress[]): Map<IpAddress, number> {
  const counts = new Map<IpAddress, number>([...wanted].map((address) => [address, 0]))
  for (const address of present) {
    const count = counts.get(address)
    if (count !== undefined) counts.set(address, count + 1)
  }
  return counts
}

/** All of the host's, each as often as it is there. */
export const addressesIn = (table: LinkTable): readonly IpAddress[] =>
  [...table.addresses.values()].flatMap(({ ordered }) => ordered.map(({ cidr }) => cidr.address))
