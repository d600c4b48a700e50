/** Whole IP packets, out and in: a packet sent is finished, of one received only the structure is checked. */

import {
  ipFamily,
  isIpv4,
  type IpAddress,
  type IpFamily,
  type Ipv4Address,
  type Ipv6Address,
} from '../../base/address.ts'
import { accepted, invariant, rejected, type Result } from '../../base/result.ts'
import {
  encodedLength,
  FIXED_LENGTH,
  readFixedPart,
  writeAdvertisement,
  type AdvertisementFields,
  type Ends,
  type FixedPart,
} from './advertisement.ts'
import {
  AH_LENGTH,
  readAuthenticationHeader,
  writeAuthenticationHeader,
  type AuthenticationHeader,
} from './authentication-header.ts'
import { IPV4_HEADER_LENGTH, parseIpv4Header, PROTOCOL, writeIpv4Header } from './ip.ts'
import { IPV6_HEADER_LENGTH, parseIpv6Header, writeIpv6Header } from './ipv6.ts'
import type { Rejection } from './rejection.ts'

/** RFC 3768 section 5.2.3: a router never forwards an advertisement, so a lower TTL came from elsewhere. */
export const ADVERT_TTL = 255

export type AdvertPacketFields = AdvertisementFields &
  Ends & {
    /** IP identification, 1..65535; zero would let the kernel choose. */
    readonly id: number
    readonly ttl: number
  }

/** A VRRP packet of which only the structure has been checked. */
export interface Packet {
  readonly vrid: number
  readonly fixed: FixedPart
  readonly family: IpFamily
  readonly source: IpAddress
  readonly destination: IpAddress
  /** IPv6's hop limit. */
  readonly ttl: number
  /** Between the IP header and the advertisement; undefined: there is none. */
  readonly authenticationHeader: AuthenticationHeader | undefined
  /** As the IP header has it, over IPv6 as there is; bytes. */
  readonly totalLength: number
  /** Everything before the advertisement; bytes. */
  readonly headersLength: number
  /** From the IP header (over IPv6: behind it) to the end of the IP packet; what the link padded is not part of it. */
  readonly bytes: Uint8Array
  /** The same from the VRRP header on. */
  readonly pdu: Uint8Array
}

export interface Ipv4Packet extends Packet {
  readonly source: Ipv4Address
  readonly destination: Ipv4Address
}

/** The whole IP packet, byte for byte what keepalived sends for the same values. */
export function encodeAdvertPacket(fields: AdvertPacketFields): Uint8Array {
  const { source, destination, ttl, id } = fields
  if (!isIpv4(source) || !isIpv4(destination)) return encodeIpv6(fields)
  const signed = fields.version === 2 && fields.authType === 'AH'
  const headersLength = IPV4_HEADER_LENGTH + (signed ? AH_LENGTH : 0)
  const packet = new Uint8Array(headersLength + encodedLength(fields.version, 4, fields.addresses.length))
  writeAdvertisement(packet.subarray(headersLength), fields, fields)
  writeIpv4Header(packet, { source, destination, ttl, protocol: signed ? PROTOCOL.ah : PROTOCOL.vrrp }, id)
  if (signed) writeAuthenticationHeader(packet, IPV4_HEADER_LENGTH, source, fields)
  return packet
}

function encodeIpv6(fields: AdvertPacketFields): Uint8Array {
  const { source, destination, ttl: hopLimit } = fields
  invariant(!isIpv4(source) && !isIpv4(destination), 'both ends are of one family')
  const packet = new Uint8Array(
    IPV6_HEADER_LENGTH + encodedLength(fields.version, 6, fields.addresses.length),
  )
  writeAdvertisement(packet.subarray(IPV6_HEADER_LENGTH), fields, fields)
  writeIpv6Header(packet, { source, destination, nextHeader: PROTOCOL.vrrp, hopLimit })
  return packet
}

/** What the kernel tells of a packet over IPv6, whose header it keeps. */
export interface Ipv6Arrival {
  readonly source: Ipv6Address
  readonly destination: Ipv6Address
  readonly hopLimit: number
}

/** @param pdu as a raw socket of IPv6 delivers it, from behind its headers on; may be anything */
export function parseIpv6Packet(
  pdu: Uint8Array,
  { source, destination, hopLimit }: Ipv6Arrival,
): Result<Packet, Rejection> {
  if (pdu.length < FIXED_LENGTH)
    return rejected({ reason: 'packet-too-short', source, received: pdu.length, expected: FIXED_LENGTH })
  const fixed = readFixedPart(pdu)
  return accepted({
    ...{ vrid: fixed.vrid, fixed, family: ipFamily(source), source, destination, ttl: hopLimit },
    ...{ authenticationHeader: undefined, totalLength: pdu.length, headersLength: 0, bytes: pdu, pdu },
  })
}

/** @param bytes a packet as a raw socket delivers it, from its IP header on; may be anything. */
export function parsePacket(bytes: Uint8Array): Result<Ipv4Packet, Rejection> {
  const received = bytes.length
  const ip = parseIpv4Header(bytes)
  if (ip === undefined) {
    const reason = received < IPV4_HEADER_LENGTH + FIXED_LENGTH ? 'packet-too-short' : 'ip-header'
    return rejected({ reason, source: undefined, received, expected: 0 })
  }
  const { source, destination, ttl, totalLength, headerLength, protocol } = ip
  if (protocol !== PROTOCOL.vrrp && protocol !== PROTOCOL.ah) {
    return rejected({ reason: 'protocol', source, received: protocol, expected: PROTOCOL.vrrp })
  }
  const signed = protocol === PROTOCOL.ah
  const headersLength = headerLength + (signed ? AH_LENGTH : 0)
  // Some links deliver Ethernet's padding too; the IP header knows where the packet ends.
  const whole = bytes.subarray(0, totalLength)
  const pdu = whole.subarray(headersLength)
  if (pdu.length < FIXED_LENGTH) {
    const reason = signed && whole.length > headerLength ? 'ah-too-short' : 'packet-too-short'
    return rejected({ reason, source, received, expected: headersLength + FIXED_LENGTH })
  }
  const fixed = readFixedPart(pdu)
  const vrid = fixed.vrid
  return accepted({
    vrid,
    fixed,
    family: 4,
    source,
    destination,
    ttl,
    authenticationHeader: signed ? readAuthenticationHeader(whole, headerLength) : undefined,
    totalLength,
    headersLength,
    bytes: whole,
    pdu,
  })
}

/** What a raw socket delivers of a packet that somebody has sent with this header. Undefined: of none of IP. */
export function asDelivered(
  packet: Uint8Array,
): { readonly bytes: Uint8Array; readonly ipv6?: Ipv6Arrival } | undefined {
  const header = parseIpv6Header(packet)
  if (header === undefined) return parseIpv4Header(packet) && { bytes: packet }
  const { source, destination, hopLimit } = header
  return { bytes: packet.subarray(IPV6_HEADER_LENGTH), ipv6: { source, destination, hopLimit } }
}
