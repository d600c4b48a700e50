/** `include FILE-GLOB` and its stricter variants: what a line asks for, and what keepalived minds about the answer. */

import { error, note, type Report, type Span, warning } from '../../diagnostics/diagnostics.ts'
import type { Source } from '../../diagnostics/sources.ts'
import { PROBLEM_WORDS, type ReadProblem } from '../io.ts'

/** What an include asks for; the same request always has the same answer. */
export interface IncludeRequest {
  /** Directory of the file that asks. */
  readonly directory: string
  readonly pattern: string
}

/** What was found, in order. */
export interface IncludeAnswer {
  readonly files: readonly Source[]
  readonly unreadable: readonly { readonly path: string; readonly problem: ReadProblem }[]
  /** Alternatives of a brace that match nothing. */
  readonly missing: readonly string[]
}

export const requestKey = ({ directory, pattern }: IncludeRequest): string => `${directory}\n${pattern}`

/** Which kinds of missing files are errors. */
export interface IncludeChecks {
  readonly readable: boolean
  readonly match: boolean
  readonly wildcardMatch: boolean
  readonly braceMatch: boolean
}

export const NO_CHECKS: IncludeChecks = {
  readable: false,
  match: false,
  wildcardMatch: false,
  braceMatch: false,
}
const ALL_CHECKS: IncludeChecks = { readable: true, match: true, wildcardMatch: true, braceMatch: true }

export interface IncludeLine {
  /** What stands behind `include`: one of r, m, w, b and a, or nothing. */
  readonly letter: string
  /** Where the pattern begins: it is the rest of the line, blanks and quotes and all. */
  readonly patternAt: number
}

export function includeAt(text: string): IncludeLine | undefined {
  const match = /^include([rmwba]?)[ \t]+(?=[^ \t])/.exec(text)
  return match === null ? undefined : { letter: match[1] ?? '', patternAt: match[0].length }
}

/** The checks of a line with this letter, on top of those that are on anyway. */
export function checksOf(letter: string, base: IncludeChecks): IncludeChecks {
  switch (letter) {
    case 'r':
      return { ...base, readable: true }
    case 'm':
      return { ...base, readable: true, match: true }
    case 'w':
      return { ...base, readable: true, match: true, wildcardMatch: true }
    case 'b':
      return { ...base, readable: true, braceMatch: true }
    case 'a':
      return ALL_CHECKS
    default:
      return base
  }
}

const NAMES: ReadonlyMap<string, keyof IncludeChecks> = new Map([
  ['readable', 'readable'],
  ['match', 'match'],
  ['wildcard_match', 'wildcardMatch'],
  ['brace_match', 'braceMatch'],
])

/** `include_check [+|-]NAME …`: a sign changes what is on, no sign replaces it, no name means everything. */
export function changeChecks(words: readonly string[], base: IncludeChecks): IncludeChecks {
  if (words.length === 0) return ALL_CHECKS
  const isRelative = /^[+-]/.test(words[0] ?? '')
  return words.reduce<IncludeChecks>(
    (checks, word) => {
      const name = NAMES.get(word.replace(/^[+-]/, ''))
      if (name === undefined) return checks
      const on = !word.startsWith('-')
      return { ...checks, [name]: on, ...(on && { readable: true }) }
    },
    isRelative ? base : NO_CHECKS,
  )
}

/** Says what is missing. keepalived goes on in any case; with a check it ends `-t` with 6. */
export function reportAnswer(
  { pattern }: IncludeRequest,
  { files, missing, unreadable }: IncludeAnswer,
  checks: IncludeChecks,
  span: Span,
  report: Report,
): void {
  const say = (isError: boolean, message: string): void =>
    report(
      isError
        ? error('include-missing', span, message, { inKeepalived: 'security' })
        : warning('include-missing', span, message, { inKeepalived: 'no' }),
    )
  for (const { path, problem } of unreadable)
    say(checks.readable, `${path} is not read: ${PROBLEM_WORDS[problem]}`)
  const isWild = /[*?[]/.test(pattern)
  if (files.length === 0 && unreadable.length === 0) {
    const isBrace = /\{.*\}/.test(pattern)
    if (!isWild)
      say(
        checks.match || checks.wildcardMatch || (isBrace && checks.braceMatch),
        `there is no file ${pattern}`,
      )
    else if (checks.wildcardMatch) say(true, `no file matches ${pattern}`)
    else report(note('include-missing', span, `no file matches ${pattern}`))
  } else if (missing.length > 0) {
    say(checks.braceMatch, `there is no file ${missing.join(', ')}`)
  }
}
