import fc from 'fast-check'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { chooseSeeds, seedOf } from './seeds.ts'

const TESTS = join(import.meta.dirname, '..')

/** What a property is given first, of very many numbers. */
function firstOf(parameters: fc.Parameters<[number]> = {}): number | undefined {
  const given: number[] = []
  fc.assert(
    fc.property(fc.noBias(fc.integer()), (value) => {
      given.push(value)
    }),
    { numRuns: 1, ...parameters },
  )
  return given[0]
}

describe('a seed', () => {
  test('is the same in each run', () => {
    expect(chooseSeeds({})).toBeUndefined()
    expect(seedOf('VRRPD_LIMITS', {})).toBe(seedOf('VRRPD_LIMITS', {}))
  })

  test('is what its variable says', () => {
    expect(seedOf('VRRPD_LIMITS', { VRRPD_LIMITS: '7', VRRPD_FRESH: '1' })).toBe(7)
  })

  test('is fresh when asked for, and what is printed repeats it', () => {
    const env: Record<string, string | undefined> = { VRRPD_FRESH: '1', VRRPD_LIMITS: '7' }
    const printed = chooseSeeds(env) ?? ''
    const again = Object.fromEntries(printed.split(' ').map((pair) => pair.split('=') as [string, string]))
    expect(again['VRRPD_LIMITS']).toBe('7')
    expect(seedOf('VRRPD_PROPERTIES', again)).toBe(seedOf('VRRPD_PROPERTIES', env))
    expect(seedOf('VRRPD_PROPERTIES', env)).not.toBe(seedOf('VRRPD_PROPERTIES', {}))
  })
})

describe('a property', () => {
  test('begins where the run does', () => {
    expect(firstOf()).toBe(firstOf({ seed: seedOf('VRRPD_PROPERTIES') }))
    expect(firstOf()).not.toBe(firstOf({ seed: seedOf('VRRPD_PROPERTIES') + 1 }))
  })
})

test('nobody else takes one from chance', () => {
  const files = readdirSync(TESTS, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  )
  const chance = /\bMath\.random\(|\brandomInt\(/
  const offences = files.filter((file) => chance.test(readFileSync(join(TESTS, file), 'utf8')))
  expect(offences).toEqual(['support/seeds.ts'])
})
