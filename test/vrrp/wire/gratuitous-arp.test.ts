import { expect, test } from 'vitest'
import { encodeGratuitousArp } from '../../../src/vrrp/wire/gratuitous-arp.ts'
import { bytesOf, ip } from './packets.ts'

const mac = bytesOf('02 42 0a 09 00 01')

test('a frame as keepalived sends it', () => {
  const expected = bytesOf(
    'ffffffffffff 02420a090001 0806  0001 0800 06 04 0001' + '02420a090001 0a090064  ffffffffffff 0a090064',
  )
  expect(encodeGratuitousArp(mac, ip('10.9.0.100'))).toEqual(expected)
})

test('addresses above 127.255.255.255 are not signed', () => {
  expect([...encodeGratuitousArp(mac, ip('203.0.113.255')).subarray(-4)]).toEqual([203, 0, 113, 255])
})

test('a link without an Ethernet address has no such frame', () => {
  expect(() => encodeGratuitousArp(new Uint8Array(4), ip('10.9.0.100'))).toThrow('Ethernet')
})
