/** Configured weight and what checkers say to it. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { effectiveWeight, sameSay, type WeightSay } from '../../src/director/weights.ts'

const to = (weight: number): WeightSay => ({ kind: 'absolute', weight })
const by = (difference: number): WeightSay => ({ kind: 'relative', by: difference })

describe('effective weight', () => {
  test.each<{ why: string; configured: number; says: (WeightSay | undefined)[]; gives: number }>([
    { why: 'nobody says anything', configured: 10, says: [undefined, undefined], gives: 10 },
    { why: 'FILE_CHECK 4 (measured)', configured: 10, says: [by(4)], gives: 14 },
    { why: 'FILE_CHECK -3 (measured)', configured: 10, says: [by(-3)], gives: 7 },
    { why: 'FILE_CHECK -20 is 0 (measured)', configured: 10, says: [by(-20)], gives: 0 },
    { why: 'exit code 50 is 48 (measured)', configured: 10, says: [to(48)], gives: 48 },
    { why: 'and stays so with another configured weight', configured: 6, says: [to(48)], gives: 48 },
    { why: 'exit code 2 is 0', configured: 10, says: [to(0)], gives: 0 },
    { why: 'differences add up', configured: 10, says: [to(15), by(2), by(-1)], gives: 16 },
    { why: 'no more than the kernel takes', configured: 2_147_483_647, says: [by(1)], gives: 2_147_483_647 },
  ])('$why', ({ configured, says, gives }) => {
    expect(effectiveWeight(configured, says)).toBe(gives)
  })

  const say = fc.oneof(
    fc.constant(undefined),
    fc.integer({ min: 0, max: 253 }).map(to),
    fc.integer({ min: -300, max: 300 }).map(by),
  )

  test('it is of what is said now, never of what was said before', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 300 }),
        fc.array(fc.tuple(fc.nat({ max: 2 }), say)),
        (configured, story) => {
          const says: (WeightSay | undefined)[] = [undefined, undefined, undefined]
          for (const [who, what] of story) says[who] = what
          expect(effectiveWeight(configured, says)).toBeGreaterThanOrEqual(0)
          expect(effectiveWeight(configured, [undefined, undefined, undefined])).toBe(configured)
          expect(effectiveWeight(configured, says.toReversed())).toBe(effectiveWeight(configured, says))
        },
      ),
    )
  })

  test('two says are the same only when they say the same', () => {
    fc.assert(
      fc.property(say, say, (a, b) => {
        expect(sameSay(a, b)).toBe(JSON.stringify(a) === JSON.stringify(b))
      }),
    )
  })
})
