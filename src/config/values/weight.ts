/** `weight N [reverse|noreverse]`, on its own and at the end of a tracking line. */

import type { Report } from '../diagnostics/diagnostics.ts'
import type { Arguments } from '../syntax/keyword.ts'
import type { Word } from '../syntax/lexer.ts'
import { errorAt } from '../syntax/place-diagnostic.ts'
import { parseInteger, readInteger } from './number.ts'

const LIMIT = 253
const expected = (limit: number): string => `a weight from -${limit} to ${limit} is expected here`

export interface Weight {
  readonly weight: number
  readonly reverse: boolean
}

/** Of vrrp_script: what is beyond the range becomes its end, what is no number the number it begins with. */
export const scriptWeight: Arguments<Weight> = {
  syntax: '-253..253 [reverse]',
  needed: 1,
  read({ words }, report) {
    const [, number, direction] = words
    if (number === undefined) return undefined
    const value = parseInteger(number.text) ?? leadingInteger(number.text)
    const weight = Math.max(-LIMIT, Math.min(LIMIT, value))
    if (parseInteger(number.text) !== weight) {
      const code = parseInteger(number.text) === undefined ? 'invalid-number' : 'value-out-of-range'
      report(errorAt(number, code, `${expected(LIMIT)}; ${weight} is used`))
    }
    return { weight, reverse: readDirection(direction, ['reverse'], report) }
  },
}

/** Of what is tracked otherwise; beyond `limit` it is ignored. */
export const weightUpTo = (limit: number): Arguments<Weight> => ({
  syntax: `-${limit}..${limit} [reverse]`,
  needed: 1,
  read({ words }, report) {
    const [, number, direction] = words
    if (number === undefined) return undefined
    const weight = readInteger(number, { minimum: -limit, maximum: limit }, 'the line is ignored', report)
    return weight === undefined
      ? undefined
      : { weight, reverse: readDirection(direction, ['reverse'], report) }
  },
})

/** 253, beyond which ±254 becomes ±253; or 254, beyond which there is nothing. */
export type TrackLimit = 253 | 254

/**
 * The words behind `weight` in a tracking line. As in keepalived what is no
 * number becomes the number it begins with, and beyond the limit the weight is
 * `inherited`.
 */
export function readTrackWeight(
  number: Word,
  direction: Word | undefined,
  directions: readonly string[],
  inherited: number,
  limit: TrackLimit,
  report: Report,
): Weight {
  return {
    weight: trackWeight(number, inherited, limit, report),
    reverse: readDirection(direction, directions, report),
  }
}

function trackWeight(given: Word, inherited: number, limit: TrackLimit, report: Report): number {
  const value = parseInteger(given.text)
  if (value !== undefined && Math.abs(value) <= limit) return value
  const weight = boundWeight(value ?? leadingInteger(given.text), limit) ?? inherited
  const code = value === undefined ? 'invalid-number' : 'value-out-of-range'
  report(errorAt(given, code, `${expected(limit)}; ${weight} is used`))
  return weight
}

/** With the lower limit one too many is cut; more is refused. */
function boundWeight(value: number, limit: TrackLimit): number | undefined {
  if (Math.abs(value) > 254) return undefined
  return Math.max(-limit, Math.min(limit, value))
}

/** What strtol(3) makes of it: 0 where there is no number at all. */
const leadingInteger = (text: string): number => Number(/^[+-]?\d+/.exec(text)?.[0] ?? 0)

function readDirection(given: Word | undefined, known: readonly string[], report: Report): boolean {
  if (given === undefined) return false
  if (!known.includes(given.text))
    report(errorAt(given, 'unknown-option', `${known.join(' or ')} is expected here; the word is ignored`))
  return given.text === 'reverse'
}

export const weightWords = (weight: number, reverse: boolean): string =>
  `weight ${weight}${reverse ? ' reverse' : ''}`
