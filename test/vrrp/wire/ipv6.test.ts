/** Adverts over IPv6: the header that we write, what a socket delivers of them, and what is believed. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isMulticastIp, parseIpv6, type Ipv6Address } from '../../../src/base/address.ts'
import {
  asDelivered,
  encodeAdvertPacket,
  parseIpv6Packet,
  type AdvertPacketFields,
} from '../../../src/vrrp/wire/packet.ts'
import { receiveAdvertisement, type Expectation } from '../../../src/vrrp/wire/reception.ts'
import { describeRejection } from '../../../src/vrrp/wire/rejection.ts'
import { bytesOf, ipv6Fields } from './packets.ts'

const ipv6 = (text: string): Ipv6Address => parseIpv6(text)!

const fields: AdvertPacketFields = {
  version: 3,
  vrid: 51,
  priority: 150,
  addresses: [ipv6('fe80::100'), ipv6('2001:db8::100')],
  intervalCentiseconds: 50,
  checksum: 'rfc',
  source: ipv6('fe80::1'),
  destination: ipv6('ff02::12'),
  id: 1,
  ttl: 255,
}
const expectation: Expectation = { version: 3, vrid: 51, otherChecksums: [] }

/** Received, or the words of the rejection. */
function receive(packet: Uint8Array, expected: Expectation = expectation): unknown {
  const { bytes, ipv6: arrival } = asDelivered(packet) ?? {}
  if (bytes === undefined || arrival === undefined) return 'not over IPv6'
  const parsed = parseIpv6Packet(bytes, arrival)
  const received = parsed.ok ? receiveAdvertisement(parsed.value, expected) : parsed
  return received.ok ? received.value : describeRejection(received.error)
}

const changed = (at: number, value: number): Uint8Array => encodeAdvertPacket(fields).with(at, value)

test('header and advertisement, byte for byte', () => {
  expect(Buffer.from(encodeAdvertPacket(fields)).toString('hex')).toBe(
    [
      '6c000000 0028 70 ff',
      'fe80 0000 0000 0000 0000 0000 0000 0001',
      'ff02 0000 0000 0000 0000 0000 0000 0012',
      '31 33 96 02 0032 0c2f',
      'fe80 0000 0000 0000 0000 0000 0000 0100',
      '2001 0db8 0000 0000 0000 0000 0000 0100',
    ]
      .join('')
      .replaceAll(' ', ''),
  )
})

test('what is sent is what is received', () => {
  fc.assert(
    fc.property(ipv6Fields, (sent) => {
      const { source, vrid, priority, addresses } = sent
      const isMulticast = isMulticastIp(sent.destination)
      const expected: Expectation = {
        ...{ version: 3, vrid, otherChecksums: [] },
        ...(!isMulticast && { unicast: { onlyPeers: false, peers: new Map() } }),
      }
      const packet = encodeAdvertPacket(isMulticast ? { ...sent, ttl: 255 } : sent)
      expect(receive(packet, expected)).toMatchObject({ source, vrid, priority, addresses })
    }),
  )
})

describe('rejected', () => {
  test.each([
    ['another hop limit', changed(7, 64), 'invalid TTL/HL. Received 64 and expect 255 from fe80::1'],
    ['version 2', changed(40, 0x21), 'vrrp packet too short, length 40 and expect 48 from fe80::1'],
    ['another VRID', changed(41, 52), 'Unknown VRID(52) received. ignoring... from fe80::1'],
    ['another count', changed(43, 1), 'vrrp packet too long, length 40 and expect 24 from fe80::1'],
    ['a flipped bit', changed(60, 1), 'Invalid VRRPv3 checksum from fe80::1'],
    ['another source', changed(23, 2), 'Invalid VRRPv3 checksum from fe80::2'],
    [
      'nothing but a header',
      encodeAdvertPacket(fields).subarray(0, 44),
      'IPv6 VRRP packet too short - 4 bytes from fe80::1',
    ],
  ])('%s', (_name, packet, words) => {
    expect(receive(packet)).toBe(words)
  })

  test('any bytes are received or rejected by name', () => {
    const arrival = { source: ipv6('fe80::1'), destination: ipv6('ff02::12'), hopLimit: 255 }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        const parsed = parseIpv6Packet(bytes, arrival)
        const received = parsed.ok
          ? receiveAdvertisement(parsed.value, { ...expectation, vrid: parsed.value.vrid })
          : parsed
        if (!received.ok) expect(describeRejection(received.error)).toMatch(/\S/)
      }),
    )
  })
})

test('what is not IPv6 is delivered as it is, or is nothing', () => {
  expect(asDelivered(bytesOf('45'))).toBeUndefined()
  expect(asDelivered(encodeAdvertPacket(fields).subarray(0, 39))).toBeUndefined()
})
