/**
 * One line of a story while it is read, word by word. The first thing that is
 * wrong with it is kept; after that there are no more words, so that whoever
 * reads need not look after each of them.
 */

import { isIpv4, parseIp, type IpAddress } from '../../base/address.ts'
import { invisibleIn, looksBlank, nameOf } from '../../base/invisible.ts'
import { nearest } from '../../base/suggest.ts'
import { toSeconds, type Duration } from '../../base/time.ts'
import type { DiagnosticCode } from '../../config/diagnostics/codes.ts'
import { error, type Diagnostic, type Span } from '../../config/diagnostics/diagnostics.ts'
import type { Cast, Everybody, Names } from './cast.ts'
import { parseTime } from './times.ts'
import { BAR, type Word, type WordLine } from './words.ts'

/** A thousand names are no sentence. */
const MOST_NAMES = 20

/** Beyond this nobody means the number of a tracked file: keepalived's weights end at 253. */
const LARGEST_NUMBER = 2 ** 31

/** As `vrrpd drain` takes it. */
const LONGEST_DRAIN = 24 * 3_600

export class Sentence {
  /** What is wrong with the line. */
  problem: Diagnostic | undefined
  /** How such a line is written. */
  usage = 'at TIME EVENT'
  readonly #line: WordLine
  readonly #cast: Cast
  readonly #everybody: Everybody
  #next = 0

  constructor(line: WordLine, cast: Cast, everybody: Everybody) {
    this.#line = line
    this.#cast = cast
    this.#everybody = everybody
    for (const word of line.words) this.#refuseInvisible(word)
    if (line.unterminated !== undefined)
      this.fail('story-syntax', line.unterminated, 'a double quote without a partner on its line')
  }

  get span(): Span {
    return this.#line.span
  }

  /** Goes past `at`. */
  begin(): void {
    const word = this.peek()
    if (word === undefined || this.takes('at')) return
    const meant = parseTime(word.text).ok ? `at ${word.text}` : nearest(word.text, ['at'])
    this.fail('story-syntax', word.span, "a line begins with 'at' and a time: at 10s kill a", meant)
  }

  fail(code: DiagnosticCode, span: Span, message: string, suggestion?: string): void {
    this.problem ??= error(code, span, message, { inKeepalived: 'no', suggestion })
  }

  peek(): Word | undefined {
    return this.problem === undefined ? this.#line.words[this.#next] : undefined
  }

  /** The next word, which must be there. @param what is missing otherwise, e.g. `a host` */
  word(what: string): Word | undefined {
    const word = this.peek()
    if (word === undefined) {
      this.#missing(what)
      return undefined
    }
    this.#next += 1
    return word
  }

  /** Goes past one of these words. */
  keyword<T extends string>(...expected: readonly T[]): T | undefined {
    const all = expected.map((one) => `'${one}'`).join(' or ')
    const word = this.word(all)
    if (word === undefined) return undefined
    const found = expected.find((one) => isKeyword(word, one))
    if (found !== undefined) return found
    const meant = nearest(word.text, expected)
    this.fail('story-syntax', word.span, `${all} is expected here: ${this.usage}`, meant)
    return undefined
  }

  /** Whether the next word is this one; then it is gone past. */
  takes(keyword: string): boolean {
    const word = this.peek()
    if (word === undefined || !isKeyword(word, keyword)) return false
    this.#next += 1
    return true
  }

  /** Words up to one of these, at least one. */
  wordsUntil(what: string, ...ends: readonly string[]): readonly Word[] {
    const words: Word[] = []
    for (;;) {
      const word = this.peek()
      if (word === undefined || ends.some((end) => isKeyword(word, end))) break
      words.push(word)
      this.#next += 1
    }
    if (words.length === 0) this.#missing(what)
    return words
  }

  end(): void {
    const word = this.peek()
    if (word !== undefined)
      this.fail('story-syntax', word.span, `nothing more is expected here: ${this.usage}`)
  }

  time(what = 'a time'): Duration | undefined {
    const word = this.word(what)
    if (word === undefined) return undefined
    const time = parseTime(word.text)
    if (time.ok) return time.value
    this.fail('story-time', word.span, time.error.message, time.error.suggestion)
    return undefined
  }

  /** A span of time that is not empty. */
  duration(): Duration | undefined {
    const at = this.peek()
    const duration = this.time()
    if (at !== undefined && duration === 0) {
      this.fail('story-time', at.span, 'no time at all: it would be over as it begins')
      return undefined
    }
    return duration
  }

  drainDuration(): Duration | undefined {
    const at = this.peek()
    const duration = this.duration()
    if (at !== undefined && duration !== undefined && toSeconds(duration) > LONGEST_DRAIN) {
      this.fail('story-time', at.span, 'a drain ends after 24h at most, as that of vrrpd drain does')
      return undefined
    }
    return duration
  }

  host(): Names | undefined {
    const word = this.word('a host')
    return word === undefined ? undefined : this.hostOf(word)
  }

  hostOf(word: Word): Names | undefined {
    const host = this.#everybody.get(word.text)
    if (host === undefined)
      this.unknown(word, `there is no host '${word.text}'`, 'hosts are', [...this.#everybody.keys()])
    return host
  }

  /** `on HOST` */
  onHost(): Names | undefined {
    return this.keyword('on') === undefined ? undefined : this.host()
  }

  lan(): string | undefined {
    const word = this.word('a LAN')
    if (word === undefined) return undefined
    const { lans } = this.#cast
    if (lans.includes(word.text)) return word.text
    this.unknown(word, `there is no LAN '${word.text}'`, 'LANs are', lans)
    return undefined
  }

  /** Hosts on this LAN, or all of them. */
  hostsOn(lan: string | undefined): readonly string[] {
    const hosts = [...this.#everybody.values()]
    return hosts.filter(({ links }) => lan === undefined || links.includes(lan)).map(({ name }) => name)
  }

  /** @param known what there is, of which one may be meant */
  unknown(
    word: Word,
    message: string,
    are: string,
    known: readonly string[],
    code: DiagnosticCode = 'story-name',
  ): void {
    // All names of one letter are near to each other.
    const meant = word.text.length > 2 ? nearest(word.text, known) : undefined
    if (meant !== undefined) {
      this.fail(code, word.span, message, meant)
      return
    }
    const more = known.length > MOST_NAMES ? ` and ${known.length - MOST_NAMES} more` : ''
    const list =
      known.length === 0 ? 'there is none' : `${are} ${known.slice(0, MOST_NAMES).join(', ')}${more}`
    this.fail(code, word.span, `${message}; ${list}`)
  }

  /** One of the names that this host has. @param what e.g. `vrrp_script` */
  nameOf(word: Word, host: Names, what: string, known: readonly string[]): string | undefined {
    if (known.includes(word.text)) return word.text
    this.unknown(word, `${host.name} has no ${what} '${word.text}'`, 'it has', known)
    return undefined
  }

  /** An address that the host's daemon may set; its prefix length may be said. */
  addressOf(word: Word, host: Names): IpAddress | undefined {
    const [text = '', length, ...more] = word.text.split('/')
    const address = parseIp(text)
    const hasLength = length === undefined || (more.length === 0 && /^\d{1,3}$/.test(length))
    if (address === undefined || !hasLength || Number(length ?? 0) > (isIpv4(address) ? 32 : 128)) {
      this.fail('invalid-address', word.span, `'${word.text}' is no IP address`)
      return undefined
    }
    const known = [...host.addresses.values()]
    if (known.includes(address)) return address
    const message = `${host.name} has no virtual or static address ${text}`
    this.unknown({ ...word, text }, message, 'it has', [...host.addresses.keys()])
    return undefined
  }

  number(): number | undefined {
    const word = this.word('a number')
    if (word === undefined) return undefined
    const number = /^[+-]?\d{1,10}$/.test(word.text) ? Number(word.text) : Number.NaN
    if (Math.abs(number) < LARGEST_NUMBER) return number + 0
    this.fail('invalid-number', word.span, `'${word.text}' is no whole number of at most 31 bits`)
    return undefined
  }

  percent(): number | undefined {
    const word = this.word('a percentage')
    if (word === undefined) return undefined
    const [, digits] = /^(\d{1,3}(?:\.\d{1,3})?)%?$/.exec(word.text) ?? []
    if (digits === undefined || Number(digits) > 100) {
      this.fail('story-syntax', word.span, `'${word.text}' is no percentage; they go from 0% to 100%`)
      return undefined
    }
    if (word.text.endsWith('%')) return Number(digits)
    this.fail('story-syntax', word.span, `${digits} of what? percentages are written so`, `${digits}%`)
    return undefined
  }

  #missing(what: string): void {
    const { file, end } = this.#line.span
    const at = this.#line.words[this.#next]?.span.start ?? end
    this.fail('story-syntax', { file, start: at, end: at }, `${what} is missing: ${this.usage}`)
  }

  #refuseInvisible({ text, quoted, span }: Word): void {
    const [found] = quoted || /^[!-~]*$/.test(text) ? [] : invisibleIn(text)
    if (found === undefined) return
    const start = span.start + found.at
    const advice = looksBlank(found.character) ? 'write an ordinary blank' : 'remove it'
    this.fail(
      'invisible-character',
      { file: span.file, start, end: start + found.character.length },
      `${nameOf(found.character)} is part of a word here; ${advice}, or put the word into quotes`,
    )
  }
}

export const isKeyword = ({ text, quoted }: Word, keyword: string): boolean => !quoted && text === keyword

export const isBar = (word: Word): boolean => isKeyword(word, BAR)
