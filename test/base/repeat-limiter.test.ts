import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  limit,
  limitByKey,
  NOTHING_SAID,
  type Limits,
  type Repeats,
  type Say,
} from '../../src/base/repeat-limiter.ts'
import { between, instant, seconds, type Instant } from '../../src/base/time.ts'

const at = (second: number): Instant => instant(second * 1_000_000)

describe('one thing', () => {
  /** One a second: when it is said, and how many were left out before that. */
  function everySecond(until: number, intervals: readonly number[]): readonly (readonly [number, number])[] {
    let known: Repeats | undefined
    const said: (readonly [number, number])[] = []
    for (let second = 0; second <= until; second++) {
      const { repeats, say } = limit(known, at(second), intervals.map(seconds))
      known = repeats
      if (say !== undefined) said.push([second, say.unsaid])
    }
    return said
  }

  test('is said at once, then at intervals of which the last one repeats', () => {
    expect(everySecond(200, [10, 60])).toEqual([
      [0, 0],
      [10, 9],
      [70, 59],
      [130, 59],
      [190, 59],
    ])
  })

  test('without intervals it is said once', () => {
    expect(everySecond(200, [])).toEqual([[0, 0]])
  })

  test('that is rare is said each time', () => {
    expect(everySecond(3, [1])).toEqual([0, 1, 2, 3].map((second) => [second, 0]))
  })

  test('the time since it was last said is told with it', () => {
    const { repeats, say } = limit(undefined, at(5), [seconds(10)])
    expect(say).toEqual({ unsaid: 0, span: undefined })
    expect(limit(repeats, at(17), [seconds(10)]).say).toEqual({ unsaid: 0, span: seconds(12) })
  })
})

describe('many things', () => {
  test('those for which there is no room are not said, and the others go on', () => {
    const limits = { intervals: [seconds(10)], most: 2 }
    let said = NOTHING_SAID
    const keys = ['a', 'b', 'c', 'a', 'c'].filter((key, index) => {
      const next = limitByKey(said, key, at(index * 10), limits)
      said = next.said
      return next.say !== undefined
    })
    expect([keys, [...said.keys()]]).toEqual([
      ['a', 'b', 'a'],
      ['a', 'b'],
    ])
  })

  test('what was said long ago is forgotten, and makes room', () => {
    const limits = { intervals: [], most: 1, forgetAfter: seconds(300) }
    const { said } = limitByKey(NOTHING_SAID, 'a', at(0), limits)
    expect(limitByKey(said, 'b', at(300), limits)).toEqual({ said, say: undefined })
    expect(limitByKey(said, 'a', at(300), limits).say).toBeUndefined()
    expect(limitByKey(said, 'b', at(301), limits).say).toEqual({ unsaid: 0, span: undefined })
  })

  interface Happening {
    readonly key: string
    readonly wait: number
  }
  const happenings: fc.Arbitrary<readonly Happening[]> = fc.array(
    fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), wait: fc.nat(20) }),
    { maxLength: 100 },
  )
  const anyLimits: fc.Arbitrary<Limits> = fc.record(
    {
      intervals: fc.array(fc.nat(30).map(seconds), { maxLength: 3 }),
      most: fc.integer({ min: 1, max: 4 }),
      forgetAfter: fc.integer({ min: 1, max: 60 }).map(seconds),
    },
    { requiredKeys: ['intervals', 'most'] },
  )

  interface Told extends Say {
    readonly at: Instant
    /** How often it had come by then, this time included. */
    readonly count: number
  }

  function run(happened: readonly Happening[], limits: Limits) {
    let now = at(0)
    let said = NOTHING_SAID
    const counts = new Map<string, number>()
    const told = new Map<string, readonly Told[]>()
    for (const { key, wait } of happened) {
      now = instant(now + wait * 1_000_000)
      const count = (counts.get(key) ?? 0) + 1
      counts.set(key, count)
      const next = limitByKey(said, key, now, limits)
      expect(next.said.size).toBeLessThanOrEqual(limits.most)
      if (next.say !== undefined) told.set(key, [...(told.get(key) ?? []), { ...next.say, at: now, count }])
      said = next.said
    }
    return { told, counts, said }
  }

  test('none is said before its interval is over, and none is left uncounted', () => {
    fc.assert(
      fc.property(happenings, anyLimits, (happened, limits) => {
        const { told, counts, said } = run(happened, limits)
        const shortest = Math.min(limits.forgetAfter ?? Infinity, ...limits.intervals)
        for (const [key, times] of told) {
          for (const [index, { at: now, span, unsaid, count }] of times.entries()) {
            const before = times[index - 1]
            if (before !== undefined) expect(between(before.at, now)).toBeGreaterThanOrEqual(shortest)
            if (span === undefined) continue
            expect(span).toBe(between(before!.at, now))
            expect(unsaid).toBe(count - before!.count - 1)
          }
          const known = said.get(key)
          if (known === undefined || limits.intervals.length === 0) continue
          expect(known.unsaid).toBe(counts.get(key)! - times.at(-1)!.count)
        }
      }),
    )
  })

  test('each is said at its first time while there is room', () => {
    fc.assert(
      fc.property(happenings, anyLimits, (happened, { intervals }) => {
        const { told, counts } = run(happened, { intervals, most: 4 })
        for (const key of counts.keys())
          expect(told.get(key)?.[0]).toMatchObject({ count: 1, unsaid: 0, span: undefined })
      }),
    )
  })

  test('what one says has no influence on another', () => {
    fc.assert(
      fc.property(happenings, anyLimits, (happened, { intervals }) => {
        const limits = { intervals, most: 4 }
        const together = run(happened, limits).told
        // Alone, at the same instants: what others did is a wait.
        let waited = 0
        const alone = happened.flatMap(({ key, wait }) => {
          waited += wait
          if (key !== 'a') return []
          const since = waited
          waited = 0
          return [{ key, wait: since }]
        })
        expect(run(alone, limits).told.get('a')).toEqual(together.get('a'))
      }),
    )
  })
})
