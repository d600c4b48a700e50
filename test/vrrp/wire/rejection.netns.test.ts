/** One fault, and two at once, sent to the real keepalived: it rejects for our reason, in our words. */

import { afterAll, beforeAll, expect, test } from 'vitest'
import { internetChecksum } from '../../../src/vrrp/wire/ip.ts'
import { encodeAdvertPacket, parsePacket } from '../../../src/vrrp/wire/packet.ts'
import { receiveAdvertisement } from '../../../src/vrrp/wire/reception.ts'
import { describeRejection } from '../../../src/vrrp/wire/rejection.ts'
import { Lab } from '../../support/lab.ts'
import { craftEthernet } from '../../support/lab/craft.ts'
import { patiently, until } from '../../support/lab/time.ts'
import { needs } from '../../support/privileges.ts'
import { altered, example, expectationFor, ip, pduAt } from './packets.ts'

const config = `
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority 100
  authentication {
    auth_type PASS
    auth_pass 1111
  }
  virtual_ipaddress {
    10.9.0.100
    10.9.0.101
  }
}`

const fields = { ...example, source: ip('10.9.0.2') }

interface Fault {
  readonly name: string
  readonly spoil: (packet: Uint8Array) => void
  /** What is left or added at the end. */
  readonly length?: (packet: Uint8Array) => Uint8Array
}

const set =
  (at: number, value: number) =>
  (packet: Uint8Array): void => {
    packet[at] = value
  }
const nothing = (): void => {}
const withoutTrailer = (packet: Uint8Array): Uint8Array => packet.subarray(0, -8)

/** In no particular order: the order is keepalived's to tell. */
const faults: readonly Fault[] = [
  { name: 'interval', spoil: set(pduAt + 5, 2) },
  { name: 'type', spoil: (packet) => set(pduAt, (packet[pduAt]! & 0xf0) | 2)(packet) },
  {
    name: 'version',
    spoil: (packet) => set(pduAt, 0x30 | (packet[pduAt]! & 15))(packet),
    length: withoutTrailer,
  },
  { name: 'ttl', spoil: set(8, 254) },
  { name: 'unknown auth', spoil: set(pduAt + 4, 5) },
  { name: 'other auth', spoil: set(pduAt + 4, 0) },
  { name: 'password', spoil: set(pduAt + 16, 0x32) },
  { name: 'count', spoil: set(pduAt + 3, 9) },
  { name: 'short', spoil: nothing, length: (packet) => packet.subarray(0, -2) },
  { name: 'long', spoil: nothing, length: (packet) => Uint8Array.from([...packet, 0]) },
]

const pairs = faults.flatMap((first, index) => faults.slice(index + 1).map((second) => [first, second]))

function spoiled(chosen: readonly Fault[]): Uint8Array {
  const packet = altered(encodeAdvertPacket(fields), (copy) => chosen.forEach(({ spoil }) => spoil(copy)))
  return withIpHeader(chosen.reduce((each, { length }) => length?.(each) ?? each, packet))
}

/** Total length and header checksum right again, or the kernel keeps the packet to itself. */
function withIpHeader(packet: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(packet)
  copy.set([0, copy.length], 2)
  copy.set([0, 0], 10)
  const sum = internetChecksum(copy.subarray(0, pduAt))
  copy.set([sum >>> 8, sum & 255], 10)
  return copy
}

/** keepalived 2.2.7's: without the sender, and with an older text for the version. */
function words(packet: Uint8Array): string {
  const parsed = parsePacket(packet)
  const received = parsed.ok ? receiveAdvertisement(parsed.value, expectationFor(fields)) : parsed
  if (received.ok) return 'accepted'
  return describeRejection(received.error)
    .replace(' from 10.9.0.2', '')
    .replace('wrong VRRP version', 'wrong version')
}

const isRejection = /packet too|TTL|wrong version|auth|passwd|interval mismatch|packet type|checksum/

needs('netns', 'keepalived')('keepalived rejects', () => {
  let lab: Lab<'a' | 'b'>
  let rejectionOf: (packet: Uint8Array) => Promise<string>

  beforeAll(async () => {
    lab = await Lab.create({ hosts: ['a', 'b'] })
    const sender = lab.host('b')
    const daemon = await lab.host('a').start({ kind: 'keepalived', config })
    await daemon.logs('Startup complete', patiently)
    const rejections = async (): Promise<string[]> =>
      (await daemon.log()).split('\n').filter((line) => isRejection.test(line))
    rejectionOf = async (packet) => {
      const before = (await rejections()).length
      await sender.inject(craftEthernet('01:00:5e:00:00:12', sender.mac(), 0x0800, Buffer.from(packet)))
      await until('keepalived to complain', async () => (await rejections()).length > before, patiently)
      return (await rejections()).at(-1) ?? ''
    }
  })

  afterAll(() => lab.destroy())

  test.each(faults)('$name', async (fault) => {
    const packet = spoiled([fault])
    expect(words(packet)).not.toBe('accepted')
    expect(await rejectionOf(packet)).toContain(words(packet))
  })

  test('a wrong checksum', async () => {
    const packet = withIpHeader(encodeAdvertPacket(fields).with(pduAt + 6, 0))
    expect(await rejectionOf(packet)).toContain(words(packet))
  })

  test('fewer bytes than a VRRP header', async () => {
    const packet = withIpHeader(encodeAdvertPacket(fields).subarray(0, pduAt + 7))
    expect(await rejectionOf(packet)).toContain(words(packet))
  })

  test('the same one of two faults', async () => {
    for (const chosen of pairs) {
      const packet = spoiled(chosen)
      const what = chosen.map(({ name }) => name).join(' and ')
      expect(await rejectionOf(packet), what).toContain(words(packet))
    }
  })

  test('and of a fault with a wrong checksum the fault', async () => {
    for (const fault of faults) {
      const packet = spoiled([fault])
      packet[pduAt + 6] = (packet[pduAt + 6] ?? 0) ^ 1
      expect(await rejectionOf(packet), fault.name).toContain(words(packet))
    }
  })
})
