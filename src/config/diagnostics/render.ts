/** Diagnostics for people: one line for logs, or with the source line and a caret below. */

import type { Diagnostic, Severity, Span } from './diagnostics.ts'
import { excerptOf } from './excerpt.ts'
import { printable } from './printable.ts'
import { positionOf, type SourceMap, sourceOf } from './sources.ts'

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

/** Before source lines. */
const INDENT = '    '
/** A terminal narrower than this breaks lines by itself. */
const SHORTEST = 40

export interface RenderOptions {
  readonly colour?: boolean
  /** Columns that are there for source lines. */
  readonly width?: number
}

/** Several lines, without a line end after the last one. */
export function renderDiagnostic(
  diagnostic: Diagnostic,
  sources: SourceMap,
  { colour = false, width }: RenderOptions = {},
): string {
  const paint = (text: string, code: string): string => (colour ? `\u001b[${code}m${text}\u001b[0m` : text)
  const { severity, span, code } = diagnostic
  const head = `${paint(location(span, sources), '1')}: ${paint(severity, `1;${COLOURS[severity]}`)}: `
  const lines = [`${head}${messageOf(diagnostic)} [${code}]`]
  const longest = width === undefined ? undefined : Math.max(SHORTEST, width - INDENT.length)
  const excerpt = (of: Span, paintCaret: (caret: string) => string): readonly string[] => {
    const found = excerptOf(of, diagnostic.secret, sources, longest)
    // What is said about a file as a whole has nothing to show in an empty line.
    return found === undefined || found.line.trim() === ''
      ? []
      : [INDENT + found.line, INDENT + found.indent + paintCaret(found.caret)]
  }
  lines.push(...excerpt(span, (caret) => paint(caret, `1;${COLOURS[severity]}`)))
  for (const related of diagnostic.related ?? []) {
    lines.push(`  ${location(related.span, sources)}: ${printable(related.message)}`)
    lines.push(...excerpt(related.span, (caret) => caret))
  }
  return lines.join('\n')
}
