/** auth_type AH: bytes captured from keepalived 2.2.7, and everything that must not get past them. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hmacMd5 } from '../../../src/daemon/adverts/signing.ts'
import { invariant } from '../../../src/base/result.ts'
import { nextSequence } from '../../../src/vrrp/wire/authentication-header.ts'
import { encodeAdvertPacket, parsePacket } from '../../../src/vrrp/wire/packet.ts'
import { receiveAdvertisement, type Advertisement } from '../../../src/vrrp/wire/reception.ts'
import { describeRejection, type Rejection } from '../../../src/vrrp/wire/rejection.ts'
import { bytesOf, expectationFor, ip, signedFields } from './packets.ts'

/** What keepalived 2.2.7 sent for `auth_type AH`, `auth_pass secret`, priority 100, VRID 51: its first advert. */
const fields = {
  vrid: 51,
  priority: 100,
  authType: 'AH' as const,
  password: Uint8Array.from(Buffer.from('secret')),
  sequence: 1,
  hmacMd5,
  version: 2 as const,
  intervalSeconds: 1,
  addresses: [ip('10.9.0.100')],
  source: ip('10.9.0.1'),
  destination: ip('224.0.0.18'),
  id: 1,
  ttl: 255,
}
const first = bytesOf(
  '45c0004000010000ff33d0ad0a090001e0000012 700400000a0900010000000134e23a8c5e068820eaa8cc1f 2133640102016e5d0a0900640000000000000000',
)
const second = bytesOf(
  '45c0004000020000ff33d0ac0a090001e0000012 700400000a090001000000026b6490b5835c3843111dbf28 2133640102016e5d0a0900640000000000000000',
)

type Fields = typeof fields

function receive(bytes: Uint8Array, expected: Fields = fields): Advertisement | Rejection {
  const parsed = parsePacket(bytes)
  if (!parsed.ok) return parsed.error
  const received = receiveAdvertisement(parsed.value, expectationFor(expected))
  return received.ok ? received.value : received.error
}

function rejection(bytes: Uint8Array, expected: Fields = fields): Rejection {
  const outcome = receive(bytes, expected)
  invariant('reason' in outcome, 'the packet is rejected')
  return outcome
}

describe('keepalived’s packets', () => {
  test('are what is sent for the same values', () => {
    expect(encodeAdvertPacket(fields)).toEqual(first)
    expect(encodeAdvertPacket({ ...fields, sequence: 2, id: 2 })).toEqual(second)
  })

  test('are received, with their number', () => {
    const { source, vrid, priority, addresses } = fields
    expect(receive(first)).toEqual({ source, vrid, priority, addresses, sequence: 1 })
    expect(receive(second)).toMatchObject({ sequence: 2 })
  })

  test('mutable fields may change on the way, the rest may not', () => {
    expect(receive(first.with(1, 0))).toMatchObject({ sequence: 1 })
    expect(receive(first.with(6, 0x40))).toMatchObject({ sequence: 1 })
    expect(rejection(first.with(5, 2)).reason).toBe('ah-icv')
  })

  test('IP options are signed too', () => {
    const packet = encodeAdvertPacket(fields)
    const options = Uint8Array.from([...packet.subarray(0, 20), 0x94, 4, 0, 0, ...packet.subarray(20)])
    options.set([0x46], 0)
    options.set([options.length], 3)
    expect(rejection(options).reason).toBe('ah-icv')
    const covered = options.with(1, 0).fill(0, 10, 12).fill(0, 36, 48)
    options.set(hmacMd5(fields.password, covered).subarray(0, 12), 36)
    expect(receive(options)).toMatchObject({ sequence: 1 })
  })
})

/** Signed again after the change, as somebody would who knows the password. */
function resigned(change: (packet: Uint8Array) => void): Uint8Array {
  const packet = Uint8Array.from(second)
  change(packet)
  const covered = packet.with(1, 0).fill(0, 6, 8).fill(0, 10, 12).fill(0, 32, 44)
  packet.set(hmacMd5(fields.password, covered).subarray(0, 12), 32)
  return packet
}
const set = (at: number, ...values: number[]) =>
  resigned((packet) => {
    packet.set(values, at)
  })
const unsigned = encodeAdvertPacket({ ...fields, authType: 'PASS' })

/** In the order of the checks; the texts are keepalived's but for the addresses, which it gives as numbers. */
// prettier-ignore
const faults: readonly (readonly [string, Uint8Array, Rejection['reason'], string])[] = [
  ['no authentication header', unsigned, 'ah-missing', 'No AH header but auth type is AH from 10.9.0.1'],
  ['something else inside', set(20, 17), 'ah-next-header', 'IPSEC-AH : next header 17 and expect 112 from 10.9.0.1'],
  ['a count beyond the end', set(47, 3), 'packet-length', 'vrrp packet too short, length 64 and expect 72 from 10.9.0.1'],
  ['a router has passed it on', set(8, 254), 'ttl', 'invalid TTL/HL. Received 254 and expect 255 from 10.9.0.1'],
  ['a password besides', set(48, 1), 'auth-type-mismatch', 'received a 1 auth, expecting 2! from 10.9.0.1'],
  ['an unknown authentication type', set(48, 9), 'auth-type-invalid', 'Invalid auth type: 9 from 10.9.0.1'],
  ['another password', encodeAdvertPacket({ ...fields, password: Buffer.from('Secret') }), 'ah-icv', 'IPSEC-AH : invalid IPSEC HMAC-MD5 value. Due to fields mutation or bad password ! from 10.9.0.1'],
  ['an ICV of zeros', Uint8Array.from(second).fill(0, 32, 44), 'ah-icv', 'IPSEC-AH : invalid IPSEC HMAC-MD5 value. Due to fields mutation or bad password ! from 10.9.0.1'],
  ['another SPI', set(24, 10, 9, 0, 3), 'ah-spi', 'IPSEC AH : invalid IPSEC SPI value. 10.9.0.3 and expect 10.9.0.1 from 10.9.0.1'],
  ['number zero', set(31, 0), 'ah-replay', 'IPSEC-AH : sequence number 0 already processed. Packet dropped. Local(0) from 10.9.0.1'],
  ['another interval', set(49, 2), 'advert-interval', "advertisement interval mismatch mine=1 sec rcv'd=2 sec from 10.9.0.1"],
  ['a wrong checksum', set(50, 0), 'checksum', 'Invalid VRRPv2 checksum from 10.9.0.1'],
]

describe('rejecting', () => {
  test.each(faults)('%s', (_, packet, reason, text) => {
    const outcome = rejection(packet)
    expect(outcome.reason).toBe(reason)
    expect(describeRejection(outcome)).toBe(text)
  })

  test('each of two faults goes before the later one', () => {
    const spoil: readonly (readonly [Rejection['reason'], (packet: Uint8Array) => void])[] = [
      ['ah-next-header', (packet) => packet.set([17], 20)],
      ['packet-length', (packet) => packet.set([3], 47)],
      ['ttl', (packet) => packet.set([9], 8)],
      ['auth-type-invalid', (packet) => packet.set([9], 48)],
      ['ah-spi', (packet) => packet.set([1], 24)],
      ['ah-replay', (packet) => packet.fill(0, 28, 32)],
      ['advert-interval', (packet) => packet.set([9], 49)],
    ]
    for (const [index, [reason]] of spoil.entries()) {
      const packet = resigned((copy) => spoil.slice(index).forEach(([, change]) => change(copy)))
      expect(rejection(packet).reason).toBe(reason)
      // Forged, it is an ICV that is wrong, whatever else would be after it.
      const forged = packet.with(32, packet[32]! ^ 1)
      expect(rejection(forged).reason).toBe(index < 4 ? reason : 'ah-icv')
    }
  })

  test('an authentic packet uses up its number, whatever else is wrong; any other does not', () => {
    for (const [what, packet, reason] of faults) {
      const authentic = reason === 'advert-interval' || reason === 'checksum'
      expect(rejection(packet).sequence, what).toBe(authentic ? 2 : undefined)
    }
  })

  test('no text tells a password or an ICV', () => {
    for (const [, packet] of faults) {
      const told = JSON.stringify([rejection(packet), describeRejection(rejection(packet))])
      expect(told).not.toMatch(/secret|736563|115,101|6b6490|34e23a/i)
    }
  })
})

describe('any packet', () => {
  test('is received once, and never again with a number that is not above the last', () => {
    fc.assert(
      fc.property(signedFields, fc.nat({ max: 0xffff_ffff }), (sent, last) => {
        const outcome = receive(encodeAdvertPacket(sent), { ...sent, sequence: last + 1 })
        if (sent.sequence > last) expect(outcome).toMatchObject({ sequence: sent.sequence })
        else expect(outcome).toMatchObject({ reason: 'ah-replay', received: sent.sequence, expected: last })
      }),
    )
  })

  test('of which any bit was flipped is rejected, but for the mutable fields of the IP header', () => {
    fc.assert(
      fc.property(signedFields, (sent) => {
        const packet = encodeAdvertPacket(sent)
        for (let bit = 0; bit < packet.length * 8; bit++) {
          const at = bit >>> 3
          if ([1, 6, 7, 10, 11].includes(at)) continue
          const flipped = packet.with(at, (packet[at] ?? 0) ^ (1 << (bit & 7)))
          expect('reason' in receive(flipped, sent as Fields)).toBe(true)
        }
      }),
      { numRuns: 10 },
    )
  })

  test('of any bytes is received or rejected by name, and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.nat({ max: 80 }), (bytes, kept) => {
        const near = Uint8Array.from([...second.subarray(0, kept), ...bytes])
        const outcome = receive(near)
        expect('reason' in outcome ? describeRejection(outcome) : outcome.sequence).toBeTruthy()
      }),
      { numRuns: 500 },
    )
  })
})

test('numbers go up by one and stay at the end, where keepalived’s do', () => {
  expect([0, 1, 0xffff_fffd, 0xffff_fffe, 0xffff_ffff].map(nextSequence)).toEqual([
    1, 2, 0xffff_fffe, 0xffff_fffe, 0xffff_ffff,
  ])
})
