/** `weight N [reverse|noreverse]`, on its own and at the end of a tracking line. */

import type { Report } from '../diagnostics.ts'
import type { Arguments } from '../keyword.ts'
import type { Word } from '../lexer.ts'
import { errorAt } from '../report.ts'
import { parseInteger, readInteger } from './number.ts'

const LIMIT = 253
const EXPECTED = `a weight from -${LIMIT} to ${LIMIT} is expected here`

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
      report(errorAt(number, code, `${EXPECTED}; ${weight} is used`))
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

/**
 * The words behind `weight` in a tracking line. As in keepalived ±254 becomes
 * ±253, what is no number becomes the number it begins with, and beyond that
 * the weight is `inherited`.
 */
export function readTrackWeight(
  number: Word,
  direction: Word | undefined,
  directions: readonly string[],
  inherited: number,
  report: Report,
): Weight {
  return {
    weight: trackWeight(number, inherited, report),
    reverse: readDirection(direction, directions, report),
  }
}

function trackWeight(given: Word, inherited: number, report: Report): number {
  const value = parseInteger(given.text)
  if (value !== undefined && Math.abs(value) <= LIMIT) return value
  const weight = boundWeight(value ?? leadingInteger(given.text)) ?? inherited
  const code = value === undefined ? 'invalid-number' : 'value-out-of-range'
  report(errorAt(given, code, `${EXPECTED}; ${weight} is used`))
  return weight
}

/** One too many is cut, more is refused. */
function boundWeight(value: number): number | undefined {
  if (Math.abs(value) > LIMIT + 1) return undefined
  return Math.max(-LIMIT, Math.min(LIMIT, value))
}

/** What strtol(3) makes of it: 0 where there is no number at all. */
const leadingInteger = (text: string): number => Number(/^[+-]?\d+/.exec(text)?.[0] ?? 0)

function readDirection(given: Word | undefined, known: readonly string[], report: Report): boolean {
  if (given === undefined) return false
  if (!known.includes(given.text))
    report(errorAt(given, 'unknown-option', `${known.join(' or ')} is expected here; the word is ignored`))
  return given.text === 'reverse'
}
