/**
 * Words and lines as the lexer reads them back. A quote can stand in no word,
 * since nothing escapes one; commands are split with escapes of their own
 * (quoted.ts), so in them anything can be written.
 */

import { type Duration, toSeconds } from '../../base/time.ts'

/** Needs no quotes wherever it stands. */
const PLAIN = /^[A-Za-z0-9_.:/,+%-][A-Za-z0-9_.:/,+%@~=*-]*$/
/** Means something at the beginning of a line. */
const DIRECTIVE = /^include[rmwba]?$/

export const asWord = (text: string): string => (PLAIN.test(text) ? text : `"${text}"`)

/** The first word of a line that is no keyword. */
export const asLineWord = (text: string): string => (DIRECTIVE.test(text) ? `"${text}"` : asWord(text))

const octal = (character: string): string => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`

/** A command as one quoted word, out of which its arguments are split again. */
export const asCommand = (argv: readonly string[]): string => asQuoted(argv.map(argument).join(' '))

function argument(text: string): string {
  if (/^[^\s'"\\\u0000-\u001f\u007f]+$/.test(text)) return text
  return `'${text.replaceAll('\\', '\\\\').replace(/['\u0000-\u001f\u007f]/g, octal)}'`
}

/** In double quotes for a line that is split with escapes. The lexer must see no quote inside, and no name to expand. */
export const asQuoted = (text: string): string =>
  `"${text
    .replaceAll('\\', '\\\\')
    .replace(/["\u0000-\u001f\u007f]/g, octal)
    .replace(/\$(?=\{)/g, octal)}"`

/** Seconds with as many decimal places as it takes, never in powers of ten. */
export function inSeconds(duration: Duration): string {
  const text = toSeconds(duration).toFixed(6)
  return text.replace(/\.?0+$/, '')
}

const INDENT = '    '

/** `head { … }`; nothing for an empty block. */
export const block = (head: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [`${head} {`, ...lines.map((line) => INDENT + line), '}']

export const when = (condition: boolean, line: string): readonly string[] => (condition ? [line] : [])

export type Printers<T> = {
  readonly [Key in keyof Required<T>]: (value: Exclude<T[Key], undefined>, whole: T) => readonly string[]
}

/** Said elsewhere, or not at all. */
export const nothing = (): readonly string[] => []

/** The lines of all fields that are there, in the printers' order. */
export function printFields<T extends object>(printers: Printers<T>, whole: T): readonly string[] {
  const keys = Object.keys(printers) as (keyof T)[]
  return keys.flatMap((key) => {
    const value = whole[key]
    return value === undefined ? [] : printers[key](value as Exclude<T[typeof key], undefined>, whole)
  })
}

/** Those that are not empty, as words of one line. */
export const joined = (parts: readonly string[]): string => parts.filter((part) => part !== '').join(' ')
