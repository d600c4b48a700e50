/**
 * Numbers as keepalived reads them: decimal only (`0x33` is none), a leading
 * `+` and blanks inside quotes are fine, nothing may follow.
 */

import { type Duration, seconds } from '../../base/time.ts'
import type { Report } from '../diagnostics/diagnostics.ts'
import type { Arguments } from '../syntax/keyword.ts'
import type { Word } from '../syntax/lexer.ts'
import { errorAt, warningAt } from '../syntax/place-diagnostic.ts'
import { argument } from './basic.ts'

export interface Range {
  readonly minimum: number
  readonly maximum: number
}

/** keepalived's counters and sizes. */
export const UNSIGNED: Range = { minimum: 0, maximum: 4_294_967_295 }
/** Whole seconds and repetitions. */
export const POSITIVE: Range = { minimum: 1, maximum: 4_294_967_295 }
/** Microseconds in 32 bits, as seconds: the longest time keepalived's timers take. */
export const LONGEST_SECONDS = 4_294.967295

/** What happens instead of an unusable value: in words, and the value if there is one. */
export interface Otherwise<T> {
  readonly words: string
  readonly value?: T
}

export const ignored: Otherwise<never> = { words: 'the line is ignored' }
export const instead = <T>(value: T, words: string): Otherwise<T> => ({ words, value })

/** One number of a range, or what happens otherwise. */
const oneOf = <T>(
  read: (given: Word, range: Range, otherwise: string, report: Report) => T | undefined,
  range: Range,
  syntax: string,
  otherwise: Otherwise<T>,
): Arguments<T> => ({
  syntax,
  needed: 1,
  read(statement, report) {
    const given = argument(statement)
    if (given === undefined) return undefined
    return read(given, range, otherwise.words, report) ?? otherwise.value
  },
})

export const integer = (range: Range, otherwise: Otherwise<number> = ignored): Arguments<number> =>
  oneOf(readInteger, range, rangeText(range), otherwise)

export function readInteger(
  given: Word,
  range: Range,
  otherwise: string,
  report: Report,
): number | undefined {
  const value = parseInteger(given.text)
  if (value !== undefined && value >= range.minimum && value <= range.maximum) return value
  const what = value === undefined ? notANumber(given.text) : ''
  const message = `a whole number ${rangeText(range)} is expected here${what}; ${otherwise}`
  const code = value === undefined ? 'invalid-number' : 'value-out-of-range'
  report(errorAt(given, code, message))
  return undefined
}

const notANumber = (text: string): string => (/^0x/i.test(text) ? ', in decimal' : '')

/** Nothing at all (`""`) is 0, as strtol(3) has it. */
export function parseInteger(text: string): number | undefined {
  if (text === '') return 0
  const digits = /^[ \t]*([+-]?\d+)$/.exec(text)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** One or more; the line is ignored as a whole where one of them is none. */
export const integers = (range: Range): Arguments<readonly number[]> => ({
  syntax: `${rangeText(range)} ...`,
  needed: 1,
  missing: 'ignored',
  read(statement, report) {
    const given = statement.words.slice(1)
    const values = given.map((word) => readInteger(word, range, ignored.words, report))
    const usable = values.filter((value) => value !== undefined)
    return usable.length === given.length ? usable : undefined
  },
})

/** The number may be missing. */
export const optionalInteger = (range: Range): Arguments<number | true> => ({
  ...integer(range),
  syntax: `[${rangeText(range)}]`,
  needed: 0,
  read: (statement, report) =>
    argument(statement) === undefined ? true : integer(range).read(statement, report),
})

/** Whole seconds only. */
export const wholeSeconds = (
  range: Range,
  otherwise: Otherwise<Duration> = ignored,
): Arguments<Duration> => ({
  syntax: `${rangeText(range)} s`,
  needed: 1,
  read(statement, report) {
    const given = argument(statement)
    if (given === undefined) return undefined
    const value = readInteger(given, range, otherwise.words, report)
    return value === undefined ? otherwise.value : seconds(value)
  },
})

/**
 * As `integer`, but zero counts as one, which is what keepalived makes of it
 * where nothing at all would make no sense.
 */
export const atLeastOne = (otherwise: Otherwise<number> = ignored): Arguments<number> => ({
  syntax: 'from 1',
  needed: 1,
  read(statement, report) {
    const given = argument(statement)
    if (given === undefined) return undefined
    const value = readInteger(given, UNSIGNED, otherwise.words, report)
    if (value === 0) report(errorAt(given, 'value-out-of-range', 'at least 1 is expected here; 1 is used'))
    return value === undefined ? otherwise.value : Math.max(1, value)
  },
})

/** Seconds with a fraction of up to six digits. */
export const secondsBetween = (range: Range, otherwise: Otherwise<Duration> = ignored): Arguments<Duration> =>
  oneOf(readSeconds, range, `${rangeText(range)} s`, otherwise)

export function readSeconds(
  given: Word,
  range: Range,
  otherwise: string,
  report: Report,
): Duration | undefined {
  const match = /^[ \t]*([+-]?)(\d*)(?:\.(\d*))?$/.exec(given.text)
  const [, sign = '', whole = '', fraction = ''] = match ?? []
  if (match === null || (whole === '' && fraction === '' && given.text !== '')) {
    const message = `a number of seconds ${rangeText(range)} is expected here; ${otherwise}`
    report(errorAt(given, 'invalid-number', message))
    return undefined
  }
  const value = Number(`${sign}${whole || '0'}.${fraction.slice(0, 6) || '0'}`)
  if (value < range.minimum || value > range.maximum) {
    const message = `a number of seconds ${rangeText(range)} is expected here; ${otherwise}`
    report(errorAt(given, 'value-out-of-range', message))
    return undefined
  }
  if (fraction.length > 6)
    report(warningAt(given, 'too-precise', 'more than six decimal places: the rest is cut off'))
  return seconds(value)
}

/** A number with a fraction, in a unit that is not seconds. */
export const decimalBetween = (range: Range): Arguments<number> => ({
  syntax: rangeText(range),
  needed: 1,
  read(statement, report) {
    const given = argument(statement)
    if (given === undefined) return undefined
    const value = /^[ \t]*[+]?(\d+\.?\d*|\.\d+)$/.test(given.text) ? Number(given.text) : undefined
    if (value !== undefined && value >= range.minimum && value <= range.maximum) return value
    const code = value === undefined ? 'invalid-number' : 'value-out-of-range'
    report(errorAt(given, code, `a number ${rangeText(range)} is expected here; ${ignored.words}`))
    return undefined
  },
})

export function rangeText({ minimum, maximum }: Range): string {
  if (maximum >= 2_147_483_647) return minimum <= -2_147_483_647 ? 'of any size' : `from ${minimum}`
  return `${minimum}..${maximum}`
}
