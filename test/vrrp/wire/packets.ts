/** Packets for the tests of this folder: one good one, and arbitrary ones. */

import fc from 'fast-check'
import {
  ipv4FromNumber,
  parseIpv4,
  parseIpv6,
  type Ipv4Address,
  type Ipv6Address,
} from '../../../src/base/address.ts'
import { internetChecksum } from '../../../src/vrrp/wire/ip.ts'
import { hmacMd5 } from '../../../src/daemon/adverts/signing.ts'
import type { AdvertPacketFields } from '../../../src/vrrp/wire/packet.ts'
import type { Expectation } from '../../../src/vrrp/wire/reception.ts'

export const ip = (text: string): Ipv4Address => {
  const address = parseIpv4(text)
  if (address === undefined) throw new Error(`not an address: ${text}`)
  return address
}

export const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))

/** What keepalived 2.2.7 sent for priority 150, VRID 51, PASS 1111 and two addresses. */
export const example = {
  vrid: 51,
  priority: 150,
  version: 2 as const,
  authType: 'PASS' as const,
  password: Uint8Array.from(Buffer.from('1111')),
  intervalSeconds: 1,
  addresses: [ip('10.9.0.100'), ip('10.9.0.101')],
  source: ip('10.9.0.1'),
  destination: ip('224.0.0.18'),
  id: 1,
  ttl: 255,
} satisfies AdvertPacketFields
export const examplePdu: Uint8Array = bytesOf('21 33 96 02 01 01 d08b 0a090064 0a090065 31313131 00000000')

/** What such a packet meets; one with an authentication header as the next in its sequence. */
export function expectationFor(fields: AdvertPacketFields): Expectation {
  const { vrid } = fields
  if (fields.version === 3) {
    const { version, checksum } = fields
    return { version, vrid, otherChecksums: checksum === 'rfc' ? [] : [checksum] }
  }
  const { version, password, intervalSeconds } = fields
  return fields.authType === 'AH'
    ? { version, vrid, password, intervalSeconds, authType: 'AH', hmacMd5, sequence: fields.sequence - 1 }
    : { version, vrid, password, intervalSeconds, authType: fields.authType }
}

/** Where the advertisement begins in a packet without IP options. */
export const pduAt = 20

/** A changed packet whose checksum is right again, so that only the change is wrong. */
export function altered(packet: Uint8Array, change: (packet: Uint8Array) => void): Uint8Array {
  const copy = Uint8Array.from(packet)
  change(copy)
  const pdu = copy.subarray(pduAt)
  pdu.set([0, 0], 6)
  const sum = internetChecksum(pdu)
  pdu.set([sum >>> 8, sum & 255], 6)
  return copy
}

const address = fc.integer({ min: 0, max: 0xffffffff }).map(ipv4FromNumber)
const octet = (min: number): fc.Arbitrary<number> => fc.integer({ min, max: 255 })
// A password of zero bytes cannot be told from none, and a zero byte not from padding: keepalived's are text.
const password = fc.uint8Array({ min: 1, minLength: 1, maxLength: 8 })

const version2 = octet(1).map((intervalSeconds) => ({ version: 2 as const, intervalSeconds }))

const authentication = fc
  .oneof(
    fc.constant({ authType: 'none' as const, password: new Uint8Array() }),
    password.map((bytes) => ({ authType: 'PASS' as const, password: bytes })),
  )
  .chain((fields) => version2.map((version) => ({ ...fields, ...version })))

const version3 = fc.record({
  version: fc.constant(3 as const),
  intervalCentiseconds: fc.integer({ min: 0, max: 4095 }),
  checksum: fc.constantFrom('rfc' as const, 'old-unicast' as const, 'as-version-2' as const),
})

/** keepalived counts up to 0xfffffffe, and takes 0xffffffff as well. */
const sequence = fc.integer({ min: 1, max: 0xffff_ffff })
const signature = fc
  .record({ password, sequence })
  .chain((fields) => version2.map((version) => ({ ...fields, ...version, authType: 'AH' as const, hmacMd5 })))

const fieldsWith = <A>(authentication: fc.Arbitrary<A>) =>
  fc
    .record({
      vrid: octet(1),
      priority: octet(0),
      addresses: fc.array(address, { maxLength: 255, size: 'medium' }),
      source: address,
      destination: fc.constant(ip('224.0.0.18')),
      id: fc.integer({ min: 1, max: 0xffff }),
      ttl: fc.constant(255),
    })
    .chain((fields) => authentication.map((auth) => ({ ...fields, ...auth })))

const ipv6 = (prefix: string): fc.Arbitrary<Ipv6Address> =>
  fc.integer({ min: 1, max: 0xffff }).map((last) => parseIpv6(`${prefix}::${last.toString(16)}`)!)

/** Over IPv6, from a link-local address. */
export const ipv6Fields: fc.Arbitrary<AdvertPacketFields> = fc.record({
  vrid: octet(1),
  priority: octet(0),
  addresses: fc.array(fc.oneof(ipv6('fe80'), ipv6('2001:db8')), { maxLength: 255, size: 'medium' }),
  source: ipv6('fe80'),
  destination: fc.oneof(fc.constant(parseIpv6('ff02::12')!), ipv6('2001:db8:1')),
  id: fc.constant(1),
  ttl: octet(0),
  version: fc.constant(3 as const),
  intervalCentiseconds: fc.integer({ min: 0, max: 4095 }),
  checksum: fc.constant('rfc' as const),
})

export const signedFields = fieldsWith(signature)
export const advertFields: fc.Arbitrary<AdvertPacketFields> = fc.oneof(
  fieldsWith(authentication),
  signedFields,
  fieldsWith(version3),
)
