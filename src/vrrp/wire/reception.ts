/**
 * Whether a virtual router may believe a packet. Receiving has two layers,
 * because the daemon must know the VRID before it knows which virtual router's
 * password and interval apply: `parsePacket` finds the VRID in any bytes, and
 * `receiveAdvertisement` makes every check against one virtual router.
 *
 * The checks and their order are keepalived's, observed by sending it packets
 * with one and with several faults: the first failure names the rejection.
 * A different list of addresses is not a fault (keepalived ≥ 2.3.3 accepts it
 * where 2.2.7 rejects it and ends with two Masters).
 */

import { isMulticastIpv4, type Ipv4Address } from '../../base/address.ts'
import { accepted, invariant, rejected, type Result } from '../../base/result.ts'
import {
  ADVERTISEMENT_TYPE,
  authDataOf,
  encodedLength,
  FIXED_LENGTH,
  readAddresses,
  VRRP_VERSION,
  type FixedPart,
} from './advertisement.ts'
import { AUTH_CODE, authDataMatches, HIGHEST_AUTH_CODE, type Authentication } from './authentication.ts'
import { AH_LENGTH, isAuthentic } from './authentication-header.ts'
import { internetChecksum, PROTOCOL } from './ip.ts'
import { ADVERT_TTL, type Packet } from './packet.ts'
import type { Rejection, RejectionReason } from './rejection.ts'

/** What one virtual router requires of an advertisement. */
export type Expectation = Authentication & {
  readonly vrid: number
  /** Advertisement_Interval in whole seconds. */
  readonly intervalSeconds: number
  /** Absent: multicast. */
  readonly unicast?: UnicastRules | undefined
}

export interface UnicastRules {
  /** By address; what the configuration limits the TTL of each one's adverts to. */
  readonly peers: ReadonlyMap<Ipv4Address, { readonly minTtl: number; readonly maxTtl: number }>
  /** Nobody else is believed. */
  readonly onlyPeers: boolean
}

export interface Advertisement {
  readonly source: Ipv4Address
  readonly vrid: number
  readonly priority: number
  /** In the sender's order; need not be ours. */
  readonly addresses: readonly Ipv4Address[]
  /** The authentication header's: only numbers above it are new from now on. */
  readonly sequence?: number | undefined
}

/** Every check that a virtual router makes of an advertisement before it may touch a timer. */
export function receiveAdvertisement(
  packet: Packet,
  expectation: Expectation,
): Result<Advertisement, Rejection> {
  const { source, vrid, fixed, pdu } = packet
  const foreign = structuralFailure(packet, expectation) ?? authenticationFailure(packet, expectation)
  if (foreign !== undefined) return rejected(foreign)
  // Used up even if the rest is wrong, so that the packet cannot come again (as keepalived does, measured).
  const sequence = packet.authenticationHeader?.sequence
  const unusable = contentFailure(packet, expectation)
  if (unusable !== undefined) return rejected({ ...unusable, sequence })
  return accepted({
    source,
    vrid,
    priority: fixed.priority,
    addresses: readAddresses(pdu, fixed.count),
    sequence,
  })
}

const failure = ({ source }: Packet, reason: RejectionReason, received = 0, expected = 0): Rejection => ({
  reason,
  source,
  received,
  expected,
})

function structuralFailure(packet: Packet, expectation: Expectation): Rejection | undefined {
  const { fixed, bytes, headersLength, authenticationHeader } = packet
  if (packet.vrid !== expectation.vrid) return failure(packet, 'unknown-vrid', packet.vrid, expectation.vrid)
  if (expectation.authType === 'AH' && authenticationHeader === undefined)
    return failure(packet, 'ah-missing')
  if (expectation.authType !== 'AH' && authenticationHeader !== undefined)
    return failure(packet, 'ah-unexpected')
  const nextHeader = authenticationHeader?.nextHeader ?? PROTOCOL.vrrp
  if (nextHeader !== PROTOCOL.vrrp) return failure(packet, 'ah-next-header', nextHeader, PROTOCOL.vrrp)
  const expectedLength = headersLength + expectedPduLength(fixed)
  if (bytes.length !== expectedLength) return failure(packet, 'packet-length', bytes.length, expectedLength)
  if (expectation.unicast === undefined && packet.ttl !== ADVERT_TTL)
    return failure(packet, 'ttl', packet.ttl, ADVERT_TTL)
  if (fixed.version !== VRRP_VERSION) return failure(packet, 'version', fixed.version, VRRP_VERSION)
  return undefined
}

function authenticationFailure(packet: Packet, expectation: Expectation): Rejection | undefined {
  const { fixed, pdu } = packet
  const authCode = AUTH_CODE[expectation.authType]
  if (fixed.authCode > HIGHEST_AUTH_CODE)
    return failure(packet, 'auth-type-invalid', fixed.authCode, authCode)
  if (fixed.authCode !== authCode) return failure(packet, 'auth-type-mismatch', fixed.authCode, authCode)
  switch (expectation.authType) {
    case 'none':
      return undefined
    case 'PASS':
      return authDataMatches(authDataOf(pdu), expectation.password)
        ? undefined
        : failure(packet, 'auth-failure')
    case 'AH':
      return signatureFailure(packet, expectation)
  }
}

function signatureFailure(
  packet: Packet,
  { password, sequence, hmacMd5 }: Expectation & { readonly authType: 'AH' },
): Rejection | undefined {
  const { bytes, headersLength, source, authenticationHeader: header } = packet
  invariant(header !== undefined, 'a packet without an authentication header has been refused')
  if (!isAuthentic(bytes, headersLength - AH_LENGTH, password, hmacMd5)) return failure(packet, 'ah-icv')
  if (header.spi !== source) return failure(packet, 'ah-spi', header.spi, source)
  if (header.sequence <= sequence) return failure(packet, 'ah-replay', header.sequence, sequence)
  return undefined
}

function contentFailure(packet: Packet, expectation: Expectation): Rejection | undefined {
  const { fixed, pdu, bytes } = packet
  if (fixed.intervalSeconds !== expectation.intervalSeconds) {
    return failure(packet, 'advert-interval', fixed.intervalSeconds, expectation.intervalSeconds)
  }
  if (fixed.type !== ADVERTISEMENT_TYPE) return failure(packet, 'type', fixed.type, ADVERTISEMENT_TYPE)
  if (packet.totalLength !== bytes.length)
    return failure(packet, 'ip-length', packet.totalLength, bytes.length)
  if (internetChecksum(pdu) !== 0) return failure(packet, 'checksum')
  const unicast = expectation.unicast
  if (isMulticastIpv4(packet.destination) !== (unicast === undefined))
    return failure(packet, unicast === undefined ? 'destination' : 'destination-group', packet.destination)
  return unicast === undefined ? undefined : senderFailure(packet, unicast)
}

function senderFailure(packet: Packet, { peers, onlyPeers }: UnicastRules): Rejection | undefined {
  if (!onlyPeers) return undefined
  const peer = peers.get(packet.source)
  if (peer === undefined) return failure(packet, 'unicast-source', packet.source)
  const { ttl } = packet
  if (ttl >= peer.minTtl && ttl <= peer.maxTtl) return undefined
  return { ...failure(packet, 'unicast-ttl', ttl, peer.minTtl), most: peer.maxTtl }
}

/** By the packet's own version and count: keepalived calls a v3 advert with a v2 trailer too long, not v3. */
const expectedPduLength = ({ version, count }: FixedPart): number =>
  version === VRRP_VERSION ? encodedLength(count) : FIXED_LENGTH + 4 * count
