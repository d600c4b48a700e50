import { expect, test } from 'vitest'
import { parseIpv6 } from '../../../src/base/address.ts'
import { encodeNeighborAdvertisement } from '../../../src/vrrp/wire/neighbor-advertisement.ts'

const mac = Uint8Array.of(2, 0, 0, 0, 0, 1)

test('as keepalived 2.2.7 sends it', () => {
  const captured = [
    '333300000001 020000000001 86dd 6000',
    '0000 0020 3aff fd00 0009 0000 0000 0000',
    '0000 0000 0101 ff02 0000 0000 0000 0000',
    '0000 0000 0001 8800 5889 2000 0000 fd00',
    '0009 0000 0000 0000 0000 0000 0101 0201',
    '0200 0000 0001',
  ]
  const frame = encodeNeighborAdvertisement(mac, parseIpv6('fd00:9::101')!, false)
  expect(Buffer.from(frame).toString('hex')).toBe(captured.join('').replaceAll(' ', ''))
})

test('a router says so', () => {
  const host = encodeNeighborAdvertisement(mac, parseIpv6('fe80::77')!, false)
  const router = encodeNeighborAdvertisement(mac, parseIpv6('fe80::77')!, true)
  expect([host[58], router[58]]).toEqual([0x20, 0xa0])
  expect(Buffer.from(host).readUInt16BE(56)).toBe(0x56af)
  expect(Buffer.from(router).readUInt16BE(56)).toBe(0x56af - 0x8000 + 0xffff)
})
