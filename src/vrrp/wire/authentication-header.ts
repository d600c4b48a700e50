/**
 * The IP authentication header (RFC 2402 section 2) that `auth_type AH` puts
 * between IP header and advertisement (RFC 2338 section 5.3.6.3):
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   0 |  Next Header  |  Payload Len  |            RESERVED           |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   4 |                 Security Parameters Index (SPI)               |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   8 |                         Sequence Number                       |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *  12 |            Integrity Check Value: the first 96 bits           |
 *     |                of HMAC-MD5 (RFC 2403)                         |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * What RFCs leave open or say otherwise is as keepalived has it (measured):
 * the SPI is the sender's address; the ICV covers the whole packet with the
 * IP header's mutable fields and itself zero, but the TTL as it is sent; and
 * there is one sequence for the whole virtual router. Whoever speaks carries
 * on from the highest number heard, which is what lets a receiver that keeps
 * a single number tell a new Master from a recording of the old one.
 */

import type { Ipv4Address } from '../../base/address.ts'
import { AUTH_DATA_LENGTH, type HmacMd5 } from './authentication.ts'
import { clearMutableFields, PROTOCOL } from './ip.ts'

const AT = { nextHeader: 0, payloadLength: 1, spi: 4, sequence: 8, icv: 12 } as const

/** Bytes. */
export const AH_LENGTH = 24
/** In 32-bit words, less two (RFC 2402 section 2.2). */
const PAYLOAD_LENGTH = AH_LENGTH / 4 - 2

/** Where keepalived stops counting: a sequence must not begin again (RFC 2402 section 3.3.2). */
const LAST_SEQUENCE = 0xffff_fffe

export interface AuthenticationHeader {
  readonly nextHeader: number
  readonly spi: number
  readonly sequence: number
}

/** What the next packet carries. At one advert a second the end is 136 years away. */
export const nextSequence = (sequence: number): number => (sequence < LAST_SEQUENCE ? sequence + 1 : sequence)

/** @param packet from its IP header on, all else written; at `at` are AH_LENGTH zero bytes, filled in place. */
export function writeAuthenticationHeader(
  packet: Uint8Array,
  at: number,
  source: Ipv4Address,
  { sequence, password, hmacMd5 }: Signature,
): void {
  const view = viewOf(packet)
  view.setUint8(at + AT.nextHeader, PROTOCOL.vrrp)
  view.setUint8(at + AT.payloadLength, PAYLOAD_LENGTH)
  view.setUint32(at + AT.spi, source)
  view.setUint32(at + AT.sequence, sequence)
  packet.set(integrityCheckValue(packet, at, password, hmacMd5), at + AT.icv)
}

interface Signature {
  readonly sequence: number
  readonly password: Uint8Array
  readonly hmacMd5: HmacMd5
}

/** @param packet at least AH_LENGTH bytes from `at` on */
export function readAuthenticationHeader(packet: Uint8Array, at: number): AuthenticationHeader {
  const view = viewOf(packet)
  return {
    nextHeader: view.getUint8(at + AT.nextHeader),
    spi: view.getUint32(at + AT.spi),
    sequence: view.getUint32(at + AT.sequence),
  }
}

/** Whether somebody who knows the password made this packet. Takes as long for a near miss as for any other. */
export function isAuthentic(packet: Uint8Array, at: number, password: Uint8Array, hmacMd5: HmacMd5): boolean {
  const received = packet.subarray(at + AT.icv, at + AH_LENGTH)
  const computed = integrityCheckValue(packet, at, password, hmacMd5)
  return received.reduce((difference, byte, index) => difference | (byte ^ (computed[index] ?? 0)), 0) === 0
}

/** @param at where the authentication header begins; what is before it is the IP header */
function integrityCheckValue(
  packet: Uint8Array,
  at: number,
  password: Uint8Array,
  hmacMd5: HmacMd5,
): Uint8Array {
  const covered = Uint8Array.from(packet)
  clearMutableFields(covered)
  covered.fill(0, at + AT.icv, at + AH_LENGTH)
  return hmacMd5(password.subarray(0, AUTH_DATA_LENGTH), covered).subarray(0, AH_LENGTH - AT.icv)
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
