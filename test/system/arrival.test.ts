import fc from 'fast-check'
import { expect, test } from 'vitest'
import { microseconds } from '../../src/base/time.ts'
import { boundAges } from '../../src/system/arrival.ts'

test('a steady clock is believed', () => {
  expect(boundAges([3000, 200, 5], microseconds(10_000))).toEqual([3000, 200, 5])
})

test('without a time stamp the age is zero', () => {
  expect(boundAges([Number.NaN], microseconds(10_000))).toEqual([0])
})

test('a clock set back gives no negative age', () => {
  expect(boundAges([-3_600_000_000, -1], microseconds(10_000))).toEqual([0, 0])
})

test('a clock set forward gives none beyond the moment the queue was empty', () => {
  expect(boundAges([3_600_000_500, 3_600_000_000], microseconds(10_000))).toEqual([10_000, 10_000])
})

test('a clock set back between two arrivals makes the first no younger than the second', () => {
  expect(boundAges([-50_000, 700, 300], microseconds(10_000))).toEqual([700, 700, 300])
})

test('whatever the estimates: whole, never negative, never beyond the bound, oldest first', () => {
  const estimates = fc.array(fc.oneof(fc.double({ min: -1e12, max: 1e12 }), fc.constant(Number.NaN)))
  fc.assert(
    fc.property(estimates, fc.integer({ min: 0, max: 1_000_000 }), (values, since) => {
      const ages = boundAges(values, microseconds(since))
      expect(ages).toHaveLength(values.length)
      expect(ages.every((age) => Number.isInteger(age) && age >= 0 && age <= since)).toBe(true)
      expect(ages).toEqual([...ages].sort((first, second) => second - first))
    }),
  )
})
