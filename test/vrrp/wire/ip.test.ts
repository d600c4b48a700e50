import fc from 'fast-check'
import { expect, test } from 'vitest'
import { internetChecksum, parseIpv4Header, writeIpv4Header } from '../../../src/vrrp/wire/ip.ts'
import { bytesOf, ip } from './packets.ts'

/** RFC 1071 as its text says it: add 16-bit words, put every carry back in, complement. */
function naiveChecksum(bytes: Uint8Array): number {
  let sum = 0n
  for (const [index, byte] of bytes.entries()) sum += BigInt(byte) << (index % 2 === 0 ? 8n : 0n)
  while (sum >> 16n !== 0n) sum = (sum & 0xffffn) + (sum >> 16n)
  return Number(sum ^ 0xffffn)
}

test('the checksum is that of RFC 1071', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1500, size: 'max' }), (bytes) => {
      expect(internetChecksum(bytes)).toBe(naiveChecksum(bytes))
    }),
  )
  expect(internetChecksum(new Uint8Array(65_534).fill(0xff))).toBe(0)
  // RFC 1071 section 3's own example.
  expect(internetChecksum(bytesOf('0001 f203 f4f5 f6f7'))).toBe(0xffff - 0xddf2)
})

test('the checksum reads a view into a larger buffer, not the buffer', () => {
  const buffer = bytesOf('ffff 0001 f203 f4f5 f6f7 ffff')
  expect(internetChecksum(buffer.subarray(2, 10))).toBe(0xffff - 0xddf2)
})

const header = {
  source: ip('10.0.0.91'),
  destination: ip('224.0.0.18'),
  protocol: 112,
  ttl: 255,
}

test('a header is written as keepalived writes it', () => {
  const packet = new Uint8Array(48)
  writeIpv4Header(packet, header, 0x1234)
  expect(Buffer.from(packet.subarray(0, 20)).toString('hex')).toBe('45c0003012340000ff70bdfc0a00005be0000012')
  expect(internetChecksum(packet.subarray(0, 20))).toBe(0)
  expect(packet.subarray(20).every((byte) => byte === 0)).toBe(true)
})

test('what is written is read back', () => {
  const packet = new Uint8Array(40)
  writeIpv4Header(packet, header, 1)
  expect(parseIpv4Header(packet)).toEqual({ ...header, headerLength: 20, totalLength: 40 })
})

const good = '45c0002800010000ff7000000a000001e0000012'

test('options belong to the header', () => {
  expect(parseIpv4Header(bytesOf(`46${good.slice(2)} 94040000`))?.headerLength).toBe(24)
})

test.each([
  ['nothing', ''],
  ['one byte less than a header', good.slice(0, 38)],
  ['IPv6', `6${good.slice(1)}`],
  ['a header length under five words', `44${good.slice(2)}`],
  ['options that are not there', `46${good.slice(2)}`],
  ['a total length within the header', `45c00013${good.slice(8)}`],
])('%s is no IPv4 header', (_, hex) => {
  expect(parseIpv4Header(bytesOf(hex))).toBeUndefined()
})
