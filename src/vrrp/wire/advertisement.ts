/**
 * The advertisement of version 2 (RFC 3768 section 5, with RFC 2338's trailer) and of version 3 (RFC 9568 section 5),
 * over IPv6 with addresses of 16 bytes:
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   0 |Version| Type  | Virtual Rtr ID|   Priority    | Count IP Addrs|
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   4 |   Auth Type   |   Adver Int   |          Checksum             |  version 2
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   4 |(rsvd) |  Max Advertise Int    |          Checksum             |  version 3
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   8 |                         IP Address (1)                        |
 *     |                              ...                              |
 *     |                         IP Address (n)                        |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                     Authentication Data (1)                   |  version 2
 *     |                     Authentication Data (2)                   |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * Version 2's checksum covers all of it, the password in the trailer included; version 3's a pseudo-header, too.
 */

import {
  ipFamily,
  ipToBytes,
  ipv4FromBytes,
  ipv6FromBytes,
  isIpv4,
  ipv4FromNumber,
  type IpAddress,
  type IpFamily,
} from '../../base/address.ts'
import { invariant } from '../../base/result.ts'
import { AUTH_CODE, AUTH_DATA_LENGTH, writeAuthData, type Authentication } from './authentication.ts'
import { internetChecksum, PROTOCOL, pseudoHeader } from './ip.ts'

const AT = {
  versionType: 0,
  vrid: 1,
  priority: 2,
  count: 3,
  authType: 4,
  interval: 5,
  maxInterval: 4,
  checksum: 6,
  addresses: 8,
} as const

export const ADVERTISEMENT_TYPE = 1
/** The part before the addresses; bytes. */
export const FIXED_LENGTH: number = AT.addresses

/** Version 3's interval has twelve bits; the four before it are reserved, and ignored when received. */
export const MOST_CENTISECONDS = 0x0fff

/**
 * What version 3's checksum covers besides the advertisement. `rfc`: a pseudo-header with the addresses of its packet.
 * `old-unicast`: one with 224.0.0.18 as the destination, in unicast, too (keepalived's `old_unicast_checksum`, measured).
 * `as-version-2`: nothing (`v3_checksum_as_v2`).
 */
export type Version3Checksum = 'rfc' | 'old-unicast' | 'as-version-2'

export type Version2Fields = Authentication & {
  readonly version: 2
  /** Advertisement_Interval in whole seconds, 1..255. */
  readonly intervalSeconds: number
}

export interface Version3Fields {
  readonly version: 3
  /** Advertisement_Interval in hundredths of a second, 1..4095. */
  readonly intervalCentiseconds: number
  readonly checksum: Version3Checksum
}

/** What a sender chooses; count and checksum follow from it. */
export type AdvertisementFields = {
  readonly vrid: number
  readonly priority: number
  /** At most 255, of the family of the packet around it. */
  readonly addresses: readonly IpAddress[]
} & (Version2Fields | Version3Fields)

/** Both ends of the packet around it. */
export interface Ends {
  readonly source: IpAddress
  /** Of the same family. */
  readonly destination: IpAddress
}

const ADDRESS_LENGTH: Readonly<Record<IpFamily, number>> = { 4: 4, 6: 16 }

/** The first eight bytes as they stand, nothing checked. */
export interface FixedPart {
  readonly version: number
  readonly type: number
  readonly vrid: number
  readonly priority: number
  readonly count: number
  /** Of bytes 4 and 5, what version 2 means by them. */
  readonly authCode: number
  readonly intervalSeconds: number
  /** The same bytes, as version 3 has them; 0..4095. */
  readonly intervalCentiseconds: number
}

/** @param version of any packet: only version 2 has a trailer */
export const encodedLength = (version: number, family: IpFamily, addressCount: number): number =>
  FIXED_LENGTH + ADDRESS_LENGTH[family] * addressCount + (version === 2 ? AUTH_DATA_LENGTH : 0)

/** @param pdu exactly `encodedLength` zero bytes, filled in place */
export function writeAdvertisement(pdu: Uint8Array, fields: AdvertisementFields, ends: Ends): void {
  const { addresses } = fields
  invariant(addresses.length <= 255, 'an advertisement carries at most 255 addresses')
  const view = new DataView(pdu.buffer, pdu.byteOffset, pdu.byteLength)
  view.setUint8(AT.versionType, (fields.version << 4) | ADVERTISEMENT_TYPE)
  view.setUint8(AT.vrid, fields.vrid)
  view.setUint8(AT.priority, fields.priority)
  view.setUint8(AT.count, addresses.length)
  const length = ADDRESS_LENGTH[ipFamily(ends.source)]
  for (const [index, address] of addresses.entries())
    pdu.set(ipToBytes(address), AT.addresses + length * index)
  if (fields.version === 2) {
    view.setUint8(AT.authType, AUTH_CODE[fields.authType])
    view.setUint8(AT.interval, fields.intervalSeconds)
    writeAuthData(authDataOf(pdu), fields)
    view.setUint16(AT.checksum, internetChecksum(pdu))
  } else {
    view.setUint16(AT.maxInterval, fields.intervalCentiseconds & MOST_CENTISECONDS)
    view.setUint16(AT.checksum, version3Checksum(pdu, fields.checksum, ends))
  }
}

/** 224.0.0.18 */
const MULTICAST_GROUP = ipv4FromNumber(0xe000_0012)

/** As internetChecksum: the value to send, or 0 where the one in there is right. */
export function version3Checksum(
  pdu: Uint8Array,
  kind: Version3Checksum,
  { source, destination }: Ends,
): number {
  if (kind === 'as-version-2' && isIpv4(source)) return internetChecksum(pdu)
  const to = kind === 'old-unicast' && isIpv4(source) ? MULTICAST_GROUP : destination
  return internetChecksum(pseudoHeader(source, to, PROTOCOL.vrrp, pdu.length), pdu)
}

/** @param pdu at least FIXED_LENGTH bytes. */
export function readFixedPart(pdu: Uint8Array): FixedPart {
  const view = new DataView(pdu.buffer, pdu.byteOffset, pdu.byteLength)
  const versionType = view.getUint8(AT.versionType)
  return {
    version: versionType >>> 4,
    type: versionType & 0x0f,
    vrid: view.getUint8(AT.vrid),
    priority: view.getUint8(AT.priority),
    count: view.getUint8(AT.count),
    authCode: view.getUint8(AT.authType),
    intervalSeconds: view.getUint8(AT.interval),
    intervalCentiseconds: view.getUint16(AT.maxInterval) & MOST_CENTISECONDS,
  }
}

/** @param pdu long enough for `count` addresses of that family */
export function readAddresses(pdu: Uint8Array, family: IpFamily, count: number): readonly IpAddress[] {
  const length = ADDRESS_LENGTH[family]
  const addresses: IpAddress[] = []
  for (let index = 0; index < count; index++) {
    const at = AT.addresses + length * index
    addresses.push(family === 4 ? ipv4FromBytes(pdu, at) : ipv6FromBytes(pdu.subarray(at, at + length)))
  }
  return addresses
}

/** Version 2's trailer. */
export const authDataOf = (pdu: Uint8Array): Uint8Array => pdu.subarray(pdu.length - AUTH_DATA_LENGTH)
