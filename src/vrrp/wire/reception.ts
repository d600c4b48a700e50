/**
 * Whether a virtual router may believe a packet. Receiving has two layers,
 * because the daemon must know the VRID before it knows which virtual router's
 * password and interval apply: `parsePacket` finds the VRID in any bytes, and
 * `receiveAdvertisement` makes every check against one virtual router.
 *
 * The checks and their order are keepalived's, observed by sending it packets
 * with one and with several faults: the first failure names the rejection.
 * A different list of addresses is not a fault (keepalived ≥ 2.3.3 accepts it
 * where 2.2.7 rejects it and ends with two Masters). What only one version asks
 * stands in reception-version-2.ts and reception-version-3.ts.
 */

import { isMulticastIp, type IpAddress } from '../../base/address.ts'
import { accepted, rejected, type Result } from '../../base/result.ts'
import { ADVERTISEMENT_TYPE, encodedLength, readAddresses, type Version3Checksum } from './advertisement.ts'
import { PROTOCOL } from './ip.ts'
import { ADVERT_TTL, type Packet } from './packet.ts'
import {
  authenticationFailure,
  intervalFailure,
  version2ChecksumFailure,
  type Version2Expectation,
} from './reception-version-2.ts'
import { version3ChecksumOf, type Version3Expectation } from './reception-version-3.ts'
import { failure, type Rejection } from './rejection.ts'

/** What one virtual router requires of an advertisement. */
export type Expectation = {
  readonly vrid: number
  /** Absent: multicast. */
  readonly unicast?: UnicastRules | undefined
} & (Version2Expectation | Version3Expectation)

export interface UnicastRules {
  /** By address; what the configuration limits the TTL of each one's adverts to. */
  readonly peers: ReadonlyMap<IpAddress, { readonly minTtl: number; readonly maxTtl: number }>
  /** Nobody else is believed. */
  readonly onlyPeers: boolean
}

export interface Advertisement {
  readonly source: IpAddress
  readonly vrid: number
  readonly priority: number
  /** In the sender's order; need not be ours. */
  readonly addresses: readonly IpAddress[]
  /** The authentication header's: only numbers above it are new from now on. */
  readonly sequence?: number | undefined
  /** Version 3's, 0..4095: it is the sender's, and may be another one than ours. */
  readonly intervalCentiseconds?: number | undefined
  /** Version 3's, where it is not the one that the RFC has. */
  readonly checksum?: Version3Checksum | undefined
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
  const checksum = expectation.version === 3 ? version3ChecksumOf(packet, expectation) : undefined
  const unusable = contentFailure(packet, expectation, checksum)
  if (unusable !== undefined) return rejected({ ...unusable, sequence })
  return accepted({
    source,
    vrid,
    priority: fixed.priority,
    addresses: readAddresses(pdu, packet.family, fixed.count),
    sequence,
    ...(expectation.version === 3 && { intervalCentiseconds: fixed.intervalCentiseconds }),
    ...(checksum !== undefined && checksum !== 'rfc' && { checksum }),
  })
}

function structuralFailure(packet: Packet, expectation: Expectation): Rejection | undefined {
  const { fixed, bytes, headersLength, authenticationHeader } = packet
  const isSigned = expectation.version === 2 && expectation.authType === 'AH'
  if (packet.vrid !== expectation.vrid) return failure(packet, 'unknown-vrid', packet.vrid, expectation.vrid)
  if (isSigned && authenticationHeader === undefined) return failure(packet, 'ah-missing')
  if (!isSigned && authenticationHeader !== undefined) return failure(packet, 'ah-unexpected')
  const nextHeader = authenticationHeader?.nextHeader ?? PROTOCOL.vrrp
  if (nextHeader !== PROTOCOL.vrrp) return failure(packet, 'ah-next-header', nextHeader, PROTOCOL.vrrp)
  // By the packet's own version and count: keepalived calls a v3 advert with a v2 trailer too long, not v3.
  const expectedLength = headersLength + encodedLength(fixed.version, packet.family, fixed.count)
  if (bytes.length !== expectedLength) return failure(packet, 'packet-length', bytes.length, expectedLength)
  if (expectation.unicast === undefined && packet.ttl !== ADVERT_TTL)
    return failure(packet, 'ttl', packet.ttl, ADVERT_TTL)
  if (fixed.version !== expectation.version)
    return failure(packet, 'version', fixed.version, expectation.version)
  return undefined
}

function contentFailure(
  packet: Packet,
  expectation: Expectation,
  checksum: Version3Checksum | undefined,
): Rejection | undefined {
  const { fixed, bytes } = packet
  const otherInterval = expectation.version === 2 ? intervalFailure(packet, expectation) : undefined
  if (otherInterval !== undefined) return otherInterval
  if (fixed.type !== ADVERTISEMENT_TYPE) return failure(packet, 'type', fixed.type, ADVERTISEMENT_TYPE)
  if (packet.totalLength !== bytes.length)
    return failure(packet, 'ip-length', packet.totalLength, bytes.length)
  if (expectation.version === 2 ? version2ChecksumFailure(packet) : checksum === undefined)
    return failure(packet, 'checksum', 0, expectation.version)
  const unicast = expectation.unicast
  if (isMulticastIp(packet.destination) !== (unicast === undefined))
    return {
      ...failure(packet, unicast === undefined ? 'destination' : 'destination-group'),
      address: packet.destination,
    }
  return unicast === undefined ? undefined : senderFailure(packet, unicast)
}

function senderFailure(packet: Packet, { peers, onlyPeers }: UnicastRules): Rejection | undefined {
  if (!onlyPeers) return undefined
  const peer = peers.get(packet.source)
  if (peer === undefined) return failure(packet, 'unicast-source')
  const { ttl } = packet
  if (ttl >= peer.minTtl && ttl <= peer.maxTtl) return undefined
  return { ...failure(packet, 'unicast-ttl', ttl, peer.minTtl), most: peer.maxTtl }
}
