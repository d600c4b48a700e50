/**
 * The IPv4 header around an advertisement, and the Internet checksum (RFC 1071)
 * that both use. We write the header ourselves, as keepalived does: its
 * adverts carry TOS 0xc0 (internetwork control) and no DF bit.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   0 |Version|  IHL  |Type of Service|          Total Length         |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   4 |         Identification        |Flags|      Fragment Offset    |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   8 |  Time to Live |    Protocol   |         Header Checksum       |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *  12 |                         Source Address                        |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *  16 |                       Destination Address                     |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                    Options (IHL > 5)                          |
 */

import { ipToBytes, isMulticastIpv4, type IpAddress, type Ipv4Address } from '../../base/address.ts'

const AT = {
  versionIhl: 0,
  tos: 1,
  totalLength: 2,
  id: 4,
  fragment: 6,
  ttl: 8,
  protocol: 9,
  checksum: 10,
  source: 12,
  destination: 16,
} as const

export const IPV4_HEADER_LENGTH = 20
/** IANA protocol numbers. */
export const PROTOCOL = { ah: 51, vrrp: 112 } as const

const VERSION_4_NO_OPTIONS = 0x45
const TOS_INTERNETWORK_CONTROL = 0xc0

export interface Ipv4Header {
  readonly source: Ipv4Address
  readonly destination: Ipv4Address
  readonly protocol: number
  readonly ttl: number
}

/** What a received header says; `headerLength` includes options. All lengths are bytes. */
export interface ParsedIpv4Header extends Ipv4Header {
  readonly headerLength: number
  readonly totalLength: number
}

/**
 * Writes a header without options at the start of `packet`, checksum last.
 *
 * @param packet the whole packet; its length becomes the total length.
 * @param id identification, 16 bits.
 */
export function writeIpv4Header(packet: Uint8Array, header: Ipv4Header, id: number): void {
  const view = viewOf(packet)
  view.setUint8(AT.versionIhl, VERSION_4_NO_OPTIONS)
  view.setUint8(AT.tos, TOS_INTERNETWORK_CONTROL)
  view.setUint16(AT.totalLength, packet.length)
  view.setUint16(AT.id, id)
  view.setUint8(AT.ttl, header.ttl)
  view.setUint8(AT.protocol, header.protocol)
  view.setUint32(AT.source, header.source)
  view.setUint32(AT.destination, header.destination)
  view.setUint16(AT.checksum, internetChecksum(packet.subarray(0, IPV4_HEADER_LENGTH)))
}

/**
 * Reads the header of a received packet. Its checksum is not checked again:
 * the kernel drops a wrong one before a raw socket sees the packet.
 *
 * @returns undefined when this is no IPv4 header, or not the whole of one.
 */
export function parseIpv4Header(bytes: Uint8Array): ParsedIpv4Header | undefined {
  if (bytes.length < IPV4_HEADER_LENGTH) return undefined
  const view = viewOf(bytes)
  const versionIhl = view.getUint8(AT.versionIhl)
  const headerLength = (versionIhl & 0x0f) * 4
  const totalLength = view.getUint16(AT.totalLength)
  if (versionIhl >>> 4 !== 4 || headerLength < IPV4_HEADER_LENGTH) return undefined
  if (bytes.length < headerLength || totalLength < headerLength) return undefined
  return {
    headerLength,
    totalLength,
    ttl: view.getUint8(AT.ttl),
    protocol: view.getUint8(AT.protocol),
    source: view.getUint32(AT.source) as Ipv4Address,
    destination: view.getUint32(AT.destination) as Ipv4Address,
  }
}

/**
 * Zeroes what an authentication header does not protect (RFC 2402 section
 * 3.3.3.1.1.1): type of service, flags, fragment offset and checksum. The TTL,
 * which RFC 2402 also names, only of unicast, as keepalived has it (measured):
 * a multicast advert that a router has passed on is refused anyway.
 */
export function clearMutableFields(packet: Uint8Array): void {
  const view = viewOf(packet)
  view.setUint8(AT.tos, 0)
  view.setUint16(AT.fragment, 0)
  view.setUint16(AT.checksum, 0)
  if (!isMulticastIpv4(view.getUint32(AT.destination) as Ipv4Address)) view.setUint8(AT.ttl, 0)
}

/**
 * One's complement of the one's complement sum (RFC 1071) of these bytes, one part after the other. With the checksum
 * field zero it is the value to put there; over bytes that include a correct checksum it is 0. An odd last byte counts
 * as if a zero followed; only the last part may be odd.
 */
export function internetChecksum(...parts: readonly Uint8Array[]): number {
  let sum = 0
  for (const bytes of parts) {
    const view = viewOf(bytes)
    const even = bytes.length & ~1
    for (let at = 0; at < even; at += 2) sum += view.getUint16(at)
    if (even !== bytes.length) sum += view.getUint8(even) << 8
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000)
  return ~sum & 0xffff
}

/**
 * What stands before the payload in the checksums of TCP, UDP, ICMPv6 and VRRPv3, as IPv6 has it (RFC 8200 section 8.1). The
 * one of IPv4 (RFC 793 section 3.1) has the same sum: the same numbers in other places.
 *
 * @param source and destination of one family
 * @param length of the payload; bytes
 */
export function pseudoHeader(
  source: IpAddress,
  destination: IpAddress,
  protocol: number,
  length: number,
): Uint8Array {
  return Uint8Array.of(
    ...ipToBytes(source),
    ...ipToBytes(destination),
    ...[0, 0, length >>> 8, length],
    ...[0, 0, 0, protocol],
  )
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
