/** Diagnostics for people: one line for logs, or with the source line and a caret below. */

import type { Diagnostic, Severity, Span } from './diagnostics.ts'
import { excerptOf } from './excerpt.ts'
import { positionOf, sourceOf, type SourceMap } from './sources.ts'
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
  lines.push(...excerpt(span, diagnostic.secret, sources, (caret) => paint(caret, `1;${COLOURS[severity]}`)))
  for (const related of diagnostic.related ?? []) {
    lines.push(`  ${location(related.span, sources)}: ${printable(related.message)}`)
    lines.push(...excerpt(related.span, diagnostic.secret, sources, (caret) => caret))
  }
  return lines.join('\n')
}

function excerpt(
  span: Span,
  secret: boolean,
  sources: SourceMap,
  paint: (caret: string) => string,
): readonly string[] {
  const found = excerptOf(span, secret, sources)
  return found === undefined ? [] : [`    ${found.line}`, `    ${found.indent}${paint(found.caret)}`]
}
