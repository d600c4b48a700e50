/** One sequence for each router with auth_type AH, whoever speaks (measured with keepalived 2.2.7). */

import { beforeAll, describe, expect, test } from 'vitest'
import {
  formatIp,
  formatIpv4,
  ipv4FromNumber,
  parseIpv4,
  parseIpv6,
  type IpAddress,
} from '../../../src/base/address.ts'
import { identityOf } from '../../../src/vrrp/reconfigure.ts'
import { asDelivered } from '../../../src/vrrp/wire/packet.ts'
import { instant, seconds } from '../../../src/base/time.ts'
import { AdvertDispatcher } from '../../../src/daemon/adverts/advert-dispatcher.ts'
import { assemble, type Assembled } from '../../../src/daemon/assemble.ts'
import type { EngineEvent } from '../../../src/vrrp/engine.ts'
import { craftAdvert, craftSigned, type SignedFields } from '../../support/lab/craft.ts'
import { instance, modelOf } from './signing-model.ts'

const group = ipv4FromNumber(0xe000_0012)
const source = ipv4FromNumber(0x0a09_0001)
const arrivedAt = instant(0)

let routers: readonly Assembled[]
beforeAll(async () => {
  routers = assemble(
    await modelOf(instance('VI_1', 1, 'AH') + instance('VI_2', 2, 'AH') + instance('VI_3', 3, 'PASS')),
  ).routers
})

class Neighbours {
  private dispatcher = new AdvertDispatcher(routers)

  hear(frame: Buffer): EngineEvent | undefined {
    return this.dispatcher.decode(
      { link: 'eth0', address: group, bytes: frame.subarray(14), arrivedAt },
      source,
    )
  }

  /** `advert`, or the reason why not. */
  hearNumber(sequence: number, change: Partial<SignedFields> = {}): string | undefined {
    const fields = { source: '10.9.0.2', vrid: 1, priority: 200, addresses: ['10.9.0.1'], key: 'secret' }
    const event = this.hear(craftSigned({ ...fields, sequence, ...change }))
    return event?.type === 'rejected' ? event.reason : event?.type
  }

  /** The sequence number of the next advert. */
  say(index = 0): number {
    const [packet] = this.dispatcher.encode(routers[index]!, source, 100)
    return Buffer.from(packet!.bytes).readUInt32BE(28)
  }

  reload(wanted: readonly Assembled[] = routers): void {
    this.dispatcher = this.dispatcher.reconfigured(wanted)
  }

  /** Killed and back, so many numbers later at most. */
  crash(unsure: number): void {
    const used = this.dispatcher.used.map((each) => ({ ...each, unsure: each.unsure + unsure }))
    this.dispatcher = new AdvertDispatcher(routers, used)
  }

  answerLower(): number {
    this.dispatcher.skipSequence(routers[0]!)
    return this.say()
  }
}

describe('sequence numbers', () => {
  test('begin with 1 and count every advert of one router', () => {
    const on = new Neighbours()
    expect([on.say(), on.say(), on.say(1), on.say()]).toEqual([1, 2, 1, 3])
  })

  test('go on from the highest number heard', () => {
    const on = new Neighbours()
    expect(on.hearNumber(1000)).toBe('advert')
    expect([on.say(), on.say(), on.say(1)]).toEqual([1001, 1002, 1])
  })

  test('leave one out in the answer to a lower master', () => {
    const on = new Neighbours()
    expect(on.hearNumber(500, { priority: 50 })).toBe('advert')
    expect([on.answerLower(), on.say()]).toEqual([502, 503])
  })

  test('are new only above the highest heard or sent', () => {
    const on = new Neighbours()
    expect(on.hearNumber(1)).toBe('advert')
    expect([1, 2, 2, 10, 9, 10, 11].map((each) => on.hearNumber(each))).toEqual([
      'ah-replay',
      'advert',
      'ah-replay',
      'advert',
      'ah-replay',
      'ah-replay',
      'advert',
    ])
  })

  test('go on over a reload, and begin again for a router that was not in one', () => {
    const on = new Neighbours()
    expect(on.hearNumber(1000)).toBe('advert')
    on.reload()
    expect(on.hearNumber(1000)).toBe('ah-replay')
    expect([on.say(), on.say(1)]).toEqual([1001, 1])
    on.reload(routers.slice(1))
    on.reload()
    expect([on.say(), on.say(1)]).toEqual([1, 2])
  })

  test('go on after a crash above all that may have been used', () => {
    const on = new Neighbours()
    expect([on.say(), on.say()]).toEqual([1, 2])
    on.crash(50)
    expect(on.hearNumber(2)).toBe('ah-replay')
    expect([on.say(), on.say(), on.say(1)]).toEqual([53, 54, 51])
  })

  test('go on after a crash where somebody else has gone on', () => {
    const on = new Neighbours()
    on.say()
    on.crash(50)
    expect(on.hearNumber(4)).toBe('advert')
    expect(on.say()).toBe(5)
    on.crash(50)
    on.reload()
    on.crash(50)
    expect(on.say()).toBe(106)
  })

  test('that only we have sent are new from somebody else who counts alike, once', () => {
    const on = new Neighbours()
    expect([on.say(), on.say()]).toEqual([1, 2])
    expect(on.hearNumber(2, { source: '10.9.0.1', spi: '10.9.0.1' }), 'from ourselves').toBe('ah-replay')
    expect(on.hearNumber(1)).toBe('ah-replay')
    expect([on.hearNumber(2), on.hearNumber(2)]).toEqual(['advert', 'ah-replay'])
    expect(on.say()).toBe(3)
  })

  test('are not left out for a recording of what others have sent', () => {
    const on = new Neighbours()
    expect(on.hearNumber(8, { source: '10.9.0.0', spi: '10.9.0.0' })).toBe('advert')
    expect(on.hearNumber(8, { source: '10.9.0.0', spi: '10.9.0.0' })).toBe('ah-replay')
    expect(on.say()).toBe(9)
  })

  test('are used up by whatever is authentic, and by nothing else', () => {
    const on = new Neighbours()
    expect(on.hearNumber(7, { forged: true })).toBe('ah-icv')
    expect(on.hearNumber(7, { spi: '10.9.0.9' })).toBe('ah-spi')
    expect(on.hearNumber(7, { key: 'Secret' })).toBe('ah-icv')
    expect(on.hearNumber(7, { nextHeader: 17 })).toBe('ah-next-header')
    expect(on.hearNumber(7, { interval: 2 })).toBe('advert-interval')
    expect(on.hearNumber(7)).toBe('ah-replay')
    expect(on.say()).toBe(8)
  })
})

test('a router that this host cannot sign for hears nothing', () => {
  const router = { ...routers[0]!.router, unsupported: 'auth_type AH without MD5 (FIPS mode)' }
  const on = new Neighbours()
  on.reload([{ ...routers[0]!, router }])
  expect(on.hearNumber(1)).toBeUndefined()
})

test('every advert is either signed or not, as its router has it', () => {
  const on = new Neighbours()
  const advert = { source: '10.9.0.2', priority: 200, addresses: ['10.9.0.1'] }
  expect(on.hear(craftAdvert({ ...advert, vrid: 1, authType: 2 }))).toMatchObject({
    type: 'rejected',
    router: 'VI_1',
    reason: 'ah-missing',
  })
  expect(on.hear(craftSigned({ ...advert, vrid: 3, key: 'secret', sequence: 1 }))).toMatchObject({
    type: 'rejected',
    router: 'VI_3',
    reason: 'ah-unexpected',
  })
  expect(on.hear(craftAdvert({ ...advert, vrid: 3, password: 'secret' }))).toMatchObject({ type: 'advert' })
})

describe('several routers with one VRID', () => {
  const own = ipv4FromNumber(0x0a09_0001)
  const second = ipv4FromNumber(0x0a09_000b)
  const unicast = (lines: string): string => `
vrrp_instance ${lines} {
  interface eth0
  virtual_router_id 9
  virtual_ipaddress {
    10.9.0.9
  }
`
  const peer = (address: string): string => `unicast_peer {\n ${address}\n}\n}\n`
  const heardBy = async (text: string, from: string, address = own): Promise<string | undefined> => {
    const dispatcher = new AdvertDispatcher(assemble(await modelOf(text)).routers)
    const fields = { source: from, vrid: 9, priority: 200, addresses: ['10.9.0.9'] }
    const to = formatIpv4(address)
    const frame = craftAdvert({ ...fields, destination: to })
    const event = dispatcher.decode({ link: 'eth0', address, bytes: frame.subarray(14), arrivedAt }, own)
    return event !== undefined && 'router' in event ? event.router : undefined
  }

  test('are told apart by group and own address', async () => {
    const text =
      `${unicast('GROUP')}}\n` +
      `${unicast('OTHER')}mcast_dst_ip 224.0.0.99\n}\n` +
      unicast('OWN') +
      peer('10.9.0.2') +
      `${unicast('SECOND')}unicast_src_ip 10.9.0.11\n${peer('10.9.0.2')}`
    expect(await heardBy(text, '10.9.0.2', group)).toBe('GROUP')
    expect(await heardBy(text, '10.9.0.2', ipv4FromNumber(0xe000_0063))).toBe('OTHER')
    expect(await heardBy(text, '10.9.0.2', own)).toBe('OWN')
    expect(await heardBy(text, '10.9.0.2', second)).toBe('SECOND')
  })

  test('with one own address by their peers', async () => {
    const text = unicast('A') + peer('10.9.0.2') + unicast('B') + peer('10.9.0.3')
    expect(await heardBy(text, '10.9.0.2')).toBe('A')
    expect(await heardBy(text, '10.9.0.3')).toBe('B')
    expect(await heardBy(text, '10.9.0.4')).toBeUndefined()
    expect(await heardBy(unicast('A') + peer('10.9.0.2'), '10.9.0.4')).toBe('A')
  })

  test('one advert is a packet for each peer, under one identification', async () => {
    const { routers: assembled } = assemble(await modelOf(unicast('A') + peer('10.9.0.2\n10.9.0.3')))
    const dispatcher = new AdvertDispatcher(assembled)
    const ids = [1, 2].map(() =>
      dispatcher
        .encode(assembled[0]!, own, 100)
        .map(({ to, bytes }) => [formatIp(to), Buffer.from(bytes).readUInt16BE(4)]),
    )
    expect(ids).toEqual([
      [
        ['10.9.0.2', 1],
        ['10.9.0.3', 1],
      ],
      [
        ['10.9.0.2', 2],
        ['10.9.0.3', 2],
      ],
    ])
  })
})

describe('version 3', () => {
  const virtualRouter = (lines: string): string => `
vrrp_instance V {
  interface eth0
  version 3
  advert_int 0.25
  virtual_router_id 9
  virtual_ipaddress {
    10.9.0.9
  }
  ${lines}
}
`
  const senderOf = async (lines: string, from = '10.9.0.2'): Promise<(to: string) => Buffer> => {
    const { routers: assembled } = assemble(await modelOf(virtualRouter(lines)))
    const dispatcher = new AdvertDispatcher(assembled)
    return (to) => {
      const packets = dispatcher.encode(assembled[0]!, parseIpv4(from)!, 150)
      return Buffer.from(packets.find((packet) => formatIp(packet.to) === to)!.bytes)
    }
  }
  const own = '10.9.0.1'
  const unicast = (peer: string, lines = ''): string => `${lines}\nunicast_peer {\n ${peer}\n}`
  const receive = async (bytes: Buffer, lines: string): Promise<EngineEvent | undefined> => {
    const dispatcher = new AdvertDispatcher(assemble(await modelOf(virtualRouter(lines))).routers)
    const address = lines.includes('unicast_peer') ? parseIpv4(own)! : group
    return dispatcher.decode({ link: 'eth0', address, bytes, arrivedAt }, parseIpv4(own))
  }

  test('an advert has its interval, no trailer, and a checksum with a pseudo-header', async () => {
    const packet = (await senderOf(''))('224.0.0.18')
    expect(packet.subarray(20).toString('hex')).toBe('31099601001944300a090009')
    expect(await receive(packet, '')).toMatchObject({
      type: 'advert',
      advert: { priority: 150, interval: seconds(0.25) },
    })
  })

  const old = 'old_unicast_checksum'
  test.each([
    ['', '', 'advert'],
    [old, '', 'advert'],
    [old, old, 'advert'],
    // 2.2.7 refuses this one, and both are masters.
    ['', old, 'advert'],
    [old, `${old} never`, 'checksum'],
    ['', `${old} never`, 'advert'],
    ['v3_checksum_as_v2', '', 'checksum'],
    ['v3_checksum_as_v2', 'v3_checksum_as_v2', 'advert'],
    ['', 'v3_checksum_as_v2', 'advert'],
  ])('unicast from %j to %j: %s', async (sender, receiver, expected) => {
    const packet = (await senderOf(unicast(own, sender)))(own)
    const event = await receive(packet, unicast('10.9.0.2', receiver))
    expect(event?.type === 'rejected' ? event.reason : event?.type).toBe(expected)
  })

  test('version 2 is another language, both ways', async () => {
    const version2 = craftAdvert({ source: '10.9.0.2', vrid: 9, priority: 200, addresses: ['10.9.0.9'] })
    expect(await receive(version2.subarray(14), '')).toMatchObject({ type: 'rejected', reason: 'version' })
  })

  test('the checksum that is wrong is named with its version', async () => {
    const packet = (await senderOf(''))('224.0.0.18')
    packet[26] = (packet[26] ?? 0) ^ 1
    expect(await receive(packet, '')).toMatchObject({
      type: 'rejected',
      text: 'Invalid VRRPv3 checksum from 10.9.0.2',
    })
  })
})

describe('over IPv6', () => {
  const linkLocal = parseIpv6('fe80::1')!
  const other = parseIpv6('fe80::2')!
  const one = (name: string, family: 4 | 6, lines = ''): string => `
vrrp_instance ${name} {
  interface eth0
  version 3
  virtual_router_id 9
  virtual_ipaddress {
    ${family === 4 ? '10.9.0.9' : 'fe80::9'}
  }
  ${lines}
}
`
  const heard = async (
    text: string,
    address: IpAddress,
    from: IpAddress,
    sender: string,
  ): Promise<unknown> => {
    const { routers: assembled } = assemble(await modelOf(text))
    const speaker = assemble(await modelOf(sender)).routers[0]!
    const [packet] = new AdvertDispatcher([speaker]).encode(speaker, from, 150)
    const delivered = asDelivered(packet!.bytes)!
    const event = new AdvertDispatcher(assembled).decode(
      { link: 'eth0', address, ...delivered, arrivedAt },
      linkLocal,
    )
    return event !== undefined && 'router' in event ? [event.router, event.type] : undefined
  }

  test('one VRID of either family is two virtual routers', async () => {
    const both = one('V4', 4) + one('V6', 6)
    expect(await heard(both, parseIpv6('ff02::12')!, other, one('X', 6))).toEqual(['V6', 'advert'])
    expect(await heard(both, group, ipv4FromNumber(0x0a09_0002), one('X', 4))).toEqual(['V4', 'advert'])
  })

  test('by unicast, too', async () => {
    const peers = one('V4', 4, 'unicast_peer {\n 10.9.0.2\n}') + one('V6', 6, 'unicast_peer {\n fe80::2\n}')
    const { routers: assembled } = assemble(await modelOf(peers))
    expect(new Set(assembled.map(({ router }) => identityOf(router))).size).toBe(2)
    const sender = one('X', 6, 'unicast_peer {\n fe80::1\n}')
    expect(await heard(peers, linkLocal, other, sender)).toEqual(['V6', 'advert'])
  })
})
