import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { formatIpv4, ipv4FromNumber, type Ipv4Address } from '../../src/base/address.ts'
import { after, instant, seconds, type Instant } from '../../src/base/time.ts'
import { describeNote } from '../../src/daemon/log/messages.ts'
import {
  accept,
  forgetGone,
  reject,
  renew,
  type Rejections,
  type RejectedSenders,
} from '../../src/vrrp/rejections.ts'
import { ip } from './kit.ts'

const peer = ip('10.0.0.2')
const other = ip('10.0.0.3')
const origin = instant(5e9)

let now: Instant
let senders: RejectedSenders
let log: string[]

beforeEach(() => {
  now = origin
  senders = []
  log = []
})

function take(next: Rejections): void {
  senders = next.senders
  const at = (now - origin) / 1e6
  for (const note of next.notes) log.push(`${at} ${describeNote('VI_1', note).text}`)
}

const wait = (howLong: number): void => {
  now = after(now, seconds(howLong))
}

const refuse = (source: Ipv4Address = peer, reason = 'auth-failure'): void => {
  take(reject(senders, { source, reason, text: `invalid passwd! from ${formatIpv4(source)}` }, now))
}

const believe = (source: Ipv4Address = peer): void => {
  take(forgetGone(senders, now))
  take(accept(senders, source))
}

/** One a second, as a misconfigured neighbour sends them. */
function refuseFor(howLong: number): void {
  for (let second = 0; second < howLong; second += 1) {
    refuse()
    wait(1)
  }
}

const text = '(VI_1) invalid passwd! from 10.0.0.2'

describe('a neighbour with another password', () => {
  test('the first at once, then how many more, less and less often', () => {
    refuseFor(3 * 3_600)
    expect(log).toEqual([
      `0 ${text}`,
      `60 ${text}: 60 more in 60 s`,
      `360 ${text}: 300 more in 5 min`,
      `2160 ${text}: 1800 more in 30 min`,
      `5760 ${text}: 3600 more in 60 min`,
      `9360 ${text}: 3600 more in 60 min`,
    ])
  })

  test('each sender and each reason has a line of its own', () => {
    refuse(peer, 'auth-failure')
    refuse(peer, 'ttl')
    refuse(other, 'ttl')
    refuse(other, 'ttl')
    expect(log).toHaveLength(3)
    expect(senders.map(({ source, reason, count }) => [source, reason, count])).toEqual([
      [peer, 'auth-failure', 1],
      [peer, 'ttl', 1],
      [other, 'ttl', 2],
    ])
  })

  test('first and last time are kept', () => {
    refuseFor(10)
    expect(senders).toMatchObject([{ firstAt: origin, lastAt: after(origin, seconds(9)), count: 10 }])
  })

  test('one that has been mended is said so, once', () => {
    refuseFor(58)
    believe()
    believe()
    expect(log.slice(1)).toEqual(['58 (VI_1) adverts from 10.0.0.2 are accepted again, after 58 rejected'])
  })

  test('another sender’s good adverts do not end it', () => {
    refuse()
    believe(other)
    expect(log).toHaveLength(1)
  })

  test('one that is mended and breaks again later is news', () => {
    refuse()
    believe()
    wait(60)
    refuse()
    expect(log.at(-1)).toBe(`60 ${text}`)
    expect(senders).toMatchObject([{ count: 1, firstAt: after(origin, seconds(60)) }])
  })

  test('one that breaks again later does not make those forgotten that came quietly in between', () => {
    refuse()
    believe()
    refuse()
    wait(60)
    refuse()
    expect(log.at(-1)).toBe(`60 ${text}: 2 more in 60 s`)
    expect(senders).toMatchObject([{ count: 3, firstAt: origin }])
  })

  test('a change of state makes it news', () => {
    refuseFor(5)
    senders = renew(senders)
    refuseFor(5)
    expect(log).toEqual([`0 ${text}`, `5 ${text}`])
    expect(senders).toMatchObject([{ count: 10, firstAt: origin }])
  })

  test('one that has gone is forgotten, and the rest is said', () => {
    refuseFor(20)
    wait(598)
    believe(other)
    expect(log).toHaveLength(1)
    expect(senders).toHaveLength(1)
    wait(1)
    believe(other)
    expect(log.slice(1)).toEqual([`619 ${text}: 19 more, none in the last 10 min`])
    expect(senders).toEqual([])
  })

  test('about a single one nothing more is said', () => {
    refuse()
    wait(601)
    believe(other)
    expect(log).toHaveLength(1)
    expect(senders).toEqual([])
  })
})

const untold = (all: RejectedSenders, source: Ipv4Address): number =>
  all
    .filter((each) => each.source === source)
    .reduce((sum, { count, said }) => sum + (said?.unsaid ?? count), 0)

describe('bounds', () => {
  test('a forger and the real sender, taking turns for an hour, cost two lines at each interval', () => {
    for (let turn = 0; turn < 3_600; turn += 1) {
      refuse()
      believe()
      wait(1)
    }
    expect(log).toHaveLength(2 * 4)
  })

  test('ever other addresses: thirty-two by name, the rest together', () => {
    for (let each = 0; each < 10_000; each += 1) refuse(ipv4FromNumber(0x0a000100 + each))
    expect(senders).toHaveLength(33)
    expect(senders.at(-1)).toMatchObject({ source: undefined, reason: 'various', count: 10_000 - 32 })
    expect(log).toHaveLength(33)
    expect(log.at(-1)).toBe('0 (VI_1) rejecting adverts of many more senders')
    wait(60)
    refuse(ip('10.9.9.9'))
    expect(log.at(-1)).toBe('60 (VI_1) rejecting adverts of many more senders: 9968 more in 60 s')
  })

  test('whatever comes: every rejection is counted once, and no two lines about a sender are too close', () => {
    const event = fc.record({
      pause: fc.integer({ min: 0, max: 700 }),
      source: fc.constantFrom(peer, other),
      good: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(event, { maxLength: 80 }), (events) => {
        let current: RejectedSenders = []
        let at = origin
        let rejected = 0
        let accounted = 0
        const saidAt = new Map<unknown, Instant>()
        for (const { pause, source, good } of events) {
          at = after(at, seconds(pause))
          if (!good) rejected += 1
          const forgotten = forgetGone(current, at)
          const next = good
            ? accept(forgotten.senders, source)
            : reject(forgotten.senders, { source, reason: 'ttl', text: 'ttl' }, at)
          for (const note of [...forgotten.notes, ...next.notes]) {
            if (note.kind === 'advert-rejected') accounted += 1
            if (note.kind === 'adverts-still-rejected') accounted += note.more
            if (note.kind === 'adverts-no-longer-rejected') accounted += note.more
            if (note.kind === 'adverts-accepted-again') accounted += untold(forgotten.senders, source)
            if (note.kind !== 'advert-rejected' && note.kind !== 'adverts-still-rejected') continue
            expect(at - (saidAt.get(note.source) ?? 0)).toBeGreaterThanOrEqual(seconds(60))
            saidAt.set(note.source, at)
          }
          current = next.senders
        }
        expect(accounted + untold(current, peer) + untold(current, other)).toBe(rejected)
      }),
    )
  })
})
