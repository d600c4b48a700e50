/**
 * Whole IP packets, out and in. Receiving has two layers, because the daemon
 * must know the VRID before it knows which virtual router's password and
 * interval apply: `parsePacket` finds the VRID in any bytes, and
 * `receiveAdvertisement` makes every check against one virtual router.
 *
 * The checks and their order are keepalived's, observed by sending it packets
 * with one and with several faults: the first failure names the rejection.
 * A different list of addresses is not a fault (keepalived ≥ 2.3.3 accepts it
 * where 2.2.7 rejects it and ends with two Masters).
 */

import { isMulticastIpv4, type Ipv4Address } from '../../base/address.ts'
import { accepted, rejected, type Result } from '../../base/result.ts'
import {
  ADVERTISEMENT_TYPE,
  authDataOf,
  encodedLength,
  FIXED_LENGTH,
  readAddresses,
  readFixedPart,
  VRRP_VERSION,
  writeAdvertisement,
  type AdvertisementFields,
  type FixedPart,
} from './advertisement.ts'
import { AUTH_CODE, authDataMatches, HIGHEST_AUTH_CODE, type Authentication } from './authentication.ts'
import { internetChecksum, IPV4_HEADER_LENGTH, parseIpv4Header, PROTOCOL, writeIpv4Header } from './ip.ts'
import type { Rejection, RejectionReason } from './rejection.ts'

/** RFC 3768 section 5.2.3: a router never forwards an advertisement, so a lower TTL came from elsewhere. */
export const ADVERT_TTL = 255
/** next header, length, reserved, SPI, sequence number and a 96-bit ICV (RFC 2402, RFC 2403); bytes. */
const AH_LENGTH = 24
const AH_NEXT_HEADER_AT = 0

export interface AdvertPacketFields extends AdvertisementFields {
  readonly source: Ipv4Address
  readonly destination: Ipv4Address
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
  /** An authentication header stands between the IP header and the advertisement. */
  readonly hasAuthenticationHeader: boolean
  /** As the IP header has it; bytes. */
  readonly totalLength: number
  /** Everything before the advertisement; bytes. */
  readonly headersLength: number
  /** From the VRRP header to the end of the IP packet; what the link padded is not part of it. */
  readonly pdu: Uint8Array
}

/** What one virtual router requires of an advertisement. */
export interface Expectation extends Authentication {
  readonly vrid: number
  /** Advertisement_Interval in whole seconds. */
  readonly intervalSeconds: number
}

export interface Advertisement {
  readonly source: Ipv4Address
  readonly vrid: number
  readonly priority: number
  /** In the sender's order; need not be ours. */
  readonly addresses: readonly Ipv4Address[]
}

/** The whole IP packet, byte for byte what keepalived sends for the same values. */
export function encodeAdvertPacket(fields: AdvertPacketFields): Uint8Array {
  const packet = new Uint8Array(IPV4_HEADER_LENGTH + encodedLength(fields.addresses.length))
  writeAdvertisement(packet.subarray(IPV4_HEADER_LENGTH), fields)
  const { source, destination, ttl, id } = fields
  writeIpv4Header(packet, { source, destination, ttl, protocol: PROTOCOL.vrrp }, id)
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
  const { source, destination, ttl, totalLength } = ip
  const hasAuthenticationHeader = ip.protocol === PROTOCOL.ah
  const protocol = hasAuthenticationHeader ? bytes[ip.headerLength + AH_NEXT_HEADER_AT] : ip.protocol
  if (protocol !== PROTOCOL.vrrp) {
    return rejected({ reason: 'protocol', source, received: protocol ?? 0, expected: PROTOCOL.vrrp })
  }
  const headersLength = ip.headerLength + (hasAuthenticationHeader ? AH_LENGTH : 0)
  // Some links deliver Ethernet's padding too; the IP header knows where the packet ends.
  const pdu = bytes.subarray(headersLength, Math.min(received, totalLength))
  if (pdu.length < FIXED_LENGTH) {
    return rejected({ reason: 'packet-too-short', source, received, expected: headersLength + FIXED_LENGTH })
  }
  const fixed = readFixedPart(pdu)
  const vrid = fixed.vrid
  return accepted({
    vrid,
    fixed,
    source,
    destination,
    ttl,
    hasAuthenticationHeader,
    totalLength,
    headersLength,
    pdu,
  })
}

/** Every check that a virtual router makes of an advertisement before it may touch a timer. */
export function receiveAdvertisement(
  packet: Packet,
  expectation: Expectation,
): Result<Advertisement, Rejection> {
  const rejection = firstFailure(packet, expectation)
  if (rejection !== undefined) return rejected(rejection)
  const { source, vrid, fixed, pdu } = packet
  return accepted({ source, vrid, priority: fixed.priority, addresses: readAddresses(pdu, fixed.count) })
}

function firstFailure(packet: Packet, expectation: Expectation): Rejection | undefined {
  const { fixed, pdu, headersLength } = packet
  const length = headersLength + pdu.length
  const failed = (reason: RejectionReason, received = 0, expected = 0): Rejection => ({
    reason,
    source: packet.source,
    received,
    expected,
  })
  if (packet.vrid !== expectation.vrid) return failed('unknown-vrid', packet.vrid, expectation.vrid)
  if (packet.hasAuthenticationHeader) return failed('ah-unexpected')
  const expectedLength = expectedPduLength(fixed)
  if (pdu.length !== expectedLength) {
    return failed('packet-length', length, headersLength + expectedLength)
  }
  if (packet.ttl !== ADVERT_TTL) return failed('ttl', packet.ttl, ADVERT_TTL)
  if (fixed.version !== VRRP_VERSION) return failed('version', fixed.version, VRRP_VERSION)
  const authCode = AUTH_CODE[expectation.authType]
  if (fixed.authCode > HIGHEST_AUTH_CODE) return failed('auth-type-invalid', fixed.authCode, authCode)
  if (fixed.authCode !== authCode) return failed('auth-type-mismatch', fixed.authCode, authCode)
  if (expectation.authType === 'PASS' && !authDataMatches(authDataOf(pdu), expectation.password)) {
    return failed('auth-failure')
  }
  if (fixed.intervalSeconds !== expectation.intervalSeconds) {
    return failed('advert-interval', fixed.intervalSeconds, expectation.intervalSeconds)
  }
  if (fixed.type !== ADVERTISEMENT_TYPE) return failed('type', fixed.type, ADVERTISEMENT_TYPE)
  if (packet.totalLength !== length) return failed('ip-length', packet.totalLength, length)
  if (internetChecksum(pdu) !== 0) return failed('checksum')
  if (!isMulticastIpv4(packet.destination)) return failed('destination', packet.destination)
  return undefined
}

/** By the packet's own version and count: keepalived calls a v3 advert with a v2 trailer too long, not v3. */
const expectedPduLength = ({ version, count }: FixedPart): number =>
  version === VRRP_VERSION ? encodedLength(count) : FIXED_LENGTH + 4 * count
