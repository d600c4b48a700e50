/** How an instance's adverts travel: source address, multicast group, unicast peers. */

import { formatIp, type IpAddress, ipFamily, isIpv4 } from '../../../base/address.ts'
import { error, type Report, type Span } from '../../diagnostics/diagnostics.ts'
import { type Keyword, list, notYet, value } from '../../syntax/keyword.ts'
import type { Word, Words } from '../../syntax/lexer.ts'
import { spanOf } from '../../syntax/line.ts'
import { errorAt, warningAt } from '../../syntax/place-diagnostic.ts'
import { entriesOf, type Node } from '../../syntax/tree.ts'
import { hostAddress, hostOf, multicastAddress, readHost } from '../../values/address.ts'
import { flag, optionalBoolean, optionalChoice, text } from '../../values/basic.ts'
import { integer, readInteger } from '../../values/number.ts'
import { block, type Printers, when } from '../../values/printing.ts'
import type { Values } from '../../values/values.ts'
import {
  useIpvlan,
  useVmac,
  useVmacAddr,
  virtualMacOf,
  type VirtualMacs,
  vmacXmitBase,
} from './virtual-mac.ts'

export const mcastSrcIp: Keyword<Word> = value(
  'mcast_src_ip',
  1,
  hostAddress('the interface’s own address is used'),
  'source address of advertisements',
  { default: 'the primary address of the interface' },
)
export const unicastSrcIp: Keyword<Word> = value(
  'unicast_src_ip',
  2,
  hostAddress('the interface’s own address is used'),
  'source address of unicast advertisements',
  { default: 'the primary address of the interface' },
)
export const unicastPeer: Keyword = list('unicast_peer', 2, 'send to these addresses instead of multicast')
const unicastTtl: Keyword<number> = value(
  'unicast_ttl',
  3,
  integer({ minimum: 0, maximum: 255 }),
  'of unicast advertisements',
  { default: '255' },
)
const checkUnicastSrc: Keyword<true> = value('check_unicast_src', 3, flag, 'only peers are heard')
const unicastFaultNoPeer: Keyword<true> = value(
  'unicast_fault_no_peer',
  3,
  flag,
  'no peers mean FAULT, not multicast',
)
export const oldUnicastChecksum: Keyword<'never' | true> = value(
  'old_unicast_checksum',
  3,
  optionalChoice(['never']),
  'VRRPv3 checksums of unicast as keepalived made them before 1.3.7',
)
export const checksumAsVersion2: Keyword<boolean> = value(
  'v3_checksum_as_v2',
  3,
  optionalBoolean,
  'no pseudo-header in VRRPv3 checksums of IPv4',
  { since: '2.2.8' },
)
export const mcastDstIp: Keyword<IpAddress> = value(
  'mcast_dst_ip',
  3,
  multicastAddress('any', 'the line is ignored'),
  'multicast group of this instance',
  { default: 'vrrp_mcast_group4' },
)
const trackSrcIp: Keyword<true> = value(
  'track_src_ip',
  3,
  flag,
  'FAULT without the configured source address',
)
export const nativeIpv6: Keyword<true> = value('native_ipv6', 3, flag, 'it is an IPv6 instance')

export const vrf: Keyword<string> = value(
  'vrf',
  3,
  text('INTERFACE'),
  'VRF of a unicast instance without an interface',
  { standing: notYet('every instance needs an interface') },
)

export const transportKeywords: readonly Keyword[] = [
  mcastSrcIp,
  unicastSrcIp,
  unicastPeer,
  unicastTtl,
  checkUnicastSrc,
  unicastFaultNoPeer,
  oldUnicastChecksum,
  checksumAsVersion2,
  mcastDstIp,
  nativeIpv6,
  useVmac,
  vmacXmitBase,
  useVmacAddr,
  useIpvlan,
  trackSrcIp,
  vrf,
]

/** How an instance's adverts travel. */
export interface Transport {
  /** `mcast_src_ip`, `unicast_src_ip` */
  readonly sourceAddress?: IpAddress
  /** `track_src_ip`: FAULT while the host does not have that address. */
  readonly trackSourceAddress: boolean
  /** `unicast_peer`; empty: multicast. */
  readonly unicastPeers: readonly UnicastPeer[]
  /** 255 by default, 64 over IPv6 (measured, 2.2.7). */
  readonly unicastTtl: number
  readonly checkUnicastSource: boolean
  /** VRRPv3: `old_unicast_checksum`, `old_unicast_checksum never`; absent: the old ones are accepted and not sent. */
  readonly oldUnicastChecksum?: 'sent' | 'never'
  /** VRRPv3 over IPv4: `v3_checksum_as_v2` */
  readonly checksumAsVersion2: boolean
  /** `unicast_fault_no_peer` although there is no peer: the instance stays in FAULT. */
  readonly faultWithoutPeers: boolean
  /** `mcast_dst_ip`; the global group when absent. */
  readonly mcastGroup?: IpAddress
}

export interface UnicastPeer {
  readonly address: IpAddress
  readonly minTtl: number
  readonly maxTtl: number
  readonly span: Span
}

export interface TransportDefaults {
  readonly family: 4 | 6
  readonly checkUnicastSource: boolean
  readonly checksumAsVersion2: boolean
}

export function resolveTransport(
  node: Node,
  values: Values,
  { family, checkUnicastSource, checksumAsVersion2: asVersion2 }: TransportDefaults,
  report: Report,
): Transport & VirtualMacs {
  const unicastPeers = entriesOf(node, unicastPeer)
    .map((entry) => readPeer(entry, report))
    .filter((peer) => peer !== undefined)
    .filter((peer) => isPeerOf(peer, family, report))
  const source = sourceOf(values, family)
  const group = values.last(mcastDstIp)
  const virtualMac = virtualMacOf(values, unicastPeers.length > 0, report)
  const noPeers = unicastPeers.length === 0 && isUnicastMeant(node, values)
  const faultWithoutPeers = noPeers && values.has(unicastFaultNoPeer)
  if (noPeers && !faultWithoutPeers) reportNoPeers(node, report)
  reportIdleTtl(values, unicastPeers, report)
  return {
    unicastPeers,
    unicastTtl: values.last(unicastTtl) ?? DEFAULT_TTL[family],
    checkUnicastSource:
      (checkUnicastSource && unicastPeers.length > 0) ||
      values.has(checkUnicastSrc) ||
      unicastPeers.some(({ minTtl, maxTtl }) => minTtl > 0 || maxTtl < 255),
    ...oldChecksumOf(values),
    checksumAsVersion2: values.last(checksumAsVersion2) ?? asVersion2,
    faultWithoutPeers,
    trackSourceAddress: values.has(trackSrcIp),
    ...(source !== undefined && { sourceAddress: source }),
    ...(group !== undefined && isOf(group, family) && { mcastGroup: group }),
    ...(virtualMac !== undefined && { virtualMac }),
    virtualMacElsewhere: values.has(useVmacAddr),
  }
}

function oldChecksumOf(values: Values): Pick<Transport, 'oldUnicastChecksum'> {
  const given = values.last(oldUnicastChecksum)
  return given === undefined ? {} : { oldUnicastChecksum: given === 'never' ? 'never' : 'sent' }
}

function isPeerOf({ address, span }: UnicastPeer, family: 4 | 6, report: Report): boolean {
  if (isOf(address, family)) return true
  const message = `the instance is an IPv${family} one, as its first address says: this peer is ignored`
  report(error('family-mismatch', span, message))
  return false
}

const DEFAULT_TTL = { 4: 255, 6: 64 } as const

const isOf = (address: IpAddress, family: 4 | 6): boolean => isIpv4(address) === (family === 4)

/** The later of the two keywords holds. */
function sourceOf(values: Values, family: 4 | 6): IpAddress | undefined {
  const multicast = values.lastGiven(mcastSrcIp)
  const unicast = values.lastGiven(unicastSrcIp)
  const later = unicast !== undefined && unicast.order > (multicast?.order ?? -1) ? unicast : multicast
  const address = later === undefined ? undefined : hostOf(later.value.text)
  return address !== undefined && isOf(address, family) ? address : undefined
}

/** `ADDRESS [min_ttl N] [max_ttl N]` */
function readPeer({ words }: Words, report: Report): UnicastPeer | undefined {
  const [first, ...rest] = words
  const address = readHost(first, 'the peer is ignored', report)
  if (address === undefined) return undefined
  const ttl = { min_ttl: 0, max_ttl: 255 }
  for (let index = 0; index < rest.length; index += 2) {
    const [option, value] = [rest[index], rest[index + 1]]
    if (option === undefined) break
    if (option.text !== 'min_ttl' && option.text !== 'max_ttl') {
      const message = `only min_ttl and max_ttl may follow, and each peer needs its own line; ignored`
      report(errorAt(option, 'unknown-option', message))
    } else if (value === undefined) {
      report(
        errorAt({ ...option, from: option.to }, 'missing-value', `'${option.text}' needs a number; ignored`),
      )
    } else {
      const number = readInteger(value, { minimum: 0, maximum: 255 }, 'it is ignored', report)
      if (number !== undefined) ttl[option.text] = number
    }
  }
  if (ttl.min_ttl > ttl.max_ttl) {
    const message = `min_ttl ${ttl.min_ttl} is above max_ttl ${ttl.max_ttl}: nothing of this peer will be accepted`
    report(warningAt(first, 'value-out-of-range', message))
  }
  return { address, minTtl: ttl.min_ttl, maxTtl: ttl.max_ttl, span: spanOf(first) }
}

const UNICAST_WORDS = [unicastSrcIp, checkUnicastSrc, oldUnicastChecksum]

const isUnicastMeant = (node: Node, values: Values): boolean =>
  UNICAST_WORDS.some((keyword) => values.has(keyword)) ||
  node.nodes.some(({ keyword }) => keyword === unicastPeer)

function reportNoPeers(node: Node, report: Report): void {
  const meant: readonly unknown[] = [...UNICAST_WORDS, unicastPeer]
  const place = node.nodes.find(({ keyword }) => meant.includes(keyword))?.statement.words[0]
  if (place !== undefined)
    report(warningAt(place, 'no-peers', 'unicast without any usable unicast_peer: multicast is used'))
}

function reportIdleTtl(values: Values, peers: readonly UnicastPeer[], report: Report): void {
  const given = values.lastGiven(unicastTtl)
  if (given === undefined || peers.length > 0) return
  report(warningAt(given.node.statement.words[0], 'cleared', 'unicast_ttl without unicast_peer: ignored'))
}

export const transportPrinters: Printers<Transport> = {
  sourceAddress: (address, { unicastPeers }) => [
    `${unicastPeers.length > 0 ? 'unicast_src_ip' : 'mcast_src_ip'} ${formatIp(address)}`,
  ],
  trackSourceAddress: (track) => when(track, 'track_src_ip'),
  unicastPeers: (peers) => block('unicast_peer', peers.map(peerLine)),
  unicastTtl: (ttl, { unicastPeers: [first] }) =>
    when(ttl !== DEFAULT_TTL[first === undefined ? 4 : ipFamily(first.address)], `unicast_ttl ${ttl}`),
  checkUnicastSource: (check, { unicastPeers }) =>
    when(check && !unicastPeers.some(limitsTtl), 'check_unicast_src'),
  oldUnicastChecksum: (which) => [`old_unicast_checksum${which === 'never' ? ' never' : ''}`],
  checksumAsVersion2: (asVersion2) => when(asVersion2, 'v3_checksum_as_v2'),
  // Only where unicast is meant is a missing peer a fault.
  faultWithoutPeers: (fault) => (fault ? ['unicast_fault_no_peer', 'unicast_peer {', '}'] : []),
  mcastGroup: (group) => [`mcast_dst_ip ${formatIp(group)}`],
}

const limitsTtl = ({ minTtl, maxTtl }: UnicastPeer): boolean => minTtl > 0 || maxTtl < 255

function peerLine({ address, minTtl, maxTtl }: UnicastPeer): string {
  const least = minTtl === 0 ? '' : ` min_ttl ${minTtl}`
  const most = maxTtl === 255 ? '' : ` max_ttl ${maxTtl}`
  return formatIp(address) + least + most
}
