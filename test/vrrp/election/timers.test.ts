import fc from 'fast-check'
import { expect, test } from 'vitest'
import { instant, seconds } from '../../../src/base/time.ts'
import { countsFrom, deadlineOf } from '../../../src/vrrp/election/timers.ts'
import { at, makeRouter } from '../kit.ts'

test('an advert counts from its arrival, unless it is read an Advertisement_Interval late', () => {
  const times = fc.integer({ min: 0, max: 5_000_000 })
  fc.assert(
    fc.property(times, times, fc.integer({ min: 1, max: 3 }), (arrived, late, interval) => {
      const advert = { arrivedAt: instant(arrived) }
      const now = instant(arrived + late)
      const from = countsFrom({ advertInterval: seconds(interval) }, advert, now)
      expect(from).toBe(late < interval * 1_000_000 ? advert.arrivedAt : now)
    }),
  )
})

test('a whole interval late is late', () => {
  const read = (now: number): number => countsFrom(makeRouter(), { arrivedAt: at(1) }, at(now))
  expect([read(1.999999), read(2)]).toEqual([at(1), at(2)])
})

test('the next deadline of a Master is the earliest of its four', () => {
  const state = {
    kind: 'master',
    nextAdvertAt: at(4),
    secondBurstAt: at(3),
    lowerPrioBurstAt: at(2),
    refreshAt: at(1),
  } as const
  expect(deadlineOf(state)).toBe(at(1))
  expect(deadlineOf({ ...state, refreshAt: undefined })).toBe(at(2))
  expect(deadlineOf({ ...state, refreshAt: undefined, lowerPrioBurstAt: undefined })).toBe(at(3))
  const adverts = { ...state, refreshAt: undefined, lowerPrioBurstAt: undefined, secondBurstAt: undefined }
  expect(deadlineOf(adverts)).toBe(at(4))
  expect(deadlineOf({ kind: 'fault', reasons: [] })).toBeUndefined()
})
