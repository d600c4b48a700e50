/** An instance is an IPv4 or an IPv6 one: the first address in its block decides, and others are left out. */

import { isIpv4 } from '../../base/address.ts'
import { error, type Report } from '../diagnostics.ts'
import { mcastSrcIp, nativeIpv6, unicastPeer, unicastSrcIp } from '../keywords/transport.ts'
import { virtualIpaddress } from '../keywords/vrrp-instance.ts'
import type { VirtualAddress } from '../model.ts'
import type { Node } from '../tree.ts'
import { hostOf } from '../values/address.ts'

/** IPv4 when the block holds no address at all. */
export function familyOf(nodes: readonly Node[]): 4 | 6 {
  for (const { keyword, statement, entries } of nodes) {
    if (keyword === nativeIpv6) return 6
    const written =
      keyword === mcastSrcIp || keyword === unicastSrcIp
        ? [statement.words[1]?.text]
        : keyword === unicastPeer || keyword === virtualIpaddress
          ? entries.map(({ words }) => words[0].text)
          : []
    for (const text of written) {
      const address = text === undefined ? undefined : hostOf(text)
      if (address !== undefined) return isIpv4(address) ? 4 : 6
    }
  }
  return 4
}

export function isOfFamily(
  { cidr, span }: Pick<VirtualAddress, 'cidr' | 'span'>,
  family: 4 | 6,
  report: Report,
): boolean {
  if (isIpv4(cidr.address) === (family === 4)) return true
  const message = `the instance is an IPv${family} one, as its first address says: this one is ignored`
  report(error('family-mismatch', span, message))
  return false
}
