/**
 * The `regex` of a url: PCRE's patterns in JavaScript's. What both have alike is taken as it is, what differs is
 * translated, and what cannot be is refused with its name; nothing is searched for by another meaning.
 *
 * Text is bytes (PCRE without its option utf): the answer and the pattern's UTF-8 are one character a byte.
 * Source: pcre2pattern(3), pcre2api(3).
 */

import { accepted, rejected, type Result } from '../base/result.ts'
import type { RegexCheck } from './types.ts'

/** How PCRE works, not what it finds. */
const WITHOUT_EFFECT = [
  'auto_callout',
  'dupnames',
  'never_backslash_c',
  'never_ucp',
  'never_utf',
  'no_auto_possess',
  'no_dotstar_anchor',
  'no_start_optimize',
  'use_offset_limit',
]
const FLAGS: Readonly<Record<string, string>> = { caseless: 'i', multiline: 'm', dotall: 's' }

/** Letters after a backslash that mean the same to both. */
const COMMON_ESCAPES = 'dDwWsSbBnrtfv0123456789'
const TRANSLATED_ESCAPES: Readonly<Record<string, string>> = {
  a: '\\x07',
  e: '\\x1b',
  A: '(?<![^])',
  z: '(?![^])',
  Z: '(?=\\n?(?![^]))',
  h: '[\\t \\xa0]',
  H: '[^\\t \\xa0]',
  N: '[^\\n]',
  R: '(?:\\r\\n|[\\n-\\r\\x85])',
}
const POSIX_CLASSES: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\s',
  upper: 'A-Z',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
}

/** Undefined errors never: a pattern that cannot be had is refused, in words for people. */
export function compileRegex({ pattern, options }: RegexCheck): Result<RegExp, string> {
  const flags = new Set<string>()
  for (const option of options) {
    const flag = FLAGS[option]
    if (flag !== undefined) flags.add(flag)
    else if (option !== 'dollar_endonly' && !WITHOUT_EFFECT.includes(option))
      return rejected(`regex_options ${option} is not supported`)
  }
  const inline = /^\(\?([ims]+)\)/.exec(pattern)
  for (const flag of inline?.[1] ?? '') flags.add(flag)
  const source = asBytes(pattern.slice(inline?.[0].length ?? 0))
  const translated = translate(source, flags.has('m') || options.includes('dollar_endonly'))
  if (!translated.ok) return translated
  try {
    return accepted(new RegExp(translated.value, ['g', ...flags].join('')))
  } catch (error) {
    return rejected(error instanceof Error ? error.message : String(error))
  }
}

/** Whether there is a match that begins where it may. @param text one character a byte */
export function search(text: string, regex: RegExp, { minOffset, maxOffset }: RegexCheck): boolean {
  regex.lastIndex = minOffset
  const found = regex.exec(text)
  regex.lastIndex = 0
  return found !== null && (maxOffset === undefined || found.index <= maxOffset)
}

const asBytes = (text: string): string =>
  Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('')

/** @param dollarIsEnd `$` needs no translation: it is a line's end, or the very end in both */
function translate(pattern: string, dollarIsEnd: boolean): Result<string, string> {
  let out = ''
  let inClass = false
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at)
    if (character === '\\') {
      const escape = translateEscape(pattern.slice(at), inClass)
      if (!escape.ok) return escape
      out += escape.value.text
      at += escape.value.length - 1
    } else if (inClass) {
      const posix = /^\[:(\^?)(\w+):\]/.exec(pattern.slice(at))
      const members = posix === null ? undefined : POSIX_CLASSES[posix[2] ?? '']
      if (posix !== null) {
        if (members === undefined || posix[1] === '^') return rejected(`${posix[0]} is not supported`)
        out += members
        at += posix[0].length - 1
      } else {
        // A bracket inside a class is only itself.
        out += character === '[' ? '\\[' : character
        inClass = character !== ']'
      }
    } else if (character === '[') {
      const opening = /^\[\^?\]?/.exec(pattern.slice(at))?.[0] ?? '['
      // The first bracket after the opening one is a member.
      out += opening.replace(/\]$/, '\\]')
      at += opening.length - 1
      inClass = true
    } else if (character === '$' && !dollarIsEnd) {
      out += '(?=\\n?$)'
    } else {
      const refused = refusedAt(pattern, at)
      if (refused !== undefined) return rejected(`${refused} is not supported`)
      out += character
    }
  }
  return accepted(out)
}

function translateEscape(rest: string, inClass: boolean): Result<{ text: string; length: number }, string> {
  const letter = rest.charAt(1)
  const hex = /^\\x([0-9A-Fa-f]{2})/.exec(rest)
  if (hex !== null) return accepted({ text: hex[0], length: hex[0].length })
  const quoted = /^\\Q([^]*?)(?:\\E|$)/.exec(rest)
  if (quoted !== null) {
    const text = (quoted[1] ?? '').replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
    return accepted({ text, length: quoted[0].length })
  }
  const translated = TRANSLATED_ESCAPES[letter]
  if (translated !== undefined && (!inClass || translated.startsWith('\\x')))
    return accepted({ text: translated, length: 2 })
  if (letter === '') return rejected('a backslash at the end')
  if (/[A-Za-z0-9]/.test(letter) && !COMMON_ESCAPES.includes(letter))
    return rejected(`\\${letter} is not supported`)
  return accepted({ text: `\\${letter}`, length: 2 })
}

/** What JavaScript refuses, or would take for something else. */
function refusedAt(pattern: string, at: number): string | undefined {
  const rest = pattern.slice(at)
  const group = /^\((?:\*\w*|\?(?:>|\||#|R|&|P[>=]|\(|[-\w]*[imsxnUJ][-\w]*[:)]))/.exec(rest)?.[0]
  if (group !== undefined) return group
  // A possessive quantifier: `a++`, `a{2}+`.
  return /^[*+?}]\+/.exec(rest)?.[0]
}
