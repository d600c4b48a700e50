/**
 * The VRRPv2 advertisement (RFC 3768 section 5, with RFC 2338's trailer):
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   0 |Version| Type  | Virtual Rtr ID|   Priority    | Count IP Addrs|
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   4 |   Auth Type   |   Adver Int   |          Checksum             |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   8 |                         IP Address (1)                        |
 *     |                              ...                              |
 *     |                         IP Address (n)                        |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                     Authentication Data (1)                   |
 *     |                     Authentication Data (2)                   |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * The checksum covers all of it, the password in the trailer included.
 */

import type { Ipv4Address } from '../../base/address.ts'
import { invariant } from '../../base/result.ts'
import { AUTH_CODE, AUTH_DATA_LENGTH, writeAuthData, type Authentication } from './authentication.ts'
import { internetChecksum } from './ip.ts'

const AT = {
  versionType: 0,
  vrid: 1,
  priority: 2,
  count: 3,
  authType: 4,
  interval: 5,
  checksum: 6,
  addresses: 8,
} as const

export const VRRP_VERSION = 2
export const ADVERTISEMENT_TYPE = 1
/** The part before the addresses; bytes. */
export const FIXED_LENGTH: number = AT.addresses

/** What a sender chooses; count and checksum follow from it. */
export interface AdvertisementFields {
  readonly vrid: number
  readonly priority: number
  /** Advertisement_Interval in whole seconds, 1..255. */
  readonly intervalSeconds: number
  /** At most 255. */
  readonly addresses: readonly Ipv4Address[]
}

/** The first eight bytes as they stand, nothing checked. */
export interface FixedPart {
  readonly version: number
  readonly type: number
  readonly vrid: number
  readonly priority: number
  readonly count: number
  readonly authCode: number
  readonly intervalSeconds: number
}

export const encodedLength = (addressCount: number): number =>
  FIXED_LENGTH + 4 * addressCount + AUTH_DATA_LENGTH

/** @param pdu exactly `encodedLength(fields.addresses.length)` zero bytes, filled in place. */
export function writeAdvertisement(pdu: Uint8Array, fields: AdvertisementFields & Authentication): void {
  const { addresses } = fields
  invariant(addresses.length <= 255, 'an advertisement carries at most 255 addresses')
  const view = new DataView(pdu.buffer, pdu.byteOffset, pdu.byteLength)
  view.setUint8(AT.versionType, (VRRP_VERSION << 4) | ADVERTISEMENT_TYPE)
  view.setUint8(AT.vrid, fields.vrid)
  view.setUint8(AT.priority, fields.priority)
  view.setUint8(AT.count, addresses.length)
  view.setUint8(AT.authType, AUTH_CODE[fields.authType])
  view.setUint8(AT.interval, fields.intervalSeconds)
  for (const [index, address] of addresses.entries()) view.setUint32(AT.addresses + 4 * index, address)
  writeAuthData(authDataOf(pdu), fields)
  view.setUint16(AT.checksum, internetChecksum(pdu))
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
  }
}

/** @param pdu long enough for `count` addresses. */
export function readAddresses(pdu: Uint8Array, count: number): readonly Ipv4Address[] {
  const view = new DataView(pdu.buffer, pdu.byteOffset, pdu.byteLength)
  const addresses: Ipv4Address[] = []
  for (let index = 0; index < count; index++) {
    addresses.push(view.getUint32(AT.addresses + 4 * index) as Ipv4Address)
  }
  return addresses
}

export const authDataOf = (pdu: Uint8Array): Uint8Array => pdu.subarray(pdu.length - AUTH_DATA_LENGTH)
