/** A line of a story → words, each with its place. Quotes, blanks and comments are those of a configuration. */

import type { Span } from '../../config/diagnostics/diagnostics.ts'
import type { Source } from '../../config/diagnostics/sources.ts'

export interface Word {
  /** Without its quotes. */
  readonly text: string
  /** In quotes it is always a name, never a word of the language. */
  readonly quoted: boolean
  /** With its quotes. */
  readonly span: Span
}

export interface WordLine {
  readonly words: readonly Word[]
  /** From the first word to the end of the last one. */
  readonly span: Span
  /** A quote that nothing closes. */
  readonly unterminated?: Span
}

/** Separates the sides of a partition, with or without blanks around it. */
export const BAR = '|'

const isBlank = (character: string): boolean => /[\t-\r ]/.test(character)

/** The lines of a story that have words in them, in their order. */
export function linesOf({ file, text, lineStarts }: Source): readonly WordLine[] {
  return lineStarts.flatMap((start, index) => {
    // An editor's mark at the beginning of a file is no part of its first word.
    const from = start === 0 && text.startsWith('\ufeff') ? 1 : start
    const line = splitLine(file, text, from, lineStarts[index + 1] ?? text.length)
    return line === undefined ? [] : [line]
  })
}

function splitLine(file: string, text: string, from: number, end: number): WordLine | undefined {
  const words: Word[] = []
  let unterminated: Span | undefined
  let at = from
  while (at < end && text[at] !== '#') {
    const character = text[at] ?? ''
    let next = at + 1
    if (character === '"') {
      const close = text.indexOf('"', at + 1)
      if (close === -1 || close >= end) {
        unterminated = { file, start: at, end: at + text.slice(at, end).trimEnd().length }
        break
      }
      next = close + 1
      words.push({ text: text.slice(at + 1, next - 1), quoted: true, span: { file, start: at, end: next } })
    } else if (!isBlank(character)) {
      if (character !== BAR) while (next < end && !endsWord(text[next] ?? '')) next += 1
      words.push({ text: text.slice(at, next), quoted: false, span: { file, start: at, end: next } })
    }
    at = next
  }
  const [first] = words
  const last = words[words.length - 1]
  if (first === undefined || last === undefined)
    return unterminated === undefined ? undefined : { words, span: unterminated, unterminated }
  const span = { file, start: first.span.start, end: last.span.end }
  return { words, span, ...(unterminated !== undefined && { unterminated }) }
}

const endsWord = (character: string): boolean => isBlank(character) || '"#|'.includes(character)

/**
 * A name as `linesOf` reads it back.
 *
 * @param name without double quotes and line ends, for which there is no way to write them
 */
export const written = (name: string): string => (isPlain(name) ? name : `"${name}"`)

/** Words that mean something where a name may stand. */
const RESERVED: readonly string[] = ['on', 'for', 'all', 'with', 'out']

const isPlain = (name: string): boolean => /^[\w./:@%+,=~-]+$/.test(name) && !RESERVED.includes(name)
