/** `weight N [reverse|noreverse]`, on its own and at the end of a tracking line. */

import type { Report } from '../diagnostics.ts'
import type { Arguments } from '../keyword.ts'
import type { Word } from '../lexer.ts'
import { errorAt } from '../report.ts'
import { readInteger } from './number.ts'

export interface Weight {
  readonly weight: number
  readonly reverse: boolean
}

/** @param limit the greatest absolute value. */
export const weightArguments = (limit: number): Arguments<Weight> => ({
  syntax: `-${limit}..${limit} [reverse|noreverse]`,
  needed: 1,
  read: (statement, report) => readWeight(statement.words.slice(1), limit, report),
})

export function readWeight(given: readonly Word[], limit: number, report: Report): Weight | undefined {
  const [number, direction, ...rest] = given
  if (number === undefined) return undefined
  const weight = readInteger(number, { minimum: -limit, maximum: limit }, 'it is ignored', report)
  if (weight === undefined) return undefined
  for (const word of rest) report(errorAt(word, 'extra-words', `'${word.text}' means nothing here; ignored`))
  return { weight, reverse: direction !== undefined && readDirection(direction, report) }
}

function readDirection(given: Word, report: Report): boolean {
  if (given.text === 'reverse') return true
  if (given.text !== 'noreverse')
    report(errorAt(given, 'invalid-value', `reverse or noreverse is expected here; ignored`))
  return false
}
