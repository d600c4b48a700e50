/** Gratuitous ARP at a pace: what is sent when, with a clock of the test's own. */

import { expect, test } from 'vitest'
import { formatMac, ipv4FromNumber, parseIpv6, type Ipv4Address } from '../../../src/base/address.ts'
import { accepted, rejected } from '../../../src/base/result.ts'
import { milliseconds, seconds, toMilliseconds, between } from '../../../src/base/time.ts'
import { Announcer, type Announcement } from '../../../src/daemon/kernel/announcer.ts'
import { pacingOf } from '../../../src/daemon/kernel/garp-pacing.ts'
import type { GlobalDefs } from '../../../src/config/model.ts'
import type { Link } from '../../../src/netlink/types.ts'
import { ManualTimers } from '../../support/manual-clock.ts'

const link = (name: string, index: number): Link => ({
  name,
  index,
  up: true,
  noArp: false,
  multicast: true,
  loopback: false,
  mac: Uint8Array.of(2, 0, 0, 0, 0, index),
  mtu: 1500,
})
const eth0 = link('eth0', 2)
const eth1 = link('eth1', 3)
const eth2 = link('eth2', 4)

const vip = (last: number): Ipv4Address => ipv4FromNumber(0x0a09_0000 + last)
const on = (where: Link, ...last: readonly number[]): readonly Announcement[] =>
  last.map((each) => ({ linkIndex: where.index, address: vip(each) }))

function stage(interval: number, groups: readonly { links: readonly string[]; interval: number }[] = []) {
  const timers = new ManualTimers()
  const start = timers.clock.now()
  const sent: string[] = []
  const said: string[] = []
  const details: string[] = []
  /** Of each frame, the one it comes from and the one it tells. */
  const macs: (readonly string[])[] = []
  const table = new Map([eth0, eth1, eth2].map((each) => [each.index, each]))
  let refuse = false
  const announcer = new Announcer(
    {
      clock: timers.clock,
      timers,
      linkByIndex: (index) => table.get(index),
      drain: () => undefined,
      linkSettings: { read: () => undefined, write: () => false },
      complain: ({ text }) => said.push(text),
      detail: (text) => details.push(text),
      arp: {
        send: (index, frames) => {
          if (refuse) return rejected({ errno: 100, code: 'ENETDOWN', call: 'send', text: 'Network is down' })
          const now = toMilliseconds(between(start, timers.clock.now()))
          for (const frame of frames) {
            sent.push(`${now} ${index}:${frame[31] ?? 0}`)
            // The target link-layer address is the last of a neighbour advertisement.
            const told = frame[12] === 0x86 ? frame.subarray(-6) : frame.subarray(22, 28)
            macs.push([frame.subarray(6, 12), told].map(formatMac))
          }
          return accepted(frames.length)
        },
        close: () => undefined,
      },
    },
    pacingOf({
      global: { garpInterval: milliseconds(interval) } as GlobalDefs,
      garpGroups: groups.map(({ links, interval: garp }) => ({
        links,
        garpInterval: milliseconds(garp),
        gnaInterval: seconds(0),
      })),
    }),
  )
  return {
    timers,
    announcer,
    said,
    details,
    macs: () => macs.splice(0),
    /** The kernel has told this, or that the link is gone. */
    set: (index: number, changed: Partial<Link> | undefined) => {
      const former = table.get(index)
      if (former === undefined || changed === undefined) table.delete(index)
      else table.set(index, { ...former, ...changed })
    },
    /** What has been sent since the last call. */
    sent: (): readonly string[] => sent.splice(0),
    refuse: (does = true) => (refuse = does),
  }
}

test('without a pace a burst goes out at once: all addresses, then all again', () => {
  const { announcer, sent, timers } = stage(0)
  announcer.announce('V1', [...on(eth0, 1, 2), ...on(eth1, 3)], 2)
  expect(sent()).toEqual(['0 2:1', '0 2:2', '0 2:1', '0 2:2', '0 3:3', '0 3:3'])
  expect(timers.pending).toBe(0)
})

test('a burst without measure is cut: adverts have to go out as well', () => {
  const { announcer, sent } = stage(0)
  announcer.announce('V1', [...on(eth0, 1, 2, 3), ...on(eth1, 4)], 4_294_967_295)
  const bursts = sent()
  expect(bursts.filter((each) => each.startsWith('0 2:'))).toHaveLength(9_999)
  expect(bursts.filter((each) => each.startsWith('0 3:'))).toHaveLength(10_000)
})

test('with one, the first goes at once, and each link has its own pace for all its routers', () => {
  const { announcer, sent, timers } = stage(100)
  announcer.announce('V1', [...on(eth0, 1, 2), ...on(eth1, 3)], 2)
  announcer.announce('V2', on(eth0, 4), 1)
  expect(sent()).toEqual(['0 2:1', '0 3:3'])
  timers.advance(milliseconds(99))
  expect(sent()).toEqual([])
  timers.advance(seconds(1))
  expect(sent()).toEqual(['100 2:2', '100 3:3', '200 2:1', '300 2:4', '400 2:2'])
  expect(timers.pending).toBe(0)
})

test('-D tells of a burst once for each link, of many addresses the first', () => {
  const { announcer, details } = stage(0)
  announcer.announce('V1', [...on(eth0, 1, 2), ...on(eth1, 3)], 5)
  announcer.announce('V2', on(eth0, ...Array.from({ length: 250 }, (_, index) => index)), 5)
  announcer.announce('V3', on(eth0, 1), 0)
  const first = Array.from({ length: 10 }, (_, index) => `10.9.0.${index}`).join(', ')
  expect(details).toEqual([
    '(V1) Sending/queueing gratuitous ARPs on eth0 for 10.9.0.1, 10.9.0.2',
    '(V1) Sending/queueing gratuitous ARPs on eth1 for 10.9.0.3',
    `(V2) Sending/queueing gratuitous ARPs on eth0 for ${first} and 240 more`,
  ])
})

test('links of a garp_group share one pace; the others have the global one', () => {
  const { announcer, sent, timers } = stage(10, [{ links: ['eth0', 'eth1'], interval: 200 }])
  announcer.announce('V1', [...on(eth0, 1), ...on(eth1, 2), ...on(eth2, 3, 4)], 1)
  timers.advance(seconds(1))
  expect(sent()).toEqual(['0 2:1', '0 4:3', '10 4:4', '200 3:2'])
})

test('a pace holds over bursts, and a burst adds nothing to what still waits', () => {
  const { announcer, sent, timers } = stage(100)
  announcer.announce('V1', on(eth0, 1), 1)
  timers.advance(milliseconds(40))
  for (let count = 0; count < 10; count += 1) announcer.announce('V1', on(eth0, 1), 3)
  timers.advance(seconds(1))
  expect(sent()).toEqual(['0 2:1', '100 2:1', '200 2:1', '300 2:1'])
})

test('what a router holds no more is not announced', () => {
  const { announcer, sent, timers } = stage(100)
  announcer.announce('V1', on(eth0, 1, 2, 3), 1)
  announcer.announce('V2', on(eth0, 9), 1)
  announcer.keepOnly('V1', on(eth0, 3))
  timers.advance(seconds(1))
  expect(sent()).toEqual(['0 2:1', '100 2:3', '200 2:9'])
  announcer.announce('V1', on(eth0, 1, 2), 1)
  announcer.close()
  timers.advance(seconds(1))
  expect(sent()).toEqual(['1000 2:1'])
})

test('a link that refuses is said once until it takes some again', () => {
  const { announcer, said, sent, timers, refuse } = stage(100)
  refuse()
  announcer.announce('V1', on(eth0, 1, 2, 3), 5)
  timers.advance(seconds(3))
  expect(sent()).toEqual([])
  announcer.announce('V1', on(eth0, 1, 2, 3), 5)
  timers.advance(seconds(3))
  expect(said).toEqual(['cannot send gratuitous ARP on eth0: Network is down [ENETDOWN]'])
  refuse(false)
  announcer.announce('V1', on(eth0, 1), 1)
  timers.advance(seconds(3))
  expect(sent()).toEqual(['6000 2:1'])
  refuse()
  announcer.announce('V1', on(eth0, 1), 1)
  expect(said).toHaveLength(2)
})

test('a repeat of 0 sends nothing', () => {
  const { announcer, sent, timers } = stage(100)
  announcer.announce('V1', on(eth0, 1), 0)
  timers.advance(seconds(1))
  expect(sent()).toEqual([])
})

const otherMac = Uint8Array.of(2, 0x11, 0x22, 0x33, 0x44, 0x55)

test('every frame is of the hardware address that the link has then, also what has waited', () => {
  const { announcer, macs, timers, set } = stage(100)
  announcer.announce('V1', on(eth0, 1), 3)
  expect(macs()).toEqual([['02:00:00:00:00:02', '02:00:00:00:00:02']])
  set(2, { mac: otherMac })
  timers.advance(milliseconds(100))
  expect(macs()).toEqual([['02:11:22:33:44:55', '02:11:22:33:44:55']])
  set(2, { mac: eth0.mac })
  timers.advance(milliseconds(100))
  expect(macs()).toEqual([['02:00:00:00:00:02', '02:00:00:00:00:02']])
  const ipv6 = [{ linkIndex: 3, address: parseIpv6('fe80::1')! }]
  announcer.announce('V1', ipv6, 1)
  set(3, { mac: otherMac })
  announcer.announce('V1', ipv6, 1)
  expect(macs()).toEqual([
    ['02:00:00:00:00:03', '02:00:00:00:00:03'],
    ['02:11:22:33:44:55', '02:11:22:33:44:55'],
  ])
})

const unannounceable: readonly (readonly [string, Partial<Link> | undefined])[] = [
  ['has no ARP', { noArp: true }],
  ['is a loopback', { loopback: true }],
  ['has no hardware address', { mac: new Uint8Array() }],
  ['is an InfiniBand', { mac: new Uint8Array(20) }],
  ['is gone', undefined],
]

test.each(unannounceable)(
  'on a link that %s nothing is sent, and what waits for it is forgotten',
  (_, what) => {
    const { announcer, sent, timers, set, said } = stage(100, [
      { links: ['eth0', 'eth1', 'eth2'], interval: 100 },
    ])
    announcer.announce('V1', [...on(eth0, 1, 2, 3), ...on(eth1, 4)], 2)
    set(2, what)
    timers.advance(seconds(1))
    // No turn of the pace is lost by them.
    expect(sent()).toEqual(['0 2:1', '100 3:4', '200 3:4'])
    announcer.announce('V1', [...on(eth0, 1, 2), ...on(eth1, 4)], 1)
    expect(sent()).toEqual(['1000 3:4'])
    expect(timers.pending).toBe(0)
    expect(said).toEqual([])
  },
)

test('a link that has another name keeps what waits, at the pace of that name', () => {
  const { announcer, sent, timers, set, details } = stage(100, [{ links: ['lan0'], interval: 300 }])
  announcer.announce('V1', on(eth0, 1, 2), 2)
  set(2, { name: 'lan0' })
  timers.advance(seconds(2))
  expect(sent()).toEqual(['0 2:1', '100 2:2', '400 2:1', '700 2:2'])
  announcer.announce('V1', on(eth0, 1), 1)
  expect(details.at(-1)).toBe('(V1) Sending/queueing gratuitous ARPs on lan0 for 10.9.0.1')
})
