import { readdirSync, readlinkSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Ipv4Address } from '../../../src/base/address.ts'
import { accepted, type Result } from '../../../src/base/result.ts'
import { milliseconds } from '../../../src/base/time.ts'
import { AF_INET, SOCK_RAW } from '../../../src/system/constants.ts'
import { Socket } from '../../../src/system/socket.ts'
import type { SystemError } from '../../../src/system/system-error.ts'
import {
  openAdvertReceiver,
  openAdvertSender,
  type AdvertArrived,
  type AdvertLink,
  type AdvertReceiver,
} from '../../../src/vrrp/socket/advert-socket.ts'
import { Lab, type Host } from '../../support/lab.ts'
import { craftEthernet, craftIp, craftVrrp } from '../../support/lab/craft.ts'
import { patiently, pause, until, wallNow } from '../../support/lab/time.ts'
import { needs } from '../../support/privileges.ts'
import { ip } from '../kit.ts'

const advert = (
  vrid: number,
  options: { destination?: string; protocol?: number; ttl?: number } = {},
): Buffer =>
  craftIp(
    '10.9.0.1',
    options.destination ?? '224.0.0.18',
    options.protocol ?? 112,
    craftVrrp({ source: '10.9.0.1', vrid, priority: 100, addresses: ['10.9.0.100'] }),
    options.ttl ?? 255,
  )

/** A receiver and a sender for one address. */
interface AdvertSocket extends AdvertReceiver {
  send(packets: readonly Uint8Array[]): Result<number, SystemError>
}

interface AdvertSocketSpec {
  readonly link: AdvertLink
  readonly namespace: string
  readonly group?: Ipv4Address
  readonly protocols?: readonly number[]
}

const vrrpGroup = ip('224.0.0.18')

function openAdvertSocket(spec: AdvertSocketSpec): Result<AdvertSocket, SystemError> {
  const { link, namespace, group = vrrpGroup, protocols = [112] } = spec
  const sender = openAdvertSender({ link, family: 4, namespace })
  if (!sender.ok) return sender
  const receiver = openAdvertReceiver({ link, namespace, address: group, protocols })
  if (!receiver.ok) {
    sender.value.close()
    return receiver
  }
  return accepted({
    ...receiver.value,
    send: (packets: readonly Uint8Array[]) => sender.value.send(packets, group),
    close: () => {
      sender.value.close()
      receiver.value.close()
    },
  })
}

const vridOf = ({ bytes }: AdvertArrived): number => bytes[21] ?? 0

async function linkIndex(host: Host, name = 'eth0'): Promise<number> {
  const [link] = JSON.parse(await host.ip('-j', 'link', 'show', 'dev', name)) as { ifindex: number }[]
  return link!.ifindex
}

needs('netns')('adverts between two hosts', () => {
  let lab: Lab<'a' | 'b'>
  let a: Host
  let b: Host
  const opened: AdvertSocket[] = []

  beforeAll(async () => {
    lab = await Lab.create({
      hosts: ['a', 'b'],
      lans: [
        { link: 'eth0', subnet: '10.9.0.0/24' },
        { link: 'eth1', subnet: '10.9.1.0/24' },
      ],
    })
    a = lab.host('a')
    b = lab.host('b')
  })
  afterAll(async () => {
    for (const socket of opened) socket.close()
    await lab.destroy()
  })

  async function open(
    host: Host,
    link = 'eth0',
    extra: Partial<AdvertSocketSpec> = {},
  ): Promise<AdvertSocket> {
    const index = await linkIndex(host, link)
    const result = openAdvertSocket({ link: { index, name: link }, namespace: host.namespace, ...extra })
    if (!result.ok) throw new Error(`${result.error.call}: ${result.error.text}`)
    opened.push(result.value)
    return result.value
  }

  function drain(socket: AdvertReceiver): AdvertArrived[] {
    const all: AdvertArrived[] = []
    for (;;) {
      const received = socket.receive()
      if (!received.ok) throw new Error(received.error.text)
      if (received.value.length === 0) return all
      all.push(...received.value)
    }
  }

  /** Until a packet that was sent after all others has arrived. */
  async function hear(socket: AdvertReceiver, last: number): Promise<AdvertArrived[]> {
    const heard: AdvertArrived[] = []
    await until(
      `VRID ${last}`,
      () => {
        heard.push(...drain(socket))
        return heard.some((datagram) => vridOf(datagram) === last)
      },
      patiently,
    )
    return heard
  }

  test('whole IP packets arrive as they were sent, with link, TTL and age', async () => {
    const [sender, receiver] = [await open(a), await open(b)]
    const packet = advert(7)
    const before = wallNow()
    const readable = new Promise<void>((resolve) => {
      receiver.onReadable(resolve)
    })
    expect(sender.send([packet])).toEqual({ ok: true, value: 1 })
    await readable
    receiver.onReadable(undefined)
    await pause(milliseconds(20))
    const [heard, ...more] = drain(receiver)
    expect(more).toEqual([])
    expect(Buffer.from(heard!.bytes)).toEqual(packet)
    expect(heard!.ipv6).toBeUndefined()
    expect(heard!.age).toBeGreaterThanOrEqual(20_000)
    expect(heard!.age).toBeLessThanOrEqual(wallNow() - before)
    expect(drain(sender)).toEqual([])
    sender.close()
    receiver.close()
  })

  test('hundreds sent at once are all heard, in order', async () => {
    const [sender, receiver] = [await open(a), await open(b)]
    const vrids = Array.from({ length: 510 }, (_, index) => (index % 255) + 1)
    expect(sender.send(vrids.map((vrid) => advert(vrid)))).toEqual({ ok: true, value: 510 })
    const heard: AdvertArrived[] = []
    await until('all of them', () => heard.push(...drain(receiver)) >= vrids.length, patiently)
    expect(heard.map(vridOf)).toEqual(vrids)
    expect(Math.min(...heard.map(({ age }) => age))).toBeGreaterThanOrEqual(0)
    sender.close()
    receiver.close()
  })

  test('neither other groups, nor other links, nor other protocols are heard', async () => {
    const receiver = await open(b)
    // Joined by somebody else on the same host, which by default is heard by everybody.
    const otherGroup = { group: ip('224.0.0.19') }
    const other = await open(b, 'eth0', otherGroup)
    const [here, there, toOther] = [await open(a), await open(a, 'eth1'), await open(a, 'eth0', otherGroup)]
    toOther.send([advert(1, { destination: '224.0.0.19' })])
    there.send([advert(2)])
    here.send([advert(3, { protocol: 113 })])
    here.send([advert(200)])
    expect((await hear(receiver, 200)).map(vridOf)).toEqual([200])
    expect((await hear(other, 1)).map(vridOf)).toEqual([1])
    for (const socket of [receiver, other, here, there, toOther]) socket.close()
  })

  test('unicast is not heard', async () => {
    const [sender, receiver] = [await open(a), await open(b)]
    const anybody = Socket.open({ domain: AF_INET, type: SOCK_RAW, protocol: 112, namespace: b.namespace })
    if (!anybody.ok) throw new Error(anybody.error.text)
    const packet = advert(4, { destination: b.address() })
    await a.inject(craftEthernet(b.mac(), a.mac(), 0x0800, packet))
    sender.send([advert(200)])
    expect((await hear(receiver, 200)).map(vridOf)).toEqual([200])
    const heard = anybody.value.receive()
    expect(heard.ok && heard.value.map(vridOf)).toEqual([4, 200])
    for (const socket of [sender, receiver, anybody.value]) socket.close()
  })

  test('unicast to an own address is heard by who listens to it, over a router as well', async () => {
    const group = await open(b)
    const listen = async (address: string, link = 'eth0') => {
      const index = await linkIndex(b, link)
      const receiver = openAdvertReceiver({
        link: { index, name: link },
        namespace: b.namespace,
        address: ip(address),
        protocols: [112],
      })
      if (!receiver.ok) throw new Error(receiver.error.text)
      return receiver.value
    }
    const [receiver, elsewhere] = [await listen(b.address()), await listen(b.address(), 'eth1')]
    const opened = openAdvertSender({
      link: { index: await linkIndex(a), name: 'eth0' },
      family: 4,
      namespace: a.namespace,
    })
    if (!opened.ok) throw new Error(opened.error.text)
    const sender = opened.value
    expect(sender.send([advert(5, { destination: b.address() })], ip(b.address()))).toMatchObject({
      ok: true,
    })
    // The other network is behind b: MSG_DONTROUTE would look for it on the link itself.
    await a.ip('addr', 'del', `${a.address('eth1')}/24`, 'dev', 'eth1')
    await a.ip('route', 'add', '10.9.1.0/24', 'via', b.address())
    const far = await listen(b.address('eth1'))
    const toFar = advert(6, { destination: b.address('eth1') })
    expect(sender.send([toFar], ip(b.address('eth1')))).toMatchObject({ ok: true })
    sender.send([advert(200)], vrrpGroup)
    expect((await hear(group, 200)).map(vridOf)).toEqual([200])
    expect((await hear(receiver, 5)).map(vridOf)).toEqual([5])
    expect((await hear(far, 6)).map(vridOf)).toEqual([6])
    expect(elsewhere.receive()).toEqual({ ok: true, value: [] })
    for (const socket of [group, receiver, elsewhere, far, sender]) socket.close()
    await a.ip('route', 'del', '10.9.1.0/24', 'via', b.address())
    await a.ip('addr', 'add', `${a.address('eth1')}/24`, 'dev', 'eth1')
  })

  test('an address that is not there is refused with EADDRNOTAVAIL', async () => {
    const link = { index: await linkIndex(a), name: 'eth0' }
    const address = ip('10.9.0.99')
    expect(openAdvertReceiver({ link, namespace: a.namespace, address, protocols: [112] })).toMatchObject({
      ok: false,
      error: { code: 'EADDRNOTAVAIL', call: 'bind' },
    })
  })

  test('other protocols can be heard (authentication headers)', async () => {
    const [sender, one, both] = [
      await open(a),
      await open(b, 'eth0', { protocols: [51] }),
      await open(b, 'eth0', { protocols: [112, 51] }),
    ]
    sender.send([advert(9), advert(10, { protocol: 51 })])
    expect((await hear(one, 10)).map(vridOf)).toEqual([10])
    expect((await hear(both, 10)).map(vridOf)).toEqual([9, 10])
    for (const socket of [sender, one, both]) socket.close()
  })

  test('what waits of one protocol does not hold up the other', async () => {
    const [sender, receiver] = [await open(a), await open(b, 'eth0', { protocols: [112, 51] })]
    sender.send([...Array.from({ length: 300 }, () => advert(12)), advert(13, { protocol: 51 })])
    await pause(milliseconds(50))
    const first = receiver.receive()
    expect(first.ok && first.value.map(vridOf)).toContain(13)
    expect(first.ok && first.value.length).toBeLessThan(301)
    sender.close()
    receiver.close()
  })

  test('a foreign TTL is told', async () => {
    const [sender, receiver] = [await open(a), await open(b)]
    sender.send([advert(11, { ttl: 254 })])
    const [heard] = await hear(receiver, 11)
    expect(heard!.bytes[8]).toBe(254)
    sender.close()
    receiver.close()
  })

  test('sends without any address or route on the link', async () => {
    await a.ip('addr', 'flush', 'dev', 'eth1')
    const [sender, receiver] = [await open(a, 'eth1'), await open(b, 'eth1')]
    expect(sender.send([advert(12)])).toEqual({ ok: true, value: 1 })
    expect((await hear(receiver, 12)).map(vridOf)).toEqual([12])
    sender.close()
    receiver.close()
  })

  test('joins the group when opened and leaves it when closed', async () => {
    const groups = async (): Promise<string> => a.ip('maddr', 'show', 'dev', 'eth0')
    const [socket, second] = [await open(a), await open(a)]
    expect(await groups()).toContain('224.0.0.18')
    socket.close()
    expect(await groups()).toContain('224.0.0.18')
    second.close()
    second.close()
    expect(await groups()).not.toContain('224.0.0.18')
  })

  test('a link that goes down refuses, wakes nobody for nothing, and carries on when it is up again', async () => {
    const [sender, receiver] = [await open(a), await open(b)]
    const heard: number[] = []
    let calls = 0
    receiver.onReadable(() => {
      calls++
      const received = receiver.receive()
      if (received.ok) heard.push(...received.value.map(vridOf))
    })
    await a.setLink('down')
    await b.setLink('down')
    expect(sender.send([advert(20)])).toMatchObject({ ok: false, error: { code: 'ENETUNREACH' } })
    await pause(milliseconds(100))
    expect(calls).toBeLessThanOrEqual(1)
    await a.setLink('up')
    await b.setLink('up')
    await until(
      'adverts to pass again',
      () => {
        sender.send([advert(21)])
        return heard.includes(21)
      },
      patiently,
    )
    sender.close()
    receiver.close()
  })

  test('a link that is removed gives errors, no exception and no endless wake-ups', async () => {
    await a.ip('link', 'add', 'gone0', 'type', 'veth', 'peer', 'name', 'gone1')
    await a.ip('link', 'set', 'gone0', 'up')
    await a.ip('link', 'set', 'gone1', 'up')
    const socket = await open(a, 'gone0')
    let calls = 0
    socket.onReadable(() => {
      calls++
      socket.receive()
    })
    await a.ip('link', 'del', 'gone0')
    const sent = socket.send([advert(30)])
    expect(sent.ok ? 'sent' : sent.error.code).toMatch(/^(ENODEV|ENXIO|ENETUNREACH|EINVAL|ENETDOWN)$/)
    await pause(milliseconds(50))
    expect(calls).toBeLessThanOrEqual(1)
    socket.close()
  })

  test('a link that does not exist is refused with ENODEV', () => {
    const link = { index: 9999, name: 'nothing0' }
    expect(openAdvertSocket({ link, namespace: a.namespace })).toMatchObject({
      ok: false,
      error: { code: 'ENODEV', call: 'setsockopt' },
    })
  })

  test('a namespace that does not exist is refused with ENOENT', () => {
    const link = { index: 1, name: 'lo' }
    expect(openAdvertSocket({ link, namespace: 'vrrpd-no-such' })).toMatchObject({
      ok: false,
      error: { code: 'ENOENT', call: 'open' },
    })
    expect(openAdvertSocket({ link, namespace: '/etc/passwd' })).toMatchObject({
      ok: false,
      error: { code: 'EINVAL', call: 'setns' },
    })
  })

  test('opening elsewhere leaves this process in its namespace, and nothing leaks', async () => {
    const namespace = readlinkSync('/proc/thread-self/ns/net')
    const index = await linkIndex(a)
    const descriptors = readdirSync('/proc/self/fd').length
    for (let count = 0; count < 200; count++) {
      const socket = openAdvertSocket({ link: { index, name: 'eth0' }, namespace: a.namespace })
      expect(socket.ok).toBe(true)
      if (socket.ok) socket.value.close()
      openAdvertSocket({ link: { index: 9999, name: 'nothing0' }, namespace: a.namespace })
    }
    // The test runner has descriptors that come and go, too.
    expect(readdirSync('/proc/self/fd').length - descriptors).toBeLessThan(100)
    expect(readlinkSync('/proc/thread-self/ns/net')).toBe(namespace)
  })
})
