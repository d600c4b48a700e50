/** Small things that are done with lines on their way to words. */

import type { Diagnostic } from '../../diagnostics/diagnostics.ts'
import { announcesSecret } from '../../diagnostics/secrets.ts'
import { type Line, sliceLine } from '../line.ts'
import { warningAt } from '../place-diagnostic.ts'

/** C's white space: JavaScript's own trimming takes U+00A0 and U+FEFF as well, which are letters to keepalived. */
const BLANKS_BEFORE = /^[ \t-\r]+/
const isBlank = (code: number): boolean => code === 0x20 || (code >= 0x09 && code <= 0x0d)

export function trimStart(line: Line): Line {
  const blanks = BLANKS_BEFORE.exec(line.text)?.[0].length ?? 0
  return blanks === 0 ? line : sliceLine(line, blanks)
}

export const trimEnd = (line: Line): Line => cutAt(line, endOfText(line.text))

/** Where the blanks at its end begin. */
export function endOfText(text: string): number {
  let end = text.length
  while (end > 0 && isBlank(text.charCodeAt(end - 1))) end -= 1
  return end
}

export const cutAt = (line: Line, end: number): Line =>
  end === line.text.length ? line : sliceLine(line, 0, end)

/** What stands behind a brace on such a line may still be part of the password. */
export const markSecret = (line: Line): Line =>
  line.secret !== true && announcesSecret(line.text) ? { ...line, secret: true } : line

/** `${NAME}` that is left when everything is replaced: nobody means its braces. */
export function undefinedNameAt(line: Line, brace: number): Diagnostic | undefined {
  const name = /^\$\{[A-Za-z_]\w*\}/.exec(line.text.slice(Math.max(0, brace - 1), brace + 80))?.[0]
  if (brace === 0 || name === undefined) return undefined
  const place = { line, from: brace - 1, to: brace - 1 + name.length }
  const message = `${name} is not defined: it stays as it is, and its braces are braces`
  return warningAt(place, 'undefined-name', message, { inKeepalived: 'no' })
}
