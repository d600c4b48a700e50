/** Quorum and hysteresis, in units of weight. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { quorumAfter, quorumRule, type QuorumState } from '../../src/director/quorum.ts'

describe('what is written', () => {
  test.each([
    { why: 'as it is', quorum: 2, hysteresis: 1, total: 4, gives: [2, 1] },
    { why: 'at most what all weigh', quorum: 9, hysteresis: 0, total: 3, gives: [3, 0] },
    { why: 'hysteresis below the quorum', quorum: 1, hysteresis: 5, total: 3, gives: [1, 0] },
    { why: 'also below the reduced one', quorum: 9, hysteresis: 8, total: 3, gives: [3, 2] },
    {
      why: 'all weigh nothing (2.2.7: hysteresis 4294967295)',
      quorum: 1,
      hysteresis: 0,
      total: 0,
      gives: [1, 0],
    },
  ])('$why', ({ quorum, hysteresis, total, gives }) => {
    const rule = quorumRule(quorum, hysteresis, total)
    expect([rule.quorum, rule.hysteresis]).toEqual(gives)
  })
})

describe('gained and lost', () => {
  test.each<{ why: string; rule: [number, number]; sums: number[]; states: QuorumState[] }>([
    { why: 'one is enough', rule: [1, 0], sums: [0, 1, 0, 1], states: ['down', 'up', 'down', 'up'] },
    // Measured, 2.2.7: weights 3 and 1.
    { why: 'quorum 2, hysteresis 1', rule: [2, 1], sums: [3, 1, 0], states: ['up', 'up', 'down'] },
    {
      why: 'not before quorum and hysteresis',
      rule: [3, 1],
      sums: [3, 4, 3, 2, 1, 3],
      states: ['down', 'up', 'up', 'up', 'down', 'down'],
    },
    {
      why: 'nothing is lost whatever the hysteresis',
      rule: [5, 4],
      sums: [9, 1, 0],
      states: ['up', 'up', 'down'],
    },
  ])('$why', ({ rule: [quorum, hysteresis], sums, states }) => {
    let state: QuorumState = 'down'
    const seen = sums.map((sum) => (state = quorumAfter(state, { quorum, hysteresis }, sum)))
    expect(seen).toEqual(states)
  })

  const rule = fc
    .tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 30 }))
    .map(([quorum, hysteresis, total]) => quorumRule(quorum, hysteresis, total))

  test('within twice the hysteresis nothing flaps, and up always means something serves', () => {
    fc.assert(
      fc.property(rule, fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 40 }), (each, sums) => {
        const { quorum, hysteresis } = each
        let state: QuorumState = 'down'
        for (const sum of sums) {
          const next = quorumAfter(state, each, sum)
          if (next !== state) {
            if (next === 'up') expect(sum).toBeGreaterThanOrEqual(quorum + hysteresis)
            else if (sum > 0) expect(sum).toBeLessThan(quorum - hysteresis)
          }
          if (next === 'up') expect(sum).toBeGreaterThan(0)
          // The same sum again changes nothing.
          expect(quorumAfter(next, each, sum)).toBe(next)
          state = next
        }
      }),
    )
  })
})
