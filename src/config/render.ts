/** Diagnostics for people: one line for logs, or with the source line and a caret below. */

import type { Diagnostic, Severity, Span } from './diagnostics.ts'
import { lineIndexOf, lineText, positionOf, sourceOf, type SourceMap } from './sources.ts'
import { printable } from './text.ts'

/** `file:line:column` */
export function location(span: Span, sources: SourceMap): string {
  const source = sourceOf(sources, span)
  if (source === undefined) return printable(span.file)
  const { line, column } = positionOf(source, span.start)
  return `${printable(span.file)}:${line}:${column}`
}

/** `file:line:column: severity: message [code]` */
export const summaryLine = (diagnostic: Diagnostic, sources: SourceMap): string =>
  `${location(diagnostic.span, sources)}: ${diagnostic.severity}: ${messageOf(diagnostic)} [${diagnostic.code}]`

function messageOf({ message, suggestion }: Diagnostic): string {
  const isSaid = suggestion === undefined || message.includes(`'${suggestion}'`)
  return printable(isSaid ? message : `${message}; did you mean '${suggestion}'?`)
}

const COLOURS: Readonly<Record<Severity, string>> = { error: '31', warning: '33', note: '36' }

export interface RenderOptions {
  readonly colour?: boolean
}

/** Several lines, without a line end after the last one. */
export function renderDiagnostic(
  diagnostic: Diagnostic,
  sources: SourceMap,
  { colour = false }: RenderOptions = {},
): string {
  const paint = (text: string, code: string): string => (colour ? `\u001b[${code}m${text}\u001b[0m` : text)
  const { severity, span, code } = diagnostic
  const head = `${paint(location(span, sources), '1')}: ${paint(severity, `1;${COLOURS[severity]}`)}: `
  const lines = [`${head}${messageOf(diagnostic)} [${code}]`]
  lines.push(...excerpt(span, sources, (caret) => paint(caret, `1;${COLOURS[severity]}`)))
  for (const related of diagnostic.related ?? []) {
    lines.push(`  ${location(related.span, sources)}: ${printable(related.message)}`)
    lines.push(...excerpt(related.span, sources, (caret) => caret))
  }
  return lines.join('\n')
}

/** Long lines are cut to what surrounds the span. */
const LONGEST_EXCERPT = 160

function excerpt(span: Span, sources: SourceMap, paint: (caret: string) => string): readonly string[] {
  const source = sourceOf(sources, span)
  if (source === undefined) return []
  const index = lineIndexOf(source, span.start)
  const whole = lineText(source, index)
  const offset = span.start - (source.lineStarts[index] ?? 0)
  const cut = whole.length > LONGEST_EXCERPT ? Math.max(0, offset - LONGEST_EXCERPT / 2) : 0
  const line = whole.slice(cut, cut + LONGEST_EXCERPT)
  const before = line.slice(0, offset - cut)
  const marked = line.slice(offset - cut, Math.max(offset, span.end - span.start + offset) - cut)
  const indent = Array.from(before)
    .map((character) => (character === '\t' ? '\t' : ' '.repeat(width(character))))
    .join('')
  const caret = '^'.repeat(
    Math.max(
      1,
      Array.from(marked).reduce((sum, character) => sum + width(character), 0),
    ),
  )
  return [`    ${printable(line)}`, `    ${indent}${paint(caret)}`]
}

/** Columns on a terminal: Chinese, Japanese and Korean characters take two. */
const width = (character: string): number =>
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(
    character,
  )
    ? 2
    : 1
