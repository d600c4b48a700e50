import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  contribution,
  contributionsOf,
  effectivePriority,
  isFaulty,
  type Contribution,
} from '../../../src/vrrp/election/priority.ts'
import type { Tracker, Verdict } from '../../../src/vrrp/election/state.ts'
import { makeRouter, makeTracker } from '../kit.ts'

const verdicts: readonly Verdict[] = ['pending', 'up', 'down', 'disabled']

const trackers: fc.Arbitrary<Tracker> = fc.record({
  kind: fc.constantFrom('script', 'interface'),
  name: fc.constantFrom('a', 'b', 'c'),
  weight: fc.integer({ min: -253, max: 253 }),
  reverse: fc.boolean(),
})
const contributions: fc.Arbitrary<Contribution> = fc.record({
  tracker: trackers,
  weight: fc.integer({ min: -253, max: 253 }),
})

describe('contribution', () => {
  test.each([
    // weight, reverse, what it adds when pending, up, down, disabled
    [20, false, [0, 20, 0, 0]],
    [-20, false, [0, 0, -20, 0]],
    [20, true, [0, -20, 0, 0]],
    [-20, true, [0, 0, 20, 0]],
    [0, false, [0, 0, 0, 0]],
    [0, true, [0, 0, 0, 0]],
  ] as const)('weight %d, reverse %s', (weight, reverse, expected) => {
    const tracker = makeTracker({ weight, reverse })
    expect(verdicts.map((verdict) => contribution(tracker, verdict) + 0)).toEqual(expected)
  })

  test('weight 0 is a matter of Fault, unless it has no result or cannot have one', () => {
    const faulty = (tracker: Tracker): boolean[] => verdicts.map((verdict) => isFaulty(tracker, verdict))
    expect(faulty(makeTracker({ weight: 0 }))).toEqual([false, false, true, false])
    expect(faulty(makeTracker({ weight: 0, reverse: true }))).toEqual([false, true, false, false])
    expect(faulty(makeTracker({ weight: -1 }))).toEqual([false, false, false, false])
  })
})

describe('effective priority', () => {
  test('is within 1..254 whatever the weights', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 254 }), fc.array(contributions), (base, added) => {
        const effective = effectivePriority(base, added)
        expect(Number.isInteger(effective) && effective >= 1 && effective <= 254).toBe(true)
      }),
    )
  })

  test('of an owner is 255 whatever the weights', () => {
    fc.assert(
      fc.property(fc.array(contributions), (added) => {
        expect(effectivePriority(255, added)).toBe(255)
      }),
    )
  })

  test('does not depend on the order of the trackers', () => {
    const shuffled = fc
      .array(contributions, { minLength: 1 })
      .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })))
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 254 }), shuffled, (base, [inOrder, other]) => {
        expect(effectivePriority(base, other)).toBe(effectivePriority(base, inOrder))
      }),
    )
  })

  test('is bounded at the end, not on the way: +200 and -253 on 100 leave 47', () => {
    const tracker = makeTracker()
    const plus = { tracker, weight: 200 }
    const minus = { tracker, weight: -253 }
    expect(effectivePriority(100, [plus, minus])).toBe(47)
    expect(effectivePriority(100, [minus, plus])).toBe(47)
    expect(effectivePriority(100, [plus])).toBe(254)
    expect(effectivePriority(100, [minus])).toBe(1)
  })

  test('a tracker that comes up never lowers it, and never raises it with reverse', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 254 }),
        trackers,
        fc.array(contributions),
        (base, one, others) => {
          const down = effectivePriority(base, [
            ...others,
            { tracker: one, weight: contribution(one, 'down') },
          ])
          const up = effectivePriority(base, [...others, { tracker: one, weight: contribution(one, 'up') }])
          if (one.reverse) expect(up).toBeLessThanOrEqual(down)
          else expect(up).toBeGreaterThanOrEqual(down)
        },
      ),
    )
  })

  test('asks each tracker for its own verdict', () => {
    const plus = makeTracker({ name: 'plus', weight: 10 })
    const minus = makeTracker({ name: 'minus', weight: -5 })
    const router = makeRouter({ trackers: [plus, minus] })
    const verdictOf = ({ name }: Tracker): Verdict => (name === 'plus' ? 'up' : 'down')
    expect(contributionsOf(router, verdictOf)).toEqual([
      { tracker: plus, weight: 10 },
      { tracker: minus, weight: -5 },
    ])
  })
})
