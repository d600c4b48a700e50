/** Bytes that the kernel sent ↔ what they mean; and bytes that it would never send. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeDeleteAddress, encodeNewAddress } from '../../src/netlink/address-message.ts'
import { decodeMessage } from '../../src/netlink/decode.ts'
import { readAnswer, splitMessages } from '../../src/netlink/envelope.ts'
import type { KernelMessage } from '../../src/netlink/message.ts'
import { encodeRoute } from '../../src/netlink/route-message.ts'
import * as captures from './captures.ts'
import { addressSpec, cidr, ip, ipv4, routeSpec, mtu } from './specs.ts'

const KEEPALIVED = new Set([18])

function decode(bytes: Buffer, watched: ReadonlySet<number> = KEEPALIVED): KernelMessage | undefined {
  const [message] = splitMessages(bytes)
  return message && decodeMessage(message, watched)
}

describe('links', () => {
  test('one that was switched off', () => {
    expect(decode(captures.linkDown)).toEqual({
      type: 'link',
      link: {
        index: 3,
        name: 'eth0',
        up: false,
        noArp: false,
        multicast: true,
        loopback: false,
        mac: Uint8Array.of(2, 0, 0, 0, 0, 1),
        mtu: 1500,
      },
      enabled: false,
    })
  })

  test('one that is gone', () => {
    expect(decode(captures.linkDeleted)).toEqual({ type: 'link-gone', index: 3 })
  })

  test('a bridge port that left its bridge is not gone', () => {
    expect(decode(captures.bridgePortRemoved)).toBeUndefined()
  })
})

describe('addresses', () => {
  test('with label, broadcast and protocol', () => {
    const address = {
      linkIndex: 3,
      cidr: cidr('10.9.0.100/24'),
      secondary: true,
      scope: 0,
      label: 'eth0:v',
      broadcast: ip('10.9.0.255'),
      protocol: 18,
    }
    expect(decode(captures.addressAdded)).toEqual({ type: 'address', address, portId: 4343 })
    expect(decode(captures.addressRemoved)).toEqual({ type: 'address-gone', address, portId: 4343 })
  })

  test('with a peer: the prefix length is the peer’s', () => {
    expect(decode(captures.peerAddressAdded)).toMatchObject({
      address: { cidr: cidr('10.9.0.7'), peer: cidr('10.9.0.8/30') },
    })
    expect(decode(captures.ipv6PeerAdded)).toMatchObject({
      address: { cidr: cidr('fd00::5'), peer: cidr('fd00::6/64') },
    })
  })

  test('IPv6', () => {
    const address = { linkIndex: 3, cidr: cidr('fd00::1/64'), secondary: false, scope: 0 }
    expect(decode(captures.ipv6AddressAdded)).toEqual({ type: 'address', address, portId: 0 })
  })

  test('IPv6 that another host has: IFA_F_DADFAILED', () => {
    const hexed = captures.ipv6AddressAdded.toString('hex')
    // IFA_FLAGS: eight bytes of type 8, little endian.
    const at = hexed.indexOf('08000800')
    expect(at).toBeGreaterThan(0)
    const flags = Buffer.from(hexed.slice(at + 8, at + 16), 'hex')
    flags.writeUInt32LE(flags.readUInt32LE() | 0x08)
    const failed = hexed.slice(0, at + 8) + flags.toString('hex') + hexed.slice(at + 16)
    expect(decode(Buffer.from(failed, 'hex'))).toMatchObject({
      type: 'address',
      address: { dadFailed: true },
    })
  })
})

describe('routes', () => {
  const everything = routeSpec('192.168.4.0/24', {
    gateway: ip('10.9.0.2'),
    linkIndex: 3,
    source: ip('10.9.0.1'),
    table: 1000,
    scope: 0,
    metric: 4,
    ...mtu(1400),
    protocol: 18,
    tos: 0,
    onlink: true,
  })

  test('with everything', () => {
    expect(decode(captures.routeAdded)).toEqual({
      type: 'route',
      route: everything,
      portId: 0x524d,
      replaces: false,
    })
  })

  test('IPv6, and one that goes nowhere', () => {
    expect(decode(captures.ipv6RouteAdded)).toMatchObject({
      route: { destination: cidr('fd02::/64'), gateway: ip('fd00::2'), metric: 1024 },
    })
    expect(decode(captures.blackholeRemoved)).toMatchObject({
      type: 'route-gone',
      route: { type: 'blackhole', destination: cidr('192.168.5.0/24') },
    })
  })

  test('of other protocols only where they replace one', () => {
    expect(decode(captures.routeReplaced)).toMatchObject({
      type: 'route-replaced',
      by: { destination: cidr('192.168.6.0/24'), protocol: 3 },
    })
    expect(decode(captures.routeAdded, new Set([17]))).toBeUndefined()
    expect(decode(captures.routeReplaced, new Set())).toBeUndefined()
  })
})

describe('requests', () => {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
  const written = (parts: readonly string[]): string => parts.join('').replaceAll(' ', '')

  test('an address as keepalived 2.2.7 asks for it, and IFA_PROTO', () => {
    const spec = addressSpec(3, '10.9.0.101/24', { label: 'eth0:v' })
    expect(hex(encodeNewAddress(spec))).toBe(
      written(['02180000 03000000', '0800 0200 0a090065', '0b00 0300 657468303a7600 00', '0500 0b00 12']),
    )
    const wide = addressSpec(3, '10.9.0.102', { scope: 200, broadcast: ipv4('10.9.0.255') })
    expect(hex(encodeNewAddress(wide))).toBe(
      written(['022000c8 03000000', '0800 0200 0a090066', '0800 0400 0a0900ff', '0500 0b00 12']),
    )
  })

  test('a peer is IFA_ADDRESS', () => {
    const spec = addressSpec(3, '10.9.0.7', { peer: cidr('10.9.0.8/30') })
    expect(hex(encodeNewAddress(spec))).toBe(
      written(['021e0000 03000000', '0800 0200 0a090007', '0800 0100 0a090008', '0500 0b00 12']),
    )
  })

  test('IPv6 without duplicate address detection; a /128 never preferred', () => {
    const local = '1400 0200 fd000000000000000000000000000007'
    const nodad = '0800 0800 02000000'
    expect(hex(encodeNewAddress(addressSpec(3, 'fd00::7/64')))).toBe(
      written(['0a400000 03000000', local, nodad, '0500 0b00 12']),
    )
    const cacheInfo = '1400 0600 00000000 ffffffff 00000000 00000000'
    expect(hex(encodeNewAddress(addressSpec(3, 'fd00::7')))).toBe(
      written(['0a800000 03000000', local, nodad, cacheInfo, '0500 0b00 12']),
    )
  })

  test('a removal does not name the label', () => {
    const spec = addressSpec(3, '10.9.0.101/24', { label: 'eth0:v' })
    expect(hex(encodeDeleteAddress(spec))).toBe(
      written(['02180000 03000000', '0800 0200 0a090065', '0800 0100 0a090065']),
    )
  })

  test('a route as keepalived 2.2.7 asks for it', () => {
    const route = routeSpec('192.168.1.0/24', {
      gateway: ip('10.9.0.2'),
      source: ip('10.9.0.101'),
      linkIndex: 3,
    })
    expect(hex(encodeRoute(route))).toBe(
      written([
        '02180000 fe120001 00000000',
        '0800 0100 c0a80100',
        '0800 0700 0a090065',
        '0800 0500 0a090002',
        '0800 0400 03000000',
      ]),
    )
  })

  test('a table that does not fit a byte has its attribute; metric, mtu, onlink', () => {
    const route = routeSpec('192.168.1.0/24', {
      linkIndex: 3,
      table: 1000,
      metric: 4,
      ...mtu(1400),
      onlink: true,
    })
    expect(hex(encodeRoute(route))).toBe(
      written([
        '02180000 00120001 04000000',
        '0800 0100 c0a80100',
        '0800 0400 03000000',
        '0800 0600 04000000',
        '0c00 0800 0800 0200 78050000',
        '0800 0f00 e8030000',
      ]),
    )
  })

  test('what is asked for is what is told', () => {
    const body = encodeRoute(routeSpec('192.168.1.0/24', { gateway: ip('10.9.0.2'), tos: 16, scope: 200 }))
    const told = decodeMessage({ type: 24, flags: 0, seq: 0, port: 5, data: Buffer.from(body) }, KEEPALIVED)
    expect(told).toMatchObject({ route: { gateway: ip('10.9.0.2'), tos: 16, scope: 200, protocol: 18 } })
  })
})

describe('answers', () => {
  const answerIn = (bytes: Buffer): unknown => splitMessages(bytes).map(readAnswer)

  test('success', () => {
    expect(answerIn(captures.acknowledged)).toEqual([{ errno: 0 }])
  })

  test('the kernel’s own words, whether or not the request is repeated', () => {
    const expected = [{ errno: 19, text: 'ipv4: Device not found' }]
    expect(answerIn(captures.refused)).toEqual(expected)
    expect(answerIn(captures.refusedWithRequest)).toEqual(expected)
  })

  test('several in one datagram; what follows a malformed one is passed over', () => {
    const two = Buffer.concat([captures.acknowledged, captures.refused])
    expect(answerIn(two)).toHaveLength(2)
    const overlong = Buffer.from(captures.acknowledged)
    overlong.writeUInt32LE(1000)
    expect(answerIn(Buffer.concat([captures.refused, overlong, captures.refused]))).toHaveLength(1)
  })
})

describe('hostile bytes', () => {
  const readAll = (bytes: Uint8Array): void => {
    for (const message of splitMessages(bytes)) {
      decodeMessage(message, KEEPALIVED)
      readAnswer(message)
    }
  }

  test('no bytes throw', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), readAll))
  })

  test('no body throws, whatever the type and flags claim', () => {
    const body = fc.uint8Array({ maxLength: 120 })
    const type = fc.constantFrom(2, 3, 16, 17, 20, 21, 24, 25)
    fc.assert(
      fc.property(type, fc.nat(0xffff), body, (type, flags, data) => {
        const message = { type, flags, seq: 1, port: 0, data: Buffer.from(data) }
        decodeMessage(message, KEEPALIVED)
        readAnswer(message)
      }),
      { numRuns: 2000 },
    )
  })

  test('a real message cut off or with changed bytes does not throw', () => {
    const change = fc.record({ at: fc.nat(1500), value: fc.nat(255) })
    const changes = fc.array(change, { maxLength: 4 })
    fc.assert(
      fc.property(fc.constantFrom(...captures.all), fc.nat(1500), changes, (capture, length, list) => {
        const bytes = Buffer.from(capture.subarray(0, length))
        for (const { at, value } of list) if (at < bytes.length) bytes[at] = value
        readAll(bytes)
      }),
      { numRuns: 2000 },
    )
  })

  test('an attribute of a wrong length loses the message, not the daemon', () => {
    const bytes = Buffer.from(captures.addressAdded)
    bytes.writeUInt16LE(6, 24)
    expect(decode(bytes)).toBeUndefined()
  })
})
