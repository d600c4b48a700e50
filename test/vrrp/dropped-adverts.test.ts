/** When the tap is looked through, and what is concluded from it. */

import { describe, expect, test } from 'vitest'
import {
  describeDroppedAdverts,
  DroppedAdvertsDetector,
  type Listener,
  type Review,
  type SeenAdvert,
} from '../../src/vrrp/dropped-adverts.ts'
import { seconds, toSeconds } from '../../src/base/time.ts'
import { at, ip, makeRouter } from './kit.ts'

const neighbour = { source: ip('10.0.0.2'), protocol: 112 }
const listener = (vrid = 51, interval = 1): Listener =>
  makeRouter({ vrid, advertInterval: seconds(interval) })

const seen = (second: number, change: Partial<SeenAdvert> = {}): SeenAdvert => ({
  ...neighbour,
  destination: ip('224.0.0.18'),
  vrid: 51,
  priority: 150,
  arrivedAt: at(second),
  ...change,
})

/** Reviews when the last review asked for it, at most; gives the times between which the tap was wanted. */
function looks(
  detector: DroppedAdvertsDetector,
  listeners: readonly Listener[],
  from: number,
  to: number,
): readonly (readonly [number, number])[] {
  const found: [number, number][] = []
  let open: number | undefined
  for (let now = from; now <= to;) {
    const { look, next } = detector.review(listeners, at(now))
    if (look) open ??= now
    else if (open !== undefined) {
      found.push([open, now])
      open = undefined
    }
    now = next === undefined ? to + 1 : toSeconds(next as never)
  }
  return open === undefined ? found : [...found, [open, to]]
}

const sources = ({ dropped }: Review): readonly number[] => dropped.map(({ source }) => source)

describe('when to look', () => {
  test('from the start until whoever is Master would have been heard, then 2.5 of 60 intervals', () => {
    expect(looks(new DroppedAdvertsDetector(), [listener()], 10, 200)).toEqual([
      [10, 18],
      [60, 62.5],
      [120, 122.5],
      [180, 182.5],
    ])
  })

  test('hundreds of routers look together', () => {
    const detector = new DroppedAdvertsDetector()
    const all = Array.from({ length: 250 }, (_, index) => listener(index + 1))
    for (const { vrid } of all) {
      detector.review(all, at(5))
      detector.heard(neighbour, vrid, at(5 + vrid / 250))
    }
    expect(looks(detector, all, 20, 130)).toEqual([
      [60, 62.5],
      [120, 122.5],
    ])
  })

  test('never while adverts are heard', () => {
    const detector = new DroppedAdvertsDetector()
    detector.review([listener()], at(0))
    for (let second = 0; second < 130; second++) {
      detector.heard(neighbour, 51, at(second))
      expect(detector.review([listener()], at(second + 0.001)).look).toBe(false)
      expect(detector.review([listener()], at(second + 0.999)).look).toBe(false)
    }
  })

  test('one and a half intervals after the last advert, before the Master_Down_Timer can expire', () => {
    const detector = new DroppedAdvertsDetector()
    detector.review([listener()], at(0))
    detector.heard(neighbour, 51, at(10))
    expect(detector.review([listener()], at(11.4))).toMatchObject({ look: false, next: at(11.5) })
    expect(detector.review([listener()], at(11.5)).look).toBe(true)
  })

  test('an advert for another VRID does not break the silence', () => {
    const detector = new DroppedAdvertsDetector()
    detector.review([listener()], at(0))
    detector.heard(neighbour, 52, at(10))
    expect(detector.review([listener()], at(10.1)).look).toBe(false)
    detector.heard(neighbour, 51, at(20))
    detector.heard(neighbour, 52, at(21.5))
    expect(detector.review([listener()], at(21.6)).look).toBe(true)
  })

  test('longer intervals take longer looks, more seldom', () => {
    expect(looks(new DroppedAdvertsDetector(), [listener(51, 10)], 100, 700)).toEqual([
      [100, 180],
      [600, 625],
    ])
  })

  test('anew when a router takes part again', () => {
    const detector = new DroppedAdvertsDetector()
    expect(looks(detector, [listener()], 0, 30)).toEqual([[0, 8]])
    expect(detector.review([], at(31))).toEqual({ look: false, next: undefined, dropped: [] })
    expect(looks(detector, [listener()], 40, 50)).toEqual([[40, 48]])
  })
})

describe('what is concluded', () => {
  function watching(): DroppedAdvertsDetector {
    const detector = new DroppedAdvertsDetector()
    detector.review([listener(), listener(52)], at(0))
    return detector
  }
  const review = (detector: DroppedAdvertsDetector, second: number): Review =>
    detector.review([listener(), listener(52)], at(second))

  test('seen and not heard is deaf, a moment later', () => {
    const detector = watching()
    detector.seen(seen(1), at(1))
    expect(review(detector, 1.05)).toMatchObject({ dropped: [], next: at(1.1) })
    expect(review(detector, 1.1).dropped).toEqual([expect.objectContaining({ ...neighbour, since: at(1) })])
  })

  test('one that was read late gets the same moment', () => {
    const detector = watching()
    detector.seen(seen(1), at(5))
    expect(sources(review(detector, 5.05))).toEqual([])
    expect(sources(review(detector, 5.1))).toEqual([neighbour.source])
  })

  test.each([
    ['before it was seen', [1, 0.999]],
    ['after it was seen', [1, 1.05]],
  ])('heard %s is not deaf', (_when, [sawAt = 0, heardAt = 0]) => {
    const detector = watching()
    if (heardAt < sawAt) detector.heard(neighbour, 51, at(heardAt))
    detector.seen(seen(sawAt), at(sawAt))
    if (heardAt > sawAt) detector.heard(neighbour, 51, at(heardAt))
    expect(sources(review(detector, 2))).toEqual([])
  })

  test('a neighbour whose other adverts are heard is not deaf to', () => {
    const detector = watching()
    detector.heard(neighbour, 52, at(1))
    detector.seen(seen(1.001), at(1.001))
    expect(sources(review(detector, 2))).toEqual([])
  })

  test('a firewall that is closed later is noticed', () => {
    const detector = watching()
    detector.heard(neighbour, 51, at(1))
    detector.seen(seen(3), at(3))
    expect(sources(review(detector, 4))).toEqual([neighbour.source])
  })

  test('of two neighbours, the one who is not heard; of two protocols, too', () => {
    const detector = watching()
    detector.heard(neighbour, 51, at(1))
    detector.seen(seen(1), at(1))
    detector.seen(seen(1, { source: ip('10.0.0.3') }), at(1))
    detector.seen(seen(1, { protocol: 51 }), at(1))
    expect(review(detector, 2).dropped.map(({ source, protocol }) => [source, protocol])).toEqual([
      [ip('10.0.0.3'), 112],
      [ip('10.0.0.2'), 51],
    ])
  })

  test('VRIDs that are none of ours do not matter', () => {
    const detector = watching()
    detector.seen(seen(1, { vrid: 53 }), at(1))
    expect(sources(review(detector, 2))).toEqual([])
  })

  test('it is over at once when the neighbour is heard', () => {
    const detector = watching()
    detector.seen(seen(1), at(1))
    expect(sources(review(detector, 2))).toEqual([neighbour.source])
    detector.heard(neighbour, 51, at(2.1))
    expect(sources(review(detector, 2.2))).toEqual([])
  })

  test('it is over after a regular look that saw nothing, not before', () => {
    const detector = watching()
    detector.seen(seen(1), at(1))
    expect(sources(review(detector, 61))).toEqual([neighbour.source])
    detector.seen(seen(61), at(61))
    expect(review(detector, 122).dropped).toEqual([expect.objectContaining({ since: at(1) })])
    expect(sources(review(detector, 126.1))).toEqual([])
  })

  test('the priorities last seen, by VRID', () => {
    const detector = watching()
    detector.seen(seen(1, { vrid: 52, priority: 100 }), at(1))
    detector.seen(seen(1), at(1))
    detector.seen(seen(2, { priority: 130 }), at(2))
    expect([...(review(detector, 3).dropped[0]?.priorities ?? [])]).toEqual([
      [51, 130],
      [52, 100],
    ])
  })

  test('invented senders take no more than their share of memory', () => {
    const detector = watching()
    for (let number = 0; number < 10_000; number++) {
      detector.seen(seen(1, { source: (number + 1) as never }), at(1))
      detector.heard({ source: -number as never, protocol: 112 }, 52, at(1))
    }
    expect(review(detector, 2).dropped.length).toBe(64)
  })
})

describe('in words', () => {
  const dropped = {
    ...neighbour,
    destination: ip('224.0.0.18'),
    priorities: new Map([[51, 150]]),
    since: at(0),
  }

  test.each([
    [
      dropped,
      false,
      'adverts from 10.0.0.2 (VRID 51, priority 150) reach eth0 but a firewall drops them: allow protocol 112 to 224.0.0.18',
    ],
    [
      { ...dropped, protocol: 51, priorities: new Map([1, 2, 3, 4, 5, 6].map((vrid) => [vrid, 100])) },
      false,
      'adverts from 10.0.0.2 (VRIDs 1, 2, 3, 4 and 2 more) reach eth0 but a firewall drops them: allow protocol 51 to 224.0.0.18',
    ],
    [
      { ...dropped, destination: ip('10.0.0.1') },
      true,
      'adverts from 10.0.0.2 (VRID 51, priority 150) reach eth0 but are dropped; 10.0.0.2 is in no network of eth0: the reverse path filter (net.ipv4.conf.eth0.rp_filter) or a firewall does that: allow protocol 112 from 10.0.0.2',
    ],
  ])('%#', (what, offLink, text) => {
    expect(describeDroppedAdverts(what, 'eth0', offLink)).toBe(text)
  })
})
