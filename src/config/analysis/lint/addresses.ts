/** Addresses that no host can have, or that are needed before they are there. */

import {
  type Cidr,
  formatCidr,
  formatIp,
  type IpAddress,
  isIpv4,
  isMulticastIpv4,
  parseIpv6,
} from '../../../base/address.ts'
import { mcastSrcIp, unicastSrcIp } from '../../blocks/vrrp-instance/transport.ts'
import type { Report } from '../../diagnostics/diagnostics.ts'
import type { VrrpInstance } from '../../model.ts'
import { placeFor, type Subject, warn, wordsFor } from './context.ts'

export function lintAddresses(instance: VrrpInstance, subject: Subject, report: Report): void {
  lintEnds(instance, subject, report)
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

/** Where adverts come from, and where they go: keepalived takes any address, and fails later or never. */
function lintEnds(instance: VrrpInstance, subject: Subject, report: Report): void {
  const { sourceAddress, unicastPeers } = instance
  const source = sourceAddress === undefined ? undefined : whyNoEnd(sourceAddress)
  if (sourceAddress !== undefined && source !== undefined) {
    const keyword = unicastPeers.length > 0 ? unicastSrcIp : mcastSrcIp
    const other = keyword === mcastSrcIp ? unicastSrcIp : mcastSrcIp
    const span = placeFor(
      subject,
      instance,
      wordsFor(subject, instance, keyword) === undefined ? other : keyword,
    )
    const hint = isMulticast(sourceAddress) ? ' (the group is mcast_dst_ip, or vrrp_mcast_group4)' : ''
    const message = `${formatIp(sourceAddress)} is ${source}, and no packet can come from it: give an address of this host${hint}`
    warn(report, 'unusable-address', span, message)
  }
  for (const { address, span } of unicastPeers) {
    const peer = whyNoEnd(address)
    if (peer !== undefined)
      warn(report, 'unusable-address', span, `${formatIp(address)} is ${peer}: a peer is one other router`)
  }
}

const isMulticast = (address: IpAddress): boolean =>
  isIpv4(address) ? isMulticastIpv4(address) : address.startsWith('ff')

/** Of an address alone, without a network. */
function whyNoEnd(address: IpAddress): string | undefined {
  if (isMulticast(address)) return 'a multicast address'
  if (!isIpv4(address))
    return address === UNSPECIFIED
      ? 'no address at all'
      : address === LOOPBACK
        ? 'a loopback address'
        : undefined
  if (address >>> 24 === 0) return 'no address at all'
  if (address >>> 24 === 127) return 'a loopback address'
  if (address === 0xffffffff) return 'the broadcast address'
  return address >>> 28 === 15 ? 'a reserved address' : undefined
}

const UNSPECIFIED = parseIpv6('::')
const LOOPBACK = parseIpv6('::1')

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
