/** An instance is an IPv4 or an IPv6 one: the first address in its block decides, and others are left out. */

import { isIpv4 } from '../../../base/address.ts'
import { error, type Report } from '../../diagnostics/diagnostics.ts'
import { errorAt } from '../../syntax/place-diagnostic.ts'
import type { Node } from '../../syntax/tree.ts'
import { hostOf } from '../../values/address.ts'
import type { VirtualAddress } from '../virtual-address.ts'
import { version } from './election.ts'
import { mcastDstIp, mcastSrcIp, nativeIpv6, unicastPeer, unicastSrcIp } from './transport.ts'
import { checkIpvlan, useIpvlan } from './virtual-mac.ts'
import { virtualIpaddress } from './vrrp-instance.ts'

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

const ADDRESS_KEYWORDS: readonly unknown[] = [mcastSrcIp, unicastSrcIp, mcastDstIp]

/** What stands in the block besides virtual addresses and does not fit an instance of this family. */
export function reportOtherFamily(nodes: readonly Node[], family: 4 | 6, report: Report): void {
  for (const { keyword, statement, entries } of nodes) {
    const [word, given] = statement.words
    if (keyword === useIpvlan) checkIpvlan(statement.words, family, report)
    if (keyword === nativeIpv6 && family === 4)
      report(errorAt(word, 'family-mismatch', 'native_ipv6 in an instance with IPv4 addresses: ignored'))
    if (keyword === version && family === 6 && given?.text === '2')
      report(errorAt(given, 'family-mismatch', 'IPv6 takes VRRPv3: version 3 is used'))
    const written = ADDRESS_KEYWORDS.includes(keyword)
      ? [given]
      : keyword === unicastPeer
        ? entries.map(({ words }) => words[0])
        : []
    for (const one of written) {
      const address = one === undefined ? undefined : hostOf(one.text)
      if (one === undefined || address === undefined || isIpv4(address) === (family === 4)) continue
      const message = `the instance is an IPv${family} one, as its first address says: this one is ignored`
      report(errorAt(one, 'family-mismatch', message))
    }
  }
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
