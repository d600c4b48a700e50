/** Delta debugging: what is left shows it, and nothing of it can be left out. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fewer } from '../../../src/simulation/explore/fewer.ts'

test('what is needed is left, in its order, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.nat(40), { maxLength: 40 }),
      fc.array(fc.nat(40), { maxLength: 4 }),
      async (all, wanted) => {
        const needed = all.filter((each) => wanted.includes(each))
        const shows = (some: readonly number[]): boolean => needed.every((each) => some.includes(each))
        expect(await fewer(all, shows, { left: 10_000 })).toEqual(needed)
      },
    ),
  )
})

test('when its attempts are used up it gives what still shows it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(30), fc.nat(30), async (count, left) => {
      const all = Array.from({ length: count }, (_, index) => index)
      let asked = 0
      const shows = (some: readonly number[]): boolean => {
        asked += 1
        return some.length >= 3
      }
      const kept = await fewer(all, shows, { left })
      expect(kept.length).toBeGreaterThanOrEqual(Math.min(3, count))
      expect(asked).toBeLessThanOrEqual(left)
    }),
  )
})
