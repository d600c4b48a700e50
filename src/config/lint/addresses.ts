/** Addresses that no host can have, or that are needed before they are there. */

import { formatCidr, formatIp, isIpv4, isMulticastIpv4, type Cidr } from '../../base/address.ts'
import type { Report } from '../diagnostics.ts'
import type { VrrpInstance } from '../model.ts'
import { warn } from './context.ts'

export function lintAddresses(instance: VrrpInstance, report: Report): void {
  const addresses = [...instance.addresses, ...instance.excludedAddresses]
  for (const { cidr, span } of addresses) {
    const what = whyUnusable(cidr)
    if (what !== undefined)
      warn(report, 'unusable-address', span, `${formatIp(cidr.address)} is ${what}: no host can have it`)
  }
  if (instance.priority === 255) return
  for (const { cidr, span } of addresses) {
    const address = formatIp(cidr.address)
    if (cidr.address === instance.sourceAddress)
      warn(
        report,
        'address-is-source',
        span,
        `${address} is the source of the advertisements, too, and a BACKUP does not have it`,
      )
    const peer = instance.unicastPeers.find((one) => one.address === cidr.address)
    if (peer !== undefined)
      warn(
        report,
        'address-is-source',
        span,
        `${address} is a unicast peer, too: a peer needs an address of its own`,
        {
          related: [{ span: peer.span, message: 'the peer' }],
        },
      )
  }
}

function whyUnusable(cidr: Cidr): string | undefined {
  const { address, prefixLength } = cidr
  if (!isIpv4(address)) return address.startsWith('ff') ? 'a multicast address' : undefined
  if (isMulticastIpv4(address)) return 'a multicast address'
  if (address === 0) return 'no address at all'
  if (address >>> 24 === 127) return 'a loopback address'
  // RFC 3021: a /31 has neither.
  if (prefixLength === 0 || prefixLength > 30) return undefined
  const hostBits = 0xffffffff >>> prefixLength
  if ((address & hostBits) === 0) return `the address of the network ${formatCidr(cidr)} itself`
  return (address & hostBits) >>> 0 === hostBits ? `the broadcast address of ${formatCidr(cidr)}` : undefined
}
