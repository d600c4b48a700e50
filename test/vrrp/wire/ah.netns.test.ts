/** A Backup with auth_type AH is told good, forged and recorded adverts: keepalived says of each what we say. */

import { afterAll, beforeAll, expect, test } from 'vitest'
import { hmacMd5 } from '../../../src/daemon/adverts/signing.ts'
import { internetChecksum } from '../../../src/vrrp/wire/ip.ts'
import { parsePacket } from '../../../src/vrrp/wire/packet.ts'
import { receiveAdvertisement } from '../../../src/vrrp/wire/reception.ts'
import { describeRejection } from '../../../src/vrrp/wire/rejection.ts'
import { Lab } from '../../support/lab.ts'
import { craftAdvert, craftSigned, type SignedFields } from '../../support/lab/craft.ts'
import type { Daemon } from '../../support/lab/daemon.ts'
import { patiently, until } from '../../support/lab/time.ts'
import { needs } from '../../support/privileges.ts'

const config = `
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority 100
  authentication {
    auth_type AH
    auth_pass secret
  }
  virtual_ipaddress {
    10.9.0.100
  }
}`

const advert = { source: '10.9.0.2', vrid: 51, priority: 200, addresses: ['10.9.0.100'], key: 'secret' }
const signed = (sequence: number, change: Partial<SignedFields> = {}): Buffer =>
  craftSigned({ ...advert, sequence, ...change })

/** Altered on the way: type of service and flags, which nobody signs. */
function remarked(frame: Buffer): Buffer {
  const packet = Buffer.from(frame.subarray(14))
  packet.set([0], 1)
  packet.set([0x40], 6)
  packet.set([0, 0], 10)
  packet.writeUInt16BE(internetChecksum(packet.subarray(0, 20)), 10)
  return Buffer.concat([frame.subarray(0, 14), packet])
}

/** Each number again after it was used, or refused: whether it is new then shows what was remembered. */
const frames: readonly Buffer[] = [
  ...[10, 10, 9, 11, 12].map((sequence) => signed(sequence)),
  ...[signed(20, { interval: 2 }), signed(20)],
  ...[signed(21, { checksum: 1 }), signed(21)],
  ...[signed(22, { type: 2 }), signed(22)],
  ...[signed(30, { forged: true }), signed(30), signed(30)],
  ...[signed(31, { key: 'Secret' }), signed(31)],
  ...[signed(32, { spi: '10.9.0.3' }), signed(32)],
  ...[signed(33, { ttl: 254 }), signed(33)],
  ...[signed(34, { authType: 1 }), signed(34)],
  ...[signed(35, { authType: 7 }), signed(35)],
  ...[signed(36, { nextHeader: 17 }), signed(36), signed(36)],
  ...[signed(37, { count: 2 }), signed(37), signed(37)],
  ...[signed(38, { source: '10.9.0.9' }), signed(38)],
  ...[signed(5000), signed(4999), signed(5001)],
  ...[remarked(signed(5002)), signed(5002)],
  ...[signed(5003, { password: '12345678' }), signed(5003)],
  // Two faults at once.
  ...[signed(1, { forged: true }), signed(1, { spi: '10.9.0.3' }), signed(1, { interval: 2 })],
  ...[signed(5010, { forged: true, spi: '10.9.0.3' }), signed(1, { ttl: 9 }), signed(1, { authType: 0 })],
  // Not signed at all: keepalived does not even listen to it.
  craftAdvert({ ...advert, authType: 2 }),
  // Lower priorities count as heard although they are not followed.
  ...[signed(5020, { priority: 50 }), signed(5020)],
  // It ends with something that is always said.
  signed(9999, { ttl: 1 }),
]

const last = 'Received 1 and expect 255'

const isRejection = /IPSEC|packet too|TTL|auth|interval mismatch|packet type|checksum/

/** keepalived 2.2.7 says nothing of these. */
const silent: readonly string[] = ['ah-missing', 'ah-next-header']

/** As a Backup that starts with nothing heard; without who sent it, and with the SPI left out, which it gives as a number. */
function ourWords(): readonly string[] {
  let sequence = 0
  return frames.flatMap((frame) => {
    const parsed = parsePacket(frame.subarray(14))
    if (!parsed.ok) throw new Error(describeRejection(parsed.error))
    const received = receiveAdvertisement(parsed.value, {
      vrid: 51,
      authType: 'AH',
      password: Buffer.from('secret'),
      hmacMd5,
      sequence,
      version: 2,
      intervalSeconds: 1,
    })
    sequence = (received.ok ? received.value : received.error).sequence ?? sequence
    if (received.ok || silent.includes(received.error.reason)) return []
    return [comparable(describeRejection(received.error).replace(/ from [\d.]+$/, ''))]
  })
}

const comparable = (words: string): string => words.replace(/(invalid IPSEC SPI value\.).*/, '$1')

needs('netns', 'keepalived')('keepalived with auth_type AH', () => {
  let lab: Lab<'a' | 'b'>
  let daemon: Daemon

  beforeAll(async () => {
    lab = await Lab.create({ hosts: ['a', 'b'] })
    daemon = await lab.host('a').start({ kind: 'keepalived', config })
    await daemon.logs('Startup complete', patiently)
  })

  afterAll(() => lab.destroy())

  test('accepts what we accept and rejects the rest in our words', async () => {
    for (const frame of frames) await lab.host('b').inject(frame)
    await until('the last complaint', async () => (await daemon.log()).includes(last), patiently)
    const theirs = (await daemon.log())
      .split('\n')
      .filter((line) => isRejection.test(line))
      .map((line) => comparable(line.replace(/^.*?(\(VI_1\) |: (?=IPSEC))/, '')))
    expect(theirs).toEqual(ourWords())
    expect(theirs.length).toBeGreaterThan(25)
  })
})
