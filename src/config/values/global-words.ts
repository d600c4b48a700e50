/** Words of global_defs that have a syntax of their own. */

import { nearest } from '../../base/suggest.ts'
import type { Arguments } from '../syntax/keyword.ts'
import type { Word } from '../syntax/lexer.ts'
import type { Report } from '../diagnostics/diagnostics.ts'
import { errorAt, noteAt } from '../syntax/place-diagnostic.ts'
import { UNSIGNED, readInteger } from './number.ts'
import { parseUnsigned } from './unsigned.ts'

const IGNORED = 'the line is ignored'

/** Where a running daemon writes: it has no directory of its own that a relative path could start from. */
export const absolutePath: Arguments<string> = {
  syntax: 'FILE',
  needed: 1,
  read({ words }, report) {
    const [, path] = words
    if (path === undefined || path.text.startsWith('/')) return path?.text
    report(errorAt(path, 'invalid-value', `a path from the root is expected here; ${IGNORED}`))
    return undefined
  },
}

const BITS = ['IRUSR', 'IWUSR', 'IXUSR', 'IRGRP', 'IWGRP', 'IXGRP', 'IROTH', 'IWOTH', 'IXOTH']
const MOST_PERMISSIONS = 0o777

/** A number, octal with a leading zero, or names of bits joined by `|`. */
export const umask: Arguments<string> = {
  syntax: 'NUMBER|BIT | BIT …',
  needed: 1,
  read({ words }, report) {
    const [, ...given] = words
    const [first] = given
    if (first === undefined) return undefined
    const number = parseUnsigned(first.text)
    const isMask = number === undefined ? areBits(given) : number <= MOST_PERMISSIONS
    if (isMask) return given.map(({ text }) => text).join(' ')
    const message = `a number up to 0777 or names of bits such as ${BITS[4] ?? ''} are expected here; ${IGNORED}`
    report(errorAt(first, 'invalid-value', message))
    return undefined
  },
}

function areBits(given: readonly Word[]): boolean {
  const parts = given.flatMap(({ text }) => text.split(/(\|)/)).filter((part) => part !== '')
  return parts.every((part, index) => (index % 2 === 0 ? BITS.includes(part) : part === '|'))
}

/** `MTU`, `ADVERT`, or bytes. */
export const bufferPolicy: Arguments<string> = {
  syntax: 'MTU|ADVERT|BYTES',
  needed: 1,
  missing: 'ignored',
  read({ words }, report) {
    const [, given] = words
    if (given === undefined) return undefined
    const isPolicy = given.text === 'MTU' || given.text === 'ADVERT'
    return isPolicy || readInteger(given, UNSIGNED, IGNORED, report) !== undefined ? given.text : undefined
  },
}

const TIMEOUTS = ['tcp', 'tcpfin', 'udp']

/** `tcp N tcpfin N udp N`, in any order. */
export const timeouts: Arguments<true> = {
  syntax: '[tcp SECONDS] [tcpfin SECONDS] [udp SECONDS]',
  needed: 2,
  missing: 'ignored',
  read({ words }, report) {
    for (let index = 1; index < words.length; index++) {
      const [option, value] = [words[index], words[index + 1]]
      if (option === undefined) continue
      if (!TIMEOUTS.includes(option.text) || value === undefined) {
        const message = `${TIMEOUTS.join(', ')} are expected here, each with a number; the word is ignored`
        report(errorAt(option, 'unknown-option', message, { suggestion: nearest(option.text, TIMEOUTS) }))
        continue
      }
      readInteger(value, { minimum: 1, maximum: 2_678_400 }, 'it is ignored', report)
      index += 1
    }
    return true
  },
}

const CHECKS = ['readable', 'match', 'wildcard_match', 'brace_match']

/** Names of checks, each with a sign or all without; none means all. */
export const includeChecks: Arguments<true> = {
  syntax: '[+|-][readable|match|wildcard_match|brace_match] …',
  needed: 0,
  read({ words }, report) {
    for (const given of words.slice(1)) reportCheck(given, report)
    return true
  },
}

function reportCheck(given: Word, report: Report): void {
  const name = given.text.replace(/^[+-]/, '')
  if (name === 'readable') {
    const message = 'keepalived 2.2.7 does not know this word here, though its manual does'
    report(noteAt(given, 'newer-keyword', message, { inKeepalived: 'config' }))
  }
  if (CHECKS.includes(name)) return
  const message = `${CHECKS.join(', ')} are expected here; the word is ignored`
  report(errorAt(given, 'unknown-option', message, { suggestion: nearest(name, CHECKS) }))
}
