/**
 * Characters of one line → words and braces, as keepalived splits them:
 *
 * - `#` and `!` outside double quotes begin a comment, even glued to a word;
 * - blanks separate words, double quotes enclose one (and end the one before:
 *   `ab"c d"e` is three words); nothing escapes anything here;
 * - `{` and `}` outside double quotes always stand alone, so that what follows
 *   them on the line is read as if it began a new one.
 */

import type { Line, Place } from './line.ts'

export interface Word extends Place {
  /** Without its quotes. */
  readonly text: string
  readonly quoted: boolean
}

export interface Words {
  readonly kind: 'words'
  readonly words: readonly [Word, ...Word[]]
  /** From the first word to the end of the last one, quotes included. */
  readonly place: Place
  /** A quote that nothing closes follows and is lost. */
  readonly cut?: true
}

export interface Open {
  readonly kind: 'open'
  readonly place: Place
}

export interface Close {
  readonly kind: 'close'
  readonly place: Place
}

export type Statement = Words | Open | Close

const QUOTE = 0x22
const isBlank = (code: number): boolean => code === 0x20 || (code >= 0x09 && code <= 0x0d)

/** Where the line's comment begins: its length when there is none. */
export function commentStart(text: string): number {
  let quoted = false
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === QUOTE) quoted = !quoted
    else if (!quoted && (code === 0x23 || code === 0x21)) return index
  }
  return text.length
}

/** The first brace that no quote protects; -1 when there is none. */
export function firstBrace(text: string): number {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === 0x7b || code === 0x7d) return index
    if (code !== QUOTE) continue
    const end = text.indexOf('"', index + 1)
    if (end === -1) return -1
    index = end
  }
  return -1
}

export interface Lexed {
  readonly statements: readonly Statement[]
  /** A quote that nothing closes: its place; the word it begins is dropped. */
  readonly unterminated?: Place
}

/** @param line without its comment. */
export function lexLine(line: Line): Lexed {
  const { text } = line
  const statements: Statement[] = []
  let words: Word[] = []
  const flush = (cut = false): void => {
    const [first, ...rest] = words
    const last = words[words.length - 1]
    if (first === undefined || last === undefined) return
    const end = last.quoted ? last.to + 1 : last.to
    const from = first.quoted ? first.from - 1 : first.from
    statements.push({
      kind: 'words',
      words: [first, ...rest],
      place: { line, from, to: end },
      ...(cut && { cut }),
    })
    words = []
  }
  let index = 0
  while (index < text.length) {
    const code = text.charCodeAt(index)
    if (isBlank(code)) {
      index += 1
    } else if (code === 0x7b || code === 0x7d) {
      flush()
      const place = { line, from: index, to: index + 1 }
      statements.push(code === 0x7b ? { kind: 'open', place } : { kind: 'close', place })
      index += 1
    } else if (code === QUOTE) {
      const end = text.indexOf('"', index + 1)
      if (end === -1) {
        const place = { line, from: index, to: text.length }
        flush(true)
        return { statements, unterminated: place }
      }
      words.push({ line, from: index + 1, to: end, text: text.slice(index + 1, end), quoted: true })
      index = end + 1
    } else {
      const end = endOfWord(text, index)
      words.push({ line, from: index, to: end, text: text.slice(index, end), quoted: false })
      index = end
    }
  }
  flush()
  return { statements }
}

function endOfWord(text: string, start: number): number {
  let end = start + 1
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (isBlank(code) || code === QUOTE || code === 0x7b || code === 0x7d) break
  }
  return end
}
