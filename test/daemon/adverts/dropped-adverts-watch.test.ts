/** Which taps are open, and what is said; the decisions are test/vrrp/dropped-adverts.test.ts's subject. */

import { expect, test } from 'vitest'
import { formatIpv4, ipv4FromNumber } from '../../../src/base/address.ts'
import { accepted, rejected } from '../../../src/base/result.ts'
import { seconds } from '../../../src/base/time.ts'
import { DroppedAdvertsWatch, type WatchedLink } from '../../../src/daemon/adverts/dropped-adverts-watch.ts'
import type { Datagram } from '../../../src/system/socket.ts'
import type { AdvertTap } from '../../../src/vrrp/socket/advert-tap.ts'
import { craftAdvert } from '../../support/lab/craft.ts'
import { ManualTimers } from '../../support/manual-clock.ts'
import { ip, makeRouter } from '../../vrrp/kit.ts'

const addresses = new Set([ip('224.0.0.18'), ip('10.0.0.1')])
const link = (change: Partial<WatchedLink> = {}): WatchedLink => ({
  name: 'eth0',
  index: 2,
  addresses,
  listeners: [makeRouter({ vrid: 51 }), makeRouter({ vrid: 52 })],
  ...change,
})

const packet = (source: string, vrid = 51): Uint8Array =>
  craftAdvert({ source, vrid, priority: 150, addresses: ['10.0.0.100'] }).subarray(14)

class FakeTap implements AdvertTap {
  closed = false
  private readonly waiting: Datagram[] = []
  private callback: (() => void) | undefined

  receive() {
    return accepted(this.waiting.splice(0, 16))
  }

  onReadable(callback: (() => void) | undefined): void {
    this.callback = callback
  }

  close(): void {
    this.closed = true
  }

  arrive(...packets: readonly Uint8Array[]): void {
    for (const bytes of packets)
      this.waiting.push({
        bytes,
        source: new Uint8Array(),
        linkIndex: undefined,
        ttl: undefined,
        age: seconds(0),
        truncated: false,
      })
    this.callback?.()
  }
}

function makeWatch(links: WatchedLink[] = [link()]) {
  const timers = new ManualTimers()
  const taps: { readonly index: number; readonly tap: FakeTap }[] = []
  const said: string[] = []
  const watch = new DroppedAdvertsWatch({
    clock: timers.clock,
    timers,
    openTap: (index) => {
      if (index === 0) return rejected({ errno: 19, code: 'ENODEV', call: 'bind', text: 'No such device' })
      const tap = new FakeTap()
      taps.push({ index, tap })
      return accepted(tap)
    },
    links: () => links,
    isOwn: (address) => formatIpv4(address) === '10.0.0.1',
    isNeighbour: (_index, address) => formatIpv4(address).startsWith('10.0.0.'),
    complain: ({ text }) => said.push(text),
  })
  const hear = (source: string, vrid = 51): void => {
    watch.heard({ link: 'eth0', bytes: packet(source, vrid), arrivedAt: timers.clock.now() })
  }
  return { timers, taps, said, watch, hear, links }
}

const openTaps = ({ taps }: Pick<ReturnType<typeof makeWatch>, 'taps'>): readonly number[] =>
  taps.filter(({ tap }) => !tap.closed).map(({ index }) => index)

test('one tap for each link, whatever the number of routers, closed when all are heard', () => {
  const scene = makeWatch([link(), link({ name: 'eth1', index: 3 })])
  scene.watch.review()
  expect(openTaps(scene)).toEqual([2, 3])
  scene.hear('10.0.0.2', 51)
  scene.timers.advance(seconds(1))
  expect(openTaps(scene), 'one router still hears nothing').toEqual([2, 3])
  scene.hear('10.0.0.2', 51)
  scene.hear('10.0.0.2', 52)
  scene.timers.advance(seconds(1))
  expect(openTaps(scene)).toEqual([3])
})

test('it is said once, and is a problem until the neighbour is heard', () => {
  const { watch, taps, timers, said, hear } = makeWatch()
  watch.review()
  const since = timers.clock.now()
  for (let second = 0; second < 5; second++) {
    taps[0]?.tap.arrive(packet('10.0.0.2'))
    timers.advance(seconds(1))
  }
  const text =
    'adverts from 10.0.0.2 (VRID 51, priority 150) reach eth0 but a firewall drops them: allow protocol 112 to 224.0.0.18'
  expect(said).toEqual([text])
  expect(watch.problems()).toEqual([{ code: 'firewall', routers: ['V51'], text, since }])
  hear('10.0.0.2')
  timers.advance(seconds(1))
  expect(watch.problems()).toEqual([])
})

test('unicast adverts are allowed by their sender, who may live elsewhere', () => {
  const { watch, taps, timers, said } = makeWatch()
  watch.review()
  const fields = { source: '172.16.0.9', vrid: 51, priority: 150, addresses: [], destination: '10.0.0.1' }
  taps[0]?.tap.arrive(craftAdvert(fields).subarray(14))
  timers.advance(seconds(1))
  expect(said).toEqual([
    'adverts from 172.16.0.9 (VRID 51, priority 150) reach eth0 but a firewall drops them: allow protocol 112 from 172.16.0.9',
  ])
})

test('what is ours, or goes elsewhere, is nothing to hear', () => {
  const { watch, taps, timers, said } = makeWatch()
  watch.review()
  const elsewhere = craftAdvert({
    source: '10.0.0.2',
    vrid: 51,
    priority: 1,
    addresses: [],
    destination: '224.0.0.19',
  })
  const broken = packet('10.0.0.3')
  broken.set([1], 8)
  taps[0]?.tap.arrive(packet('10.0.0.1'), elsewhere.subarray(14), broken, Uint8Array.of(1, 2, 3))
  timers.advance(seconds(2))
  expect(said).toEqual([])
})

test('an inventive neighbour fills no log', () => {
  const { watch, taps, timers, said } = makeWatch()
  watch.review()
  for (let number = 0; number < 30; number++) {
    taps[0]?.tap.arrive(packet(formatIpv4(ipv4FromNumber(ip('10.0.0.10') + number))))
    timers.advance(seconds(0.2))
  }
  expect(said).toHaveLength(8)
  expect(watch.problems()).toHaveLength(30)
})

test('a link that goes takes its tap along; one that came back gets another; one that refuses is tried again', () => {
  const scene = makeWatch()
  scene.watch.review()
  scene.links[0] = link({ index: 7 })
  scene.timers.advance(seconds(1))
  expect(openTaps(scene)).toEqual([7])
  scene.links[0] = link({ index: 0 })
  scene.timers.advance(seconds(1))
  expect(openTaps(scene)).toEqual([])
  scene.links[0] = link({ index: 9 })
  scene.timers.advance(seconds(1))
  expect(openTaps(scene)).toEqual([9])
  scene.links.length = 0
  scene.timers.advance(seconds(1))
  expect(openTaps(scene)).toEqual([])
})

test('closed, nothing is open and no timer runs', () => {
  const scene = makeWatch()
  scene.watch.review()
  scene.watch.close()
  expect(openTaps(scene)).toEqual([])
  expect(scene.timers.pending).toBe(0)
})
