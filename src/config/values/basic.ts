/** Readers for what stands after a keyword: flags, choices, words. */

import { nearest } from '../../base/suggest.ts'
import type { Report } from '../diagnostics/diagnostics.ts'
import type { Arguments } from '../syntax/keyword.ts'
import type { Word, Words } from '../syntax/lexer.ts'
import { errorAt, noteAt } from '../syntax/place-diagnostic.ts'

/** The word after the keyword. The parser has made sure that it is there for readers that need it. */
export const argument = (statement: Words, index = 1): Word | undefined => statement.words[index]

/** The keyword alone means it; whatever follows is ignored, even `no`. */
export const flag: Arguments<true> = { syntax: '', needed: 0, read: () => true }

/** Without a value keepalived says so and goes on, instead of giving up. */
export const lenient = <T>(args: Arguments<T>): Arguments<T> => ({ ...args, missing: 'ignored' })

/** One word, any. */
export const text = (syntax: string): Arguments<string> => ({
  syntax,
  needed: 1,
  read: (statement) => argument(statement)?.text,
})

/** One word with its place, for what later checks want to point at. */
export const word = (syntax: string): Arguments<Word> => ({
  syntax,
  needed: 1,
  read: (statement) => argument(statement),
})

/** With nothing behind the value: elsewhere further words do no harm. */
export const alone = <T>(args: Arguments<T>): Arguments<T> => ({
  ...args,
  read(statement, report) {
    const extra = argument(statement, 2)
    if (extra === undefined) return args.read(statement, report)
    report(errorAt(extra, 'extra-words', 'only one word is expected here; the line is ignored'))
    return undefined
  },
})

/** All words after the keyword, `needed` of them at least. */
export const words = (syntax: string, needed = 0): Arguments<readonly Word[]> => ({
  syntax,
  needed,
  read: (statement) => statement.words.slice(1),
})

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['on', true],
  ['true', true],
  ['yes', true],
  ['off', false],
  ['false', false],
  ['no', false],
])

/** `on|off|true|false|yes|no`; the keyword alone means true. */
export const optionalBoolean: Arguments<boolean> = {
  syntax: '[on|off|true|false|yes|no]',
  needed: 0,
  read(statement, report) {
    const given = argument(statement)
    return given === undefined ? true : readBoolean(given, report)
  },
}

/** As optionalBoolean, where keepalived 2.2.7 means true whatever follows, even `off`. */
export const tolerantBoolean: Arguments<boolean> = {
  ...optionalBoolean,
  read(statement, report) {
    const given = argument(statement)
    if (given === undefined) return true
    const value = BOOLEANS.get(given.text)
    if (value === undefined) {
      const message = 'on, off, true, false, yes or no is expected here; on is used'
      report(errorAt(given, 'invalid-value', message, { inKeepalived: 'no' }))
    } else if (!value) {
      report(noteAt(given, 'newer-keyword', 'keepalived 2.2.7 ignores this word: there it is on'))
    }
    return value ?? true
  },
}

function readBoolean(given: Word, report: Report): boolean | undefined {
  const value = BOOLEANS.get(given.text)
  if (value === undefined)
    report(
      errorAt(given, 'invalid-value', `on, off, true, false, yes or no is expected here; ignored`, {
        suggestion: nearest(given.text, [...BOOLEANS.keys()]),
      }),
    )
  return value
}

/** @param otherwise what happens with any other word, e.g. `BACKUP is used`. */
export const choice = <T extends string>(
  values: readonly T[],
  otherwise: string,
  fallback?: T,
): Arguments<T> => ({
  syntax: values.join('|'),
  needed: 1,
  read(statement, report) {
    const given = argument(statement)
    if (given === undefined) return undefined
    const value = values.find((one) => one === given.text)
    if (value !== undefined) return value
    report(
      errorAt(given, 'invalid-value', `${list(values)} is expected here; ${otherwise}`, {
        suggestion: nearest(given.text, values),
      }),
    )
    return fallback
  },
})

/** One of the words, or none. */
export const optionalChoice = <T extends string>(values: readonly T[]): Arguments<T | true> => {
  const given = choice(values, 'the word is ignored')
  return {
    syntax: `[${given.syntax}]`,
    needed: 0,
    read: (statement, report) =>
      argument(statement) === undefined ? true : (given.read(statement, report) ?? true),
  }
}

/** `a, b or c` */
const list = (values: readonly string[]): string =>
  values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${values.at(-1) ?? ''}`
