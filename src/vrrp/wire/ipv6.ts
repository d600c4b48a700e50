/**
 * The IPv6 header around an advertisement (RFC 8200 section 3). We write it ourselves: a virtual address may be
 * link-local, too, and the kernel would choose among all of them. What arrives has none: the kernel keeps it, and tells
 * its fields beside the payload.
 *
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   0 |Version| Traffic Class |           Flow Label                  |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   4 |         Payload Length        |  Next Header  |   Hop Limit   |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   8 |                         Source Address                        |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *  24 |                      Destination Address                      |
 */

import { ipToBytes, ipv6FromBytes, type Ipv6Address } from '../../base/address.ts'

const AT = {
  versionClass: 0,
  payloadLength: 4,
  nextHeader: 6,
  hopLimit: 7,
  source: 8,
  destination: 24,
} as const

export const IPV6_HEADER_LENGTH = 40

const VERSION_6 = 6
/** As over IPv4: internetwork control. */
const TRAFFIC_CLASS = 0xc0

export interface Ipv6Header {
  readonly source: Ipv6Address
  readonly destination: Ipv6Address
  readonly nextHeader: number
  readonly hopLimit: number
}

/** @param packet the whole packet, with room for the header at its beginning */
export function writeIpv6Header(packet: Uint8Array, header: Ipv6Header): void {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength)
  view.setUint32(AT.versionClass, ((VERSION_6 << 28) | (TRAFFIC_CLASS << 20)) >>> 0)
  view.setUint16(AT.payloadLength, packet.length - IPV6_HEADER_LENGTH)
  view.setUint8(AT.nextHeader, header.nextHeader)
  view.setUint8(AT.hopLimit, header.hopLimit)
  packet.set(ipToBytes(header.source), AT.source)
  packet.set(ipToBytes(header.destination), AT.destination)
}

/** @returns undefined when this is no IPv6 header, or not the whole of one */
export function parseIpv6Header(bytes: Uint8Array): Ipv6Header | undefined {
  if (bytes.length < IPV6_HEADER_LENGTH || (bytes[0] ?? 0) >>> 4 !== VERSION_6) return undefined
  return {
    source: ipv6FromBytes(bytes.subarray(AT.source, AT.destination)),
    destination: ipv6FromBytes(bytes.subarray(AT.destination, IPV6_HEADER_LENGTH)),
    nextHeader: bytes[AT.nextHeader] ?? 0,
    hopLimit: bytes[AT.hopLimit] ?? 0,
  }
}
