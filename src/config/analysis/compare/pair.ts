/** Two files side by side, and how findings about both are said. */

import type { DiagnosticCode } from '../../diagnostics/codes.ts'
import {
  error,
  note,
  type Related,
  type Report,
  type Severity,
  type Span,
  warning,
} from '../../diagnostics/diagnostics.ts'
import type { VrrpInstance } from '../../model.ts'
import type { Keyword } from '../../syntax/keyword.ts'
import { placeFor, type Subject } from '../lint/context.ts'

/** One of the two directors. */
export interface Side {
  readonly subject: Subject
  /** As it is called in messages: the file, or the host where both are in one file. */
  readonly label: string
}

/** The same virtual router in both files. */
export interface Pair {
  readonly ours: VrrpInstance
  readonly theirs: VrrpInstance
  /** What told that they belong together. */
  readonly by: string
  /** VRID and an address are the same: no doubt that they do. */
  readonly certain: boolean
}

/** Says things about one pair, pointing at both files. */
export class PairReport {
  readonly #pair: Pair
  readonly #sides: readonly [Side, Side]
  readonly #report: Report

  constructor(pair: Pair, sides: readonly [Side, Side], report: Report) {
    this.#pair = pair
    this.#sides = sides
    this.#report = report
  }

  /** @param keyword where it is written, in both; the instances' names where it is not. */
  say(severity: Severity, code: DiagnosticCode, keyword: Keyword | undefined, message: string): void {
    this.#at(severity, code, this.#place(0, keyword), this.#place(1, keyword), message)
  }

  /** The same where the two places are not of one keyword. */
  #at(severity: Severity, code: DiagnosticCode, here: Span, there: Span, message: string): void {
    sayAt(this.#report, severity, code, here, message, [placeThere(this.#sides[1], there)])
  }

  sayAt(severity: Severity, code: DiagnosticCode, here: Span, there: Span, message: string): void {
    this.#at(severity, code, here, there, message)
  }

  #place(side: 0 | 1, keyword: Keyword | undefined): Span {
    const instance = side === 0 ? this.#pair.ours : this.#pair.theirs
    return keyword === undefined ? instance.span : placeFor(this.#sides[side].subject, instance, keyword)
  }
}

/** Where the other router says it. */
export const placeThere = ({ label }: Side, span: Span): Related => ({
  span,
  message: label === span.file ? 'there' : `there, in ${label}`,
})

/** keepalived knows one file only. */
export function sayAt(
  report: Report,
  severity: Severity,
  code: DiagnosticCode,
  span: Span,
  message: string,
  related: readonly Related[] = [],
): void {
  const make = { error, warning, note }[severity]
  report(make(code, span, message, { related, inKeepalived: 'no' }))
}
