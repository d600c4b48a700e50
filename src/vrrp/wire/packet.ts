/** Whole IP packets, out and in: a packet sent is finished, of one received only the structure is checked. */

import type { Ipv4Address } from '../../base/address.ts'
import { accepted, rejected, type Result } from '../../base/result.ts'
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
  readonly source: Ipv4Address
  readonly destination: Ipv4Address
  readonly ttl: number
  /** Between the IP header and the advertisement; undefined: there is none. */
  readonly authenticationHeader: AuthenticationHeader | undefined
  /** As the IP header has it; bytes. */
  readonly totalLength: number
  /** Everything before the advertisement; bytes. */
  readonly headersLength: number
  /** From the IP header to the end of the IP packet; what the link padded is not part of it. */
  readonly bytes: Uint8Array
  /** The same from the VRRP header on. */
  readonly pdu: Uint8Array
}

/** The whole IP packet, byte for byte what keepalived sends for the same values. */
export function encodeAdvertPacket(fields: AdvertPacketFields): Uint8Array {
  const { source, destination, ttl, id } = fields
  const signed = fields.version === 2 && fields.authType === 'AH'
  const headersLength = IPV4_HEADER_LENGTH + (signed ? AH_LENGTH : 0)
  const packet = new Uint8Array(headersLength + encodedLength(fields.version, fields.addresses.length))
  writeAdvertisement(packet.subarray(headersLength), fields, fields)
  writeIpv4Header(packet, { source, destination, ttl, protocol: signed ? PROTOCOL.ah : PROTOCOL.vrrp }, id)
  if (signed) writeAuthenticationHeader(packet, IPV4_HEADER_LENGTH, source, fields)
  return packet
}

/** @param bytes a packet as a raw socket delivers it, from its IP header on; may be anything. */
export function parsePacket(bytes: Uint8Array): Result<Packet, Rejection> {
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
