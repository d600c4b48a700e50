import { describe, expect, test } from 'vitest'
import { masterDownInterval, skewTime } from '../../src/base/intervals.ts'
import { milliseconds, seconds } from '../../src/base/time.ts'

const plain = { version: 2, advertInterval: seconds(1), downTimerAdverts: 3 } as const

describe('version 2', () => {
  test.each([
    [255, 3_906],
    [254, 7_812],
    [150, 414_062],
    [100, 609_375],
    [1, 996_093],
  ])('Skew_Time of priority %d is %d µs', (priority, expected) => {
    expect(skewTime(plain, priority)).toBe(expected)
    expect(skewTime({ ...plain, advertInterval: seconds(40) }, priority)).toBe(expected)
  })

  test('Skew_Time does not grow with the Advertisement_Interval, Master_Down_Interval does', () => {
    expect(masterDownInterval(plain, 100)).toBe(3_609_375)
    expect(masterDownInterval({ ...plain, advertInterval: seconds(5) }, 100)).toBe(15_609_375)
    expect(masterDownInterval({ ...plain, downTimerAdverts: 1 }, 100)).toBe(1_609_375)
  })
})

describe('version 3', () => {
  test.each([
    [10, 254, 78, 30_078],
    [10, 1, 9_960, 39_960],
    [100, 100, 60_937, 360_937],
    [1_000, 100, 609_375, 3_609_375],
    [40_950, 200, 8_957_812, 131_807_812],
  ])(
    'an interval of %d ms, priority %d: Skew_Time %d µs, Active_Down_Interval %d µs',
    (ms, priority, skew, down) => {
      const intervals = { ...plain, version: 3, advertInterval: milliseconds(ms) } as const
      expect([skewTime(intervals, priority), masterDownInterval(intervals, priority)]).toEqual([skew, down])
    },
  )
})
