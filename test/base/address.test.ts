/** Which address is the higher one, and what kinds there are. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  compareIp,
  ipv4FromNumber,
  ipv6FromBytes,
  isMulticastIp,
  parseIp,
  type IpAddress,
} from '../../src/base/address.ts'

const ip = (text: string): IpAddress => parseIp(text)!

test('addresses are in the order of their bytes, and IPv4 is before IPv6', () => {
  const ordered = [
    ...['0.0.0.0', '9.255.255.255', '10.0.0.1', '10.0.0.2', '192.0.2.1', '255.255.255.255'],
    ...[
      '::',
      '::1',
      '::ffff',
      '9::',
      '10::',
      '2001:db8::9',
      '2001:db8::10',
      'fe80::9',
      'fe80::a',
      'fe80::10',
    ],
    ...['fe80::1:0', 'fe80:0:0:1::', 'ff02::12'],
  ].map(ip)
  for (const [index, one] of ordered.entries())
    for (const [other, two] of ordered.entries())
      expect(Math.sign(compareIp(one, two)), `${one} and ${two}`).toBe(Math.sign(index - other))
})

test('any two of one family compare as their bytes do', () => {
  const four = fc.integer({ min: 0, max: 0xffff_ffff })
  fc.assert(
    fc.property(four, four, (a, b) => {
      expect(Math.sign(compareIp(ipv4FromNumber(a), ipv4FromNumber(b)))).toBe(Math.sign(a - b))
    }),
  )
  const sixteen = fc.uint8Array({ minLength: 16, maxLength: 16 })
  fc.assert(
    fc.property(sixteen, sixteen, (a, b) => {
      const expected = Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)))
      expect(Math.sign(compareIp(ipv6FromBytes(a), ipv6FromBytes(b)))).toBe(expected)
    }),
  )
})

test.each([
  ['224.0.0.18', true],
  ['239.255.255.255', true],
  ['223.255.255.255', false],
  ['240.0.0.1', false],
  ['ff02::12', true],
  ['ff00::', true],
  ['ff::1', false],
  ['fe80::1', false],
])('%s is a multicast group: %s', (text, expected) => {
  expect(isMulticastIp(ip(text))).toBe(expected)
})
