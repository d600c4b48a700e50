/**
 * Words as keepalived's script keywords split them: single and double quotes
 * keep blanks and may stand inside a word, a backslash escapes as in a shell
 * string. A command is split twice: once out of its line, once into its
 * arguments.
 */

export interface QuotedWord {
  readonly text: string
  /** [from, to) in the text that was split, quotes included. */
  readonly from: number
  readonly to: number
}

/** `unterminated`: index of a quote that nothing closes. */
export type Split = { readonly words: readonly QuotedWord[] } | { readonly unterminated: number }

export function splitQuoted(text: string): Split {
  const words: QuotedWord[] = []
  let index = 0
  for (;;) {
    while (index < text.length && isBlank(text[index] ?? '')) index += 1
    if (index >= text.length) return { words }
    const from = index
    let word = ''
    while (index < text.length && !isBlank(text[index] ?? '')) {
      const character = text[index] ?? ''
      if (character === '"' || character === "'") {
        const quoted = readQuoted(text, index + 1, character)
        if (quoted === undefined) return { unterminated: index }
        word += quoted.text
        index = quoted.next
      } else if (character === '\\' && index + 1 < text.length) {
        const escaped = readEscape(text, index + 1)
        word += escaped.text
        index = escaped.next
      } else {
        word += character
        index += 1
      }
    }
    words.push({ text: word, from, to: index })
  }
}

const isBlank = (character: string): boolean => character === ' ' || (character >= '\t' && character <= '\r')

interface Read {
  readonly text: string
  readonly next: number
}

function readQuoted(text: string, start: number, quote: string): Read | undefined {
  let word = ''
  let index = start
  while (index < text.length) {
    const character = text[index] ?? ''
    if (character === quote) return { text: word, next: index + 1 }
    if (character === '\\' && index + 1 < text.length) {
      const escaped = readEscape(text, index + 1)
      word += escaped.text
      index = escaped.next
    } else {
      word += character
      index += 1
    }
  }
  return undefined
}

const CONTROLS: ReadonlyMap<string, string> = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['E', '\x1b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
])

/** @param start index behind the backslash. */
function readEscape(text: string, start: number): Read {
  const rest = text.slice(start, start + 64)
  const octal = /^[0-7]{1,3}/.exec(rest)?.[0]
  if (octal !== undefined) return { text: byte(Number.parseInt(octal, 8)), next: start + octal.length }
  const hex = /^x([0-9a-fA-F]+)/.exec(rest)
  if (hex !== null)
    return { text: byte(Number.parseInt((hex[1] ?? '').slice(-2), 16)), next: start + hex[0].length }
  const control = /^c([\x20-\x7e])/.exec(rest)
  if (control !== null) return { text: byte((control[1] ?? '').charCodeAt(0) & 0x1f), next: start + 2 }
  const character = String.fromCodePoint(text.codePointAt(start) ?? 0)
  return { text: CONTROLS.get(character) ?? character, next: start + character.length }
}

/** A byte that is no character by itself is kept as text.ts keeps such bytes. */
const byte = (value: number): string =>
  String.fromCharCode((value & 0xff) < 0x80 ? value & 0xff : 0xdc00 + (value & 0xff))
