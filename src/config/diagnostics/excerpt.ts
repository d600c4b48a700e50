/** The line a span stands in, and a caret under it. */

import type { Span } from './diagnostics.ts'
import { printableLine } from './printable.ts'
import { hidden, hideSecret } from './secrets.ts'
import { lineIndexOf, lineText, type SourceMap, sourceOf } from './sources.ts'

/** Longer lines are cut to what surrounds the span. */
const LONGEST = 160

export interface Excerpt {
  readonly line: string
  /** As many columns as stand before the span; tabs stay tabs. */
  readonly indent: string
  readonly caret: string
}

/**
 * @param secret the span covers a password; what announces one is hidden in any case.
 * @param longest characters of the line that are shown
 */
export function excerptOf(
  span: Span,
  secret: boolean,
  sources: SourceMap,
  longest: number = LONGEST,
): Excerpt | undefined {
  const source = sourceOf(sources, span)
  if (source === undefined) return undefined
  const index = lineIndexOf(source, span.start)
  const whole = lineText(source, index)
  const from = span.start - (source.lineStarts[index] ?? 0)
  const to = Math.max(from, Math.min(whole.length, from + span.end - span.start))
  const cut = whole.length > longest ? Math.max(0, from - Math.floor(longest / 2)) : 0
  const shown = printableLine(hide(whole, from, to, secret))
  return {
    line: shown.slice(cut, cut + longest),
    indent: Array.from(shown.slice(cut, from), blank).join(''),
    caret: '^'.repeat(Math.max(1, columns(shown.slice(from, Math.min(to, cut + longest))))),
  }
}

function hide(line: string, from: number, to: number, secret: boolean): string {
  // First what is announced: the announcing word itself may be hidden by the other.
  const safe = hideSecret(line)
  return secret ? safe.slice(0, from) + hidden(safe.slice(from, to)) + safe.slice(to) : safe
}

const blank = (character: string): string => (character === '\t' ? '\t' : ' '.repeat(columns(character)))

const columns = (text: string): number =>
  Array.from(text).reduce((sum, character) => sum + (WIDE.test(character) ? 2 : 1), 0)

/** Chinese, Japanese and Korean characters take two columns of a terminal. */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/
