/** What was found in a configuration and where. Display is separate: a Span only counts characters. */

import type { DiagnosticCode } from './codes.ts'

/** [start, end) in UTF-16 units of `file`'s text; zero-width where something is missing. */
export interface Span {
  readonly file: string
  readonly start: number
  readonly end: number
}

/** By file, then by place. Negative: `a` comes first. */
export function compareSpans(a: Span, b: Span): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  return a.start - b.start || a.end - b.end
}

/**
 * - `error`: something written has no effect, or not the one it says
 * - `warning`: it works, but probably not as meant
 * - `note`: what will really happen; nothing is wrong
 */
export type Severity = 'error' | 'warning' | 'note'

export interface Related {
  readonly span: Span
  readonly message: string
}

/**
 * Whether keepalived 2.2.7 complains about the same thing, and what that does
 * to the exit code of `keepalived -t`:
 * - `no`: it says nothing
 * - `interface`: exit code 4, which every other outweighs
 * - `config`: exit code 5
 * - `security`: exit code 6, which checked includes that are missing give, too
 * - `abort`: it stops reading at once, exit code 2
 */
export type InKeepalived = 'no' | 'interface' | 'config' | 'security' | 'abort'

export interface Diagnostic {
  readonly severity: Severity
  readonly code: DiagnosticCode
  readonly span: Span
  /** What was expected and what happens now, in the operator's words. Never a password. */
  readonly message: string
  readonly related?: readonly Related[]
  /** What was probably meant: a text to write instead of what the span covers. */
  readonly suggestion?: string
  /** Why, where it is the same for many: of all with one code and one reason the first may stand for the others. */
  readonly reason?: string
  /** The daemon cannot run with this configuration. */
  readonly fatal: boolean
  readonly inKeepalived: InKeepalived
  /** The span covers a password, or a part of one: its text must not be shown. */
  readonly secret: boolean
}

/** Where diagnostics go while a configuration is read. */
export type Report = (diagnostic: Diagnostic) => void

export interface Details {
  readonly related?: readonly Related[] | undefined
  readonly suggestion?: string | undefined
  readonly reason?: string
  readonly fatal?: boolean
  readonly inKeepalived?: InKeepalived
  readonly secret?: boolean
}

const make = (
  severity: Severity,
  code: DiagnosticCode,
  span: Span,
  message: string,
  details: Details,
): Diagnostic => ({
  severity,
  code,
  span,
  message,
  fatal: details.fatal ?? false,
  secret: details.secret ?? false,
  inKeepalived: details.inKeepalived ?? (severity === 'note' ? 'no' : 'config'),
  ...(details.related !== undefined && details.related.length > 0 && { related: details.related }),
  ...(details.suggestion !== undefined && { suggestion: details.suggestion }),
  ...(details.reason !== undefined && { reason: details.reason }),
})

/** Errors and warnings are taken to be keepalived's too, notes to be ours alone, unless `details` say otherwise. */
export const error = (code: DiagnosticCode, span: Span, message: string, details: Details = {}): Diagnostic =>
  make('error', code, span, message, details)
export const warning = (
  code: DiagnosticCode,
  span: Span,
  message: string,
  details: Details = {},
): Diagnostic => make('warning', code, span, message, details)
export const note = (code: DiagnosticCode, span: Span, message: string, details: Details = {}): Diagnostic =>
  make('note', code, span, message, details)
