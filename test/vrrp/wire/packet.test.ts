import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { invariant } from '../../../src/base/result.ts'
import { encodeAdvertPacket, parsePacket, type AdvertPacketFields } from '../../../src/vrrp/wire/packet.ts'
import type { Version3Checksum } from '../../../src/vrrp/wire/advertisement.ts'
import {
  receiveAdvertisement,
  type Advertisement,
  type Expectation,
} from '../../../src/vrrp/wire/reception.ts'
import { describeRejection, type Rejection } from '../../../src/vrrp/wire/rejection.ts'
import { advertFields, altered, bytesOf, example, examplePdu, expectationFor, ip, pduAt } from './packets.ts'

const expectation = expectationFor(example)
const good = encodeAdvertPacket(example)

function receive(bytes: Uint8Array, expected: Expectation = expectation): Advertisement | Rejection {
  const parsed = parsePacket(bytes)
  if (!parsed.ok) return parsed.error
  const received = receiveAdvertisement(parsed.value, expected)
  return received.ok ? received.value : received.error
}

function rejection(bytes: Uint8Array, expected: Expectation = expectation): Rejection {
  const outcome = receive(bytes, expected)
  invariant('reason' in outcome, 'the packet is rejected')
  return outcome
}

describe('sending', () => {
  test('the advertisement is the one captured from keepalived', () => {
    expect(good.subarray(pduAt)).toEqual(examplePdu)
    const goodbye = encodeAdvertPacket({ ...example, priority: 0 })
    expect(Buffer.from(goodbye.subarray(pduAt, pduAt + 8)).toString('hex')).toBe('213300020101668c')
  })

  test('without authentication the eight bytes are there, and zero', () => {
    const packet = encodeAdvertPacket({ ...example, authType: 'none' })
    expect(packet).toHaveLength(good.length)
    expect([...packet.subarray(-8)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0])
  })

  test('a password is cut to eight bytes and never runs into anything else', () => {
    const long = encodeAdvertPacket({ ...example, password: Buffer.from('123456789abc') })
    expect(long).toHaveLength(good.length)
    expect(Buffer.from(long.subarray(-8)).toString()).toBe('12345678')
  })

  test('255 addresses fit, 256 are our mistake', () => {
    const addresses = new Array(256).fill(ip('10.9.0.100'))
    expect(encodeAdvertPacket({ ...example, addresses: addresses.slice(1) })).toHaveLength(
      20 + 8 + 255 * 4 + 8,
    )
    expect(() => encodeAdvertPacket({ ...example, addresses })).toThrow('at most 255')
  })
})

describe('receiving', () => {
  test('what is sent is what is received', () => {
    fc.assert(
      fc.property(advertFields, (fields) => {
        const { source, vrid, priority, addresses } = fields
        const received = receive(encodeAdvertPacket(fields), expectationFor(fields))
        const own =
          fields.version === 2
            ? { sequence: fields.authType === 'AH' ? fields.sequence : undefined }
            : {
                intervalCentiseconds: fields.intervalCentiseconds,
                // Of a multicast packet both are one.
                ...(fields.checksum === 'as-version-2' && { checksum: fields.checksum }),
              }
        expect(received).toEqual({ source, vrid, priority, addresses, ...own })
      }),
    )
  })

  test('the addresses need not be ours, nor any', () => {
    for (const addresses of [[], [ip('192.0.2.1')], [...example.addresses].reverse()]) {
      expect(receive(encodeAdvertPacket({ ...example, addresses }))).toMatchObject({ addresses })
    }
  })

  test('IP options and padding of the link are passed over', () => {
    const withOptions = Uint8Array.from([...good.subarray(0, 20), 0x94, 4, 0, 0, ...good.subarray(20)])
    withOptions.set([0x46], 0)
    withOptions.set([withOptions.length], 3)
    expect(receive(withOptions)).toMatchObject({ priority: 150 })
    expect(receive(Uint8Array.from([...good, 0, 0]))).toMatchObject({ priority: 150 })
  })
})

const set = (at: number, ...values: number[]) =>
  altered(good, (packet) => {
    packet.set(values, pduAt + at)
  })
const withTtl = (packet: Uint8Array, ttl: number) => packet.with(8, ttl)
const totalLength = (packet: Uint8Array, length: number) => packet.with(3, length)
const withAh = (next: number) => {
  const ipHeader = totalLength(good, good.length + 24)
    .with(9, 51)
    .subarray(0, 20)
  const authenticationHeader = [next, 4, ...new Array<number>(22).fill(0)]
  return Uint8Array.from([...ipHeader, ...authenticationHeader, ...good.subarray(20)])
}

/** In the order of the checks; the texts are keepalived's. */
// prettier-ignore
const faults: readonly (readonly [string, Uint8Array, Rejection['reason'], string])[] = [
  ['no bytes', new Uint8Array(), 'packet-too-short', 'IPv4 VRRP packet too short - 0 bytes'],
  ['an IP header alone', totalLength(good, 20).subarray(0, 20), 'packet-too-short', 'IPv4 VRRP packet too short - 20 bytes from 10.9.0.1'],
  ['seven bytes of VRRP', totalLength(good, 27).subarray(0, 27), 'packet-too-short', 'IPv4 VRRP packet too short - 27 bytes from 10.9.0.1'],
  ['a total length too short for VRRP', totalLength(good, 27), 'packet-too-short', 'IPv4 VRRP packet too short - 44 bytes from 10.9.0.1'],
  ['half an authentication header', totalLength(withAh(112), 50).subarray(0, 50), 'ah-too-short', 'IPv4 VRRP packet with AH too short - 50 bytes from 10.9.0.1'],
  ['IPv6', good.with(0, 0x65), 'ip-header', 'malformed IPv4 header in a packet of 44 bytes'],
  ['another protocol', good.with(9, 17), 'protocol', 'IP protocol 17 and expect 112 from 10.9.0.1'],
  ['another VRID', set(1, 52), 'unknown-vrid', 'Unknown VRID(52) received. ignoring... from 10.9.0.1'],
  ['an authentication header', withAh(112), 'ah-unexpected', 'Received AH header but auth type not AH from 10.9.0.1'],
  ['one byte missing', totalLength(good, 43).subarray(0, 43), 'packet-length', 'vrrp packet too short, length 43 and expect 44 from 10.9.0.1'],
  ['one byte more', totalLength(Uint8Array.from([...good, 0]), 45), 'packet-length', 'vrrp packet too long, length 45 and expect 44 from 10.9.0.1'],
  ['a count beyond the end', set(3, 3), 'packet-length', 'vrrp packet too short, length 44 and expect 48 from 10.9.0.1'],
  ['version 3 with a trailer', set(0, 0x31), 'packet-length', 'vrrp packet too long, length 44 and expect 36 from 10.9.0.1'],
  ['a router has passed it on', withTtl(good, 254), 'ttl', 'invalid TTL/HL. Received 254 and expect 255 from 10.9.0.1'],
  ['version 3', totalLength(set(0, 0x31), 36).subarray(0, 36), 'version', 'wrong VRRP version. Received 3 and expect 2 from 10.9.0.1'],
  ['an unknown authentication type', set(4, 5), 'auth-type-invalid', 'Invalid auth type: 5 from 10.9.0.1'],
  ['no authentication', set(4, 0), 'auth-type-mismatch', 'received a 0 auth, expecting 1! from 10.9.0.1'],
  ['type AH without its header', set(4, 2), 'auth-type-mismatch', 'received a 2 auth, expecting 1! from 10.9.0.1'],
  ['another password', set(16, 0x32), 'auth-failure', 'received an invalid passwd! from 10.9.0.1'],
  ['a longer password', set(23, 0x31), 'auth-failure', 'received an invalid passwd! from 10.9.0.1'],
  ['another interval', set(5, 2), 'advert-interval', "advertisement interval mismatch mine=1 sec rcv'd=2 sec from 10.9.0.1"],
  ['another type', set(0, 0x22), 'type', 'Invalid packet type. 2 and expect 1 from 10.9.0.1'],
  ['a total length beyond what came', totalLength(good, 46), 'ip-length', 'ip_tot_len mismatch against received length. 46 and received 44 from 10.9.0.1'],
  ['a wrong checksum', good.with(pduAt + 6, 0), 'checksum', 'Invalid VRRPv2 checksum from 10.9.0.1'],
  ['a unicast destination', good.with(16, 10), 'destination', 'advert sent to 10.0.0.18, which is no multicast group, from 10.9.0.1'],
]

describe('rejecting', () => {
  test.each(faults)('%s', (_, packet, reason, text) => {
    const outcome = rejection(packet)
    expect(outcome.reason).toBe(reason)
    expect(describeRejection(outcome)).toBe(text)
  })

  test('a password where none is wanted is not looked at', () => {
    const open: Expectation = {
      version: 2,
      vrid: 51,
      intervalSeconds: 1,
      authType: 'none',
      password: new Uint8Array(),
    }
    expect(receive(set(4, 0), open)).toMatchObject({ priority: 150 })
    expect(rejection(good, open).reason).toBe('auth-type-mismatch')
  })

  test('says what came and what was expected, never a password', () => {
    expect(rejection(set(5, 3))).toEqual({
      reason: 'advert-interval',
      source: ip('10.9.0.1'),
      received: 3,
      expected: 1,
    })
    expect(JSON.stringify(rejection(set(16, 0x32)))).not.toMatch(/1111|49|2111|50/)
  })

  /** Each later fault added to every earlier one: the earlier names the rejection, as with keepalived. */
  test('the first failed check in keepalived’s order wins', () => {
    const later: readonly (readonly [Rejection['reason'], (packet: Uint8Array) => void])[] = [
      ['ttl', (packet) => packet.set([64], 8)],
      ['auth-type-invalid', (packet) => packet.set([5], pduAt + 4)],
      ['advert-interval', (packet) => packet.set([9], pduAt + 5)],
      ['type', (packet) => packet.set([0x22], pduAt)],
      ['ip-length', (packet) => packet.set([200], 3)],
      ['destination', (packet) => packet.set([10], 16)],
    ]
    for (const [index, [reason]] of later.entries()) {
      const packet = altered(good, (copy) => later.slice(index).forEach(([, spoil]) => spoil(copy)))
      expect(rejection(packet).reason).toBe(reason)
    }
    const auth = set(4, 0, 9).with(pduAt + 6, 0)
    expect(rejection(auth).reason).toBe('auth-type-mismatch')
    expect(rejection(set(0, 0x22).with(pduAt + 6, 0)).reason).toBe('type')
    expect(rejection(withTtl(set(3, 3), 64)).reason).toBe('packet-length')
    expect(rejection(withTtl(totalLength(set(0, 0x32), 36).subarray(0, 36), 64)).reason).toBe('ttl')
  })
})

describe('any bytes', () => {
  const reasons: ReadonlySet<string> = new Set(faults.map(([, , reason]) => reason))

  test('are received or rejected by name, and never throw', () => {
    const near = fc
      .tuple(advertFields, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 4 }), fc.nat())
      .map(([fields, spoil, cut]) => {
        const packet = encodeAdvertPacket(fields)
        for (const [at, value] of spoil) packet[at % packet.length] = value
        return cut % 3 === 0 ? packet.subarray(0, cut % packet.length) : packet
      })
    fc.assert(
      fc.property(fc.oneof(near, fc.uint8Array({ maxLength: 200 })), fc.boolean(), (bytes, isVersion3) => {
        const parsed = parsePacket(bytes)
        // As the daemon does: the VRID picks the virtual router that judges.
        const vrid = parsed.ok ? parsed.value.vrid : 1
        const expected: Expectation = isVersion3
          ? { version: 3, vrid, otherChecksums: ['old-unicast', 'as-version-2'] }
          : { ...expectation, vrid }
        const outcome = receive(bytes, expected)
        if ('reason' in outcome) {
          expect(reasons).toContain(outcome.reason)
          expect(describeRejection(outcome)).toMatch(/\S/)
        } else {
          expect(outcome.addresses.length).toBeLessThanOrEqual(255)
        }
      }),
      { numRuns: 500 },
    )
  })

  /**
   * One's complement sums change with any single bit, so the advertisement's
   * checksum finds every one. The IP header has its own, which the kernel
   * checks before us: here a flipped bit there may at most alter who sent it
   * and fields that mean nothing to VRRP.
   */
  test('no flipped bit gives a different advertisement', () => {
    fc.assert(
      fc.property(advertFields, (fields) => {
        const packet = encodeAdvertPacket(fields)
        const expected = expectationFor(fields)
        const original = receive(packet, expected)
        for (let bit = 0; bit < packet.length * 8; bit++) {
          const at = bit >>> 3
          const outcome = receive(packet.with(at, (packet[at] ?? 0) ^ (1 << (bit & 7))), expected)
          if (at >= pduAt) expect('reason' in outcome).toBe(true)
          // Another destination makes another checksum of version 3's.
          else if (!('reason' in outcome))
            expect({ ...outcome, source: fields.source, checksum: undefined }).toEqual({
              ...original,
              checksum: undefined,
            })
        }
      }),
      { numRuns: 20 },
    )
  })

  test('a packet may be a view into a larger buffer', () => {
    const buffer = bytesOf(`ffff ${Buffer.from(good).toString('hex')} ffff`)
    expect(receive(buffer.subarray(2, 2 + good.length))).toMatchObject({ priority: 150 })
  })
})

describe('unicast', () => {
  const peer = example.source
  const rules = (onlyPeers: boolean, minTtl = 0, maxTtl = 255): Expectation => ({
    ...expectation,
    unicast: { onlyPeers, peers: new Map([[peer, { minTtl, maxTtl }]]) },
  })
  const sent = (change: Partial<typeof example> = {}): Uint8Array =>
    encodeAdvertPacket({ ...example, destination: ip('10.9.0.2'), ...change })

  test('of whom and with what TTL', () => {
    const stranger = ip('10.9.0.77')
    const outcome = (bytes: Uint8Array, expected: Expectation): string => {
      const received = receive(bytes, expected)
      return 'reason' in received ? describeRejection(received) : 'accepted'
    }
    expect(outcome(sent({ ttl: 3 }), rules(false))).toBe('accepted')
    expect(outcome(sent({ source: stranger }), rules(false))).toBe('accepted')
    expect(outcome(sent({ source: stranger }), rules(true))).toBe(
      'unicast source address 10.9.0.77 not a unicast peer from 10.9.0.77',
    )
    expect(outcome(sent({ ttl: 249 }), rules(true, 250))).toBe(
      'TTL/HL 249 not in range 250 - 255 from 10.9.0.1',
    )
    expect(outcome(sent({ ttl: 251 }), rules(true, 0, 250))).toBe(
      'TTL/HL 251 not in range 0 - 250 from 10.9.0.1',
    )
    expect(outcome(sent({ ttl: 250 }), rules(true, 250, 250))).toBe('accepted')
  })

  test('and multicast are not mistaken for each other', () => {
    expect(rejection(good, rules(false)).reason).toBe('destination-group')
    expect(rejection(sent()).reason).toBe('destination')
  })
})

describe('version 3', () => {
  const fields: AdvertPacketFields & { readonly version: 3 } = {
    version: 3,
    vrid: 51,
    priority: 150,
    addresses: [ip('10.9.0.100')],
    intervalCentiseconds: 50,
    checksum: 'rfc',
    source: ip('10.9.0.1'),
    destination: ip('10.9.0.2'),
    id: 1,
    ttl: 255,
  }
  const peers = new Map([[ip('10.9.0.1'), { minTtl: 0, maxTtl: 255 }]])
  const expects = (otherChecksums: readonly Version3Checksum[]): Expectation => ({
    version: 3,
    vrid: 51,
    otherChecksums,
    unicast: { peers, onlyPeers: false },
  })
  const outcome = (checksum: Version3Checksum, otherChecksums: readonly Version3Checksum[]): unknown => {
    const received = receive(encodeAdvertPacket({ ...fields, checksum }), expects(otherChecksums))
    return 'reason' in received ? received.reason : (received.checksum ?? 'rfc')
  }
  const all = ['rfc', 'old-unicast', 'as-version-2'] as const

  test('checksums that are not the RFC’s are believed where they are expected, and nowhere else', () => {
    expect(all.map((checksum) => outcome(checksum, []))).toEqual(['rfc', 'checksum', 'checksum'])
    for (const other of all.slice(1))
      expect(all.map((checksum) => outcome(checksum, [other]))).toEqual(
        all.map((checksum) => (checksum === 'rfc' || checksum === other ? checksum : 'checksum')),
      )
  })

  test('the four reserved bits are ignored', () => {
    const packet = encodeAdvertPacket({ ...fields, checksum: 'as-version-2' })
    const reserved = altered(packet, (copy) => (copy[pduAt + 4] = (copy[pduAt + 4] ?? 0) | 0xf0))
    expect(receive(reserved, expects(['as-version-2']))).toMatchObject({ intervalCentiseconds: 50 })
  })

  test('the whole interval of twelve bits is carried', () => {
    const packet = encodeAdvertPacket({ ...fields, intervalCentiseconds: 4095 })
    expect(receive(packet, expects([]))).toMatchObject({ intervalCentiseconds: 4095 })
  })
})
