/** Characters in the text of a file that nobody sees, or takes for others. */

import { invisibleIn, looksBlank, nameOf } from '../../../base/invisible.ts'
import type { Report, Span } from '../../diagnostics/diagnostics.ts'
import { secretStart } from '../../diagnostics/secrets.ts'
import { lineText, type Source } from '../../diagnostics/sources.ts'
import { commentStart } from '../../syntax/lexer.ts'
import { warn } from './context.ts'

/** Of one kind in one file. */
interface Found {
  readonly span: Span
  /** In a password: not even what it is may be said. */
  readonly secret: boolean
  count: number
}

export function lintCharacters(source: Source, report: Report): void {
  const invisible = new Map<string, Found>()
  const quotes = new Map<string, Found>()
  for (const [index, start] of source.lineStarts.entries()) {
    const line = lineText(source, index)
    // Nearly every line is nothing but ASCII.
    if (!/[^\t\r -~]/.test(line)) continue
    const code = line.slice(0, commentStart(line))
    const secretFrom = passwordStart(line)
    const note = (kinds: Map<string, Found>, at: number, text: string): void => {
      const secret = at >= secretFrom
      const kind = secret ? '' : text
      const found = kinds.get(kind)
      const span = { file: source.file, start: start + at, end: start + at + text.length }
      if (found === undefined) kinds.set(kind, { span, secret, count: 1 })
      else found.count += 1
    }
    for (const { at, character } of invisibleIn(code)) note(invisible, at, character)
    for (const at of typographicQuotes(code)) note(quotes, at, code[at] ?? '')
  }
  for (const [character, found] of invisible)
    warn(report, 'invisible-character', found.span, aboutInvisible(character, found) + others(found), {
      secret: found.secret,
    })
  for (const found of quotes.values())
    warn(
      report,
      'typographic-quote',
      found.span,
      `this quote is a letter like any other: only the straight one (") encloses words${others(found)}`,
      { secret: found.secret },
    )
}

/** Blanks before the password, visible or not, are none of it. */
function passwordStart(line: string): number {
  const from = secretStart(line)
  const behind = line.slice(from)
  return from + behind.search(/[^\s=:]|$/)
}

function aboutInvisible(character: string, { secret, span }: Found): string {
  if (secret) return 'a character that cannot be seen is part of this password'
  const name = nameOf(character)
  if (character === '\ufeff' && span.start === 0)
    return `the file begins with ${name}, which cannot be seen and is a part of the first word to keepalived: save it as UTF-8 without it`
  return looksBlank(character)
    ? `${name} looks like a blank and is a letter to keepalived: type a blank instead`
    : `${name} cannot be seen and is a letter to keepalived: delete it`
}

const others = ({ count }: Found): string =>
  count === 1 ? '' : count === 2 ? ' (also in one other place)' : ` (also in ${count - 1} other places)`

/** Where a word begins or ends with one, outside of real quotes. */
function typographicQuotes(code: string): readonly number[] {
  const unquoted = code.replace(/"[^"]*"/g, (text) => '"'.repeat(text.length))
  const pattern =
    /(?<=^|[\s{}])[\u2018\u201a-\u201f\u00ab\u00bb]|[\u2018\u2019\u201c-\u201f\u00ab\u00bb](?=$|[\s{}])/g
  return [...unquoted.matchAll(pattern)].map(({ index }) => index)
}
