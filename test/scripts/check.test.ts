import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  carriedOver,
  initialState,
  isUp,
  observe,
  type CheckState,
  type Hysteresis,
} from '../../src/scripts/check.ts'

const count = fc.integer({ min: 1, max: 6 })
const hysteresis: fc.Arbitrary<Hysteresis> = fc.record({ rise: count, fall: count })
const results = fc.array(fc.boolean(), { maxLength: 40 })

/** + success, - failure; upper case where something is announced: U up, D down. */
function story(sequence: string, thresholds: Hysteresis): string {
  let state = initialState
  return sequence
    .split('')
    .map((sign) => {
      const { state: next, announcement } = observe(state, sign === '+', thresholds)
      state = next
      if (announcement === undefined) return sign
      return announcement === 'succeeded' ? 'U' : 'D'
    })
    .join('')
}

describe('keepalived’s rules, by example', () => {
  test.each([
    ['the first result counts at once', { rise: 3, fall: 3 }, '+', 'U'],
    ['also when it is a failure', { rise: 3, fall: 3 }, '-', 'D'],
    ['rise successes in a row bring it up', { rise: 3, fall: 1 }, '-++++', 'D++U+'],
    ['fall failures in a row take it down', { rise: 1, fall: 3 }, '+----', 'U--D-'],
    ['one success makes up for failures', { rise: 1, fall: 3 }, '+--+--+', 'U--+--+'],
    ['one failure begins a recovery again', { rise: 3, fall: 1 }, '-++-+++', 'D++-++U'],
    ['without hysteresis every change counts', { rise: 1, fall: 1 }, '+--++-', 'UD-U+D'],
  ])('%s', (_, thresholds, sequence, expected) => {
    expect(story(sequence, thresholds)).toBe(expected)
  })
})

/** By the prose: look back over the results since the last change of the verdict. */
function verdicts(sequence: readonly boolean[], { rise, fall }: Hysteresis): boolean[] {
  const outcome: boolean[] = []
  for (const [index, passed] of sequence.entries()) {
    const before = outcome.at(-1)
    if (before === undefined) {
      outcome.push(passed)
      continue
    }
    let streak = 0
    while (streak <= index && sequence[index - streak] === passed) streak++
    const turns = passed !== before && streak >= (passed ? rise : fall)
    outcome.push(turns ? passed : before)
  }
  return outcome
}

describe('any sequence of results', () => {
  test('gives the verdicts of the prose, and announces each change and the first', () => {
    fc.assert(
      fc.property(hysteresis, results, (thresholds, sequence) => {
        const expected = verdicts(sequence, thresholds)
        let state = initialState
        for (const [index, passed] of sequence.entries()) {
          const { state: next, announcement } = observe(state, passed, thresholds)
          state = next
          expect(isUp(state, thresholds)).toBe(expected[index])
          const turned = index === 0 || expected[index] !== expected[index - 1]
          expect(announcement).toBe(turned ? (passed ? 'succeeded' : 'failed') : undefined)
        }
      }),
    )
  })

  test('keeps the counter within 0 and rise + fall - 1', () => {
    fc.assert(
      fc.property(hysteresis, results, (thresholds, sequence) => {
        const end = sequence.reduce<CheckState>(
          (state, passed) => observe(state, passed, thresholds).state,
          initialState,
        )
        expect(end.counter).toBeGreaterThanOrEqual(0)
        expect(end.counter).toBeLessThan(thresholds.rise + thresholds.fall)
      }),
    )
  })

  test('survives a reload with other thresholds', () => {
    fc.assert(
      fc.property(hysteresis, hysteresis, results, (before, now, sequence) => {
        const state = sequence.reduce<CheckState>(
          (each, passed) => observe(each, passed, before).state,
          initialState,
        )
        const carried = carriedOver(state, before, now)
        expect(isUp(carried, now)).toBe(isUp(state, before))
        expect(carried.first).toBe(state.first)
        expect(carriedOver(state, before, { ...before })).toEqual(state)
      }),
    )
  })
})
