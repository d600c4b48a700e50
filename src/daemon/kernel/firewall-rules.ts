/** `no_accept` as nftables rules, which are keepalived's own (measured with 2.2.7). Pure. */

import { formatIp, type IpAddress } from '../../base/address.ts'
import type { FirewallTable } from '../../config/model.ts'

/**
 * What nft(8) has to do so that packets to and from these addresses are dropped
 * and no others: the table is made anew in one transaction, whatever was in it,
 * or removed when there is nothing to drop.
 */
export function firewallScript(table: FirewallTable, addresses: readonly IpAddress[]): string {
  const wanted = new Set(addresses.map(formatIp))
  const ipv4 = [...wanted].filter((address) => !address.includes(':'))
  // Link-local ones may be somebody else's on another link.
  const ipv6 = [...wanted].filter((address) => address.includes(':') && !address.startsWith('fe80:'))
  return [
    ...renewed(table, 'ip', 'ipv4_addr', ipv4, []),
    ...renewed(table, 'ip6', 'ipv6_addr', ipv6, [
      'icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept',
    ]),
  ].join('\n')
}

/** What nft(8) has to do so that there is no such table, whether there is one or not. */
export const removalScript = (name: string): string =>
  [...cleared('ip', name), ...cleared('ip6', name)].join('\n')

/** Added first, because what does not exist cannot be deleted. */
const cleared = (family: 'ip' | 'ip6', name: string): readonly string[] => [
  `add table ${family} ${name}`,
  `delete table ${family} ${name}`,
]

function renewed(
  { name, priority, counters }: FirewallTable,
  family: 'ip' | 'ip6',
  type: string,
  addresses: readonly string[],
  before: readonly string[],
): readonly string[] {
  if (addresses.length === 0) return cleared(family, name)
  const verdict = counters ? 'counter drop' : 'drop'
  const chain = (hook: 'input' | 'output', field: 'daddr' | 'saddr'): readonly string[] => [
    `chain ${hook === 'input' ? 'in' : 'out'} {`,
    `type filter hook ${hook} priority ${priority}; policy accept;`,
    ...before,
    `${family} ${field} @vips ${verdict}`,
    '}',
  ]
  return [
    ...cleared(family, name),
    `table ${family} ${name} {`,
    `set vips { type ${type}; elements = { ${addresses.join(', ')} }; }`,
    ...chain('input', 'daddr'),
    ...chain('output', 'saddr'),
    '}',
  ]
}
