/**
 * RFC 9568 section 6.4, state by state and event by event: what is said there, or how we depart from it on purpose.
 * A router of version 3, priority 100, whose own interval is 0.4 s; everything happens at 10 s.
 */

import { describe, expect, test } from 'vitest'
import { masterDownInterval, skewTime } from '../../../src/base/intervals.ts'
import { after, seconds, type Instant } from '../../../src/base/time.ts'
import type {
  Advert,
  Backup,
  Conditions,
  RouterEvent,
  State,
  Step,
} from '../../../src/vrrp/election/state.ts'
import { step } from '../../../src/vrrp/election/step.ts'
import { at, ip, makeAdvert, makeRouter } from '../kit.ts'

const now: Instant = at(10)
const OWN = seconds(0.4)
const OTHER = seconds(0.1)
const router = makeRouter({ version: 3, advertInterval: OWN })
const well: Conditions = { priority: 100, faults: [], pending: [], source: ip('10.9.0.2') }

const initialize: State = { kind: 'initialize', next: undefined }
const backup = (change: Partial<Backup> = {}): Backup => ({
  kind: 'backup',
  masterDownAt: now,
  master: undefined,
  preemptAt: undefined,
  wantsMaster: false,
  ...change,
})
const active: State = {
  kind: 'master',
  nextAdvertAt: now,
  secondBurstAt: undefined,
  lowerPrioBurstAt: undefined,
  refreshAt: undefined,
}

const advert = (priority: number, change: Partial<Advert> = {}): RouterEvent => ({
  type: 'advert',
  advert: makeAdvert({ priority, source: ip('10.9.0.3'), arrivedAt: now, interval: OTHER, ...change }),
})
const timeout: RouterEvent = { type: 'timeout', heldBack: false }

const take = (state: State, event: RouterEvent, of = router): Step => step(of, state, well, event, now)
const sent = ({ effects }: Step): readonly number[] =>
  effects.flatMap((effect) => (effect.type === 'send-advert' ? [effect.priority] : []))
const didAnnounce = ({ effects }: Step): boolean => effects.some(({ type }) => type === 'announce')
const learnedOf = (interval: number) => ({ ...router, advertInterval: seconds(interval) })

describe('6.4.1 Initialize', () => {
  test('startup of the address owner: an advert, ARP, Adver_Timer to Advertisement_Interval, Active', () => {
    const owner = { ...well, priority: 255 }
    const taken = step({ ...router, priority: 255 }, initialize, owner, { type: 'start', asOwner: true }, now)
    expect(taken.state).toMatchObject({ kind: 'master', nextAdvertAt: after(now, OWN) })
    expect(sent(taken)).toEqual([255])
    expect(didAnnounce(taken)).toBe(true)
  })

  test('any other startup: Active_Adver_Interval is our own, Active_Down_Timer is set, Backup', () => {
    const { state } = take(initialize, { type: 'start', asOwner: false })
    expect(state).toEqual(backup({ masterDownAt: after(now, masterDownInterval(router, 100)) }))
  })
})

describe('6.4.2 Backup', () => {
  test('shutdown: the timer is cancelled, Initialize, without an advert', () => {
    const taken = take(backup(), { type: 'stop' })
    expect(taken.state).toEqual(initialize)
    expect(sent(taken)).toEqual([])
  })

  test('Active_Down_Timer fires: an advert, ARP, Adver_Timer to our own interval, Active', () => {
    const taken = take(backup({ learnedInterval: OTHER }), timeout)
    expect(taken.state).toMatchObject({ kind: 'master', nextAdvertAt: after(now, OWN) })
    expect(sent(taken)).toEqual([100])
    expect(didAnnounce(taken)).toBe(true)
  })

  test('an advert of priority 0: Active_Down_Timer to Skew_Time, of the interval that is in force', () => {
    const skew = (interval: number): Instant => after(now, skewTime(learnedOf(interval), 100))
    expect(take(backup(), advert(0)).state).toMatchObject({ masterDownAt: skew(0.4) })
    expect(take(backup({ learnedInterval: seconds(2) }), advert(0)).state).toMatchObject({
      masterDownAt: skew(2),
      learnedInterval: seconds(2),
    })
  })

  test.each([
    ['equal', 100, true],
    ['higher', 101, true],
    ['lower, Preempt_Mode false', 50, false],
  ])(
    'an advert of %s priority: its interval is learned, and the timer is set by it',
    (_, priority, preempt) => {
      const { state, effects } = take(backup(), advert(priority), { ...router, preempt })
      const masterDownAt = after(now, masterDownInterval(learnedOf(0.1), 100))
      expect(state).toMatchObject({ kind: 'backup', learnedInterval: OTHER, masterDownAt })
      expect(effects.filter(({ type }) => type !== 'note')).toEqual([])
    },
  )

  test('one with our own interval takes back what was learned', () => {
    const { state } = take(backup({ learnedInterval: OTHER }), advert(150, { interval: OWN }))
    expect(state).not.toHaveProperty('learnedInterval')
    expect(state).toMatchObject({ masterDownAt: after(now, masterDownInterval(router, 100)) })
  })

  test('an advert of lower priority, Preempt_Mode true: discarded', () => {
    const before = backup({ learnedInterval: seconds(2) })
    expect(take(before, advert(50)).state).toEqual(before)
  })

  // A departure: by section 6.4.2 the timer would fire at once, and 2.2.7 becomes master with each such advert.
  test('an interval of 0 teaches nothing', () => {
    const { state } = take(backup({ learnedInterval: OTHER }), advert(150, { interval: seconds(0) }))
    expect(state).toMatchObject({
      learnedInterval: OTHER,
      masterDownAt: after(now, masterDownInterval(learnedOf(0.1), 100)),
    })
  })
})

describe('6.4.3 Active', () => {
  test('shutdown: an advert of priority 0, Initialize', () => {
    const taken = take(active, { type: 'stop' })
    expect(taken.state).toEqual(initialize)
    expect(sent(taken)).toEqual([0])
  })

  test('Adver_Timer fires: an advert, and the timer is set again', () => {
    const taken = take(active, timeout)
    expect(taken.state).toMatchObject({ kind: 'master', nextAdvertAt: after(now, OWN) })
    expect(sent(taken)).toEqual([100])
  })

  test('an advert of priority 0: an advert at once, and the timer is set again', () => {
    const taken = take(active, advert(0))
    expect(taken.state).toMatchObject({ kind: 'master', nextAdvertAt: after(now, OWN) })
    expect(sent(taken)).toEqual([100])
  })

  test.each([
    ['a higher priority', 101, '10.9.0.1'],
    ['an equal priority and a greater address', 100, '10.9.0.3'],
  ])('an advert of %s: its interval is learned, Backup', (_, priority, source) => {
    const taken = take(active, advert(priority, { source: ip(source) }))
    const masterDownAt = after(now, masterDownInterval(learnedOf(0.1), 100))
    expect(taken.state).toMatchObject({ kind: 'backup', learnedInterval: OTHER, masterDownAt })
    expect(sent(taken)).toEqual([])
  })

  test.each([
    ['a lower priority', 99, '10.9.0.3'],
    ['an equal priority and a lower address', 100, '10.9.0.1'],
  ])('an advert of %s: Active, which it says at once', (_, priority, source) => {
    const taken = take(active, advert(priority, { source: ip(source) }))
    expect(taken.state).toMatchObject({ kind: 'master', nextAdvertAt: after(now, OWN) })
    expect(sent(taken)).toEqual([100])
  })
})
