/** Small things that are done with lines on their way to words. */

import type { Diagnostic } from '../diagnostics.ts'
import { sliceLine, type Line } from '../line.ts'
import { warningAt } from '../report.ts'
import { announcesSecret } from '../secrets.ts'

export function trimStart(line: Line): Line {
  const trimmed = line.text.trimStart()
  return trimmed.length === line.text.length ? line : sliceLine(line, line.text.length - trimmed.length)
}

export const trimEnd = (line: Line): Line => cutAt(line, line.text.trimEnd().length)

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
