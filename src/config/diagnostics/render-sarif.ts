/**
 * Diagnostics as SARIF 2.1.0 (OASIS), which code hosts turn into annotations
 * of merge requests. What they ask for beyond the standard: URIs relative to the
 * checkout, every region with four numbers, rules with help.
 */

import { VERSION } from '../../base/version.ts'
import { codeHelp } from './code-help.ts'
import type { DiagnosticCode } from './codes.ts'
import type { Diagnostic, Severity, Span } from './diagnostics.ts'
import { printable } from './printable.ts'
import { positionOf, type SourceMap, sourceOf } from './sources.ts'

const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  warning: 'warning',
  note: 'note',
}

/** @param root the directory that relative URIs start from, absolute. */
export function sarifLog(diagnostics: readonly Diagnostic[], sources: SourceMap, root: string): object {
  const codes = [...new Set(diagnostics.map(({ code }) => code))].sort()
  const ruleIndex = new Map(codes.map((code, index) => [code, index]))
  const artifact = (file: string): object => artifactLocation(file, root)
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'vrrpd check', version: VERSION, rules: codes.map(rule) } },
        columnKind: 'unicodeCodePoints',
        originalUriBaseIds: {
          [ROOT]: { uri: `file://${encodePath(root.endsWith('/') ? root : `${root}/`)}` },
        },
        artifacts: [...sources.keys()].map((file) => ({ location: artifact(file) })),
        results: diagnostics.map((diagnostic) => ({
          ruleId: diagnostic.code,
          ruleIndex: ruleIndex.get(diagnostic.code),
          level: LEVELS[diagnostic.severity],
          message: { text: textOf(diagnostic) },
          locations: [{ physicalLocation: physicalLocation(diagnostic.span) }],
          ...(diagnostic.related !== undefined && {
            relatedLocations: diagnostic.related.map(({ message, span }, id) => ({
              id,
              message: { text: printable(message) },
              physicalLocation: physicalLocation(span),
            })),
          }),
        })),
      },
    ],
  }

  function physicalLocation(span: Span): object {
    return { artifactLocation: artifact(span.file), region: regionOf(span, sources) }
  }
}

const ROOT = '%SRCROOT%'

const textOf = ({ message, suggestion }: Diagnostic): string =>
  printable(
    suggestion === undefined || message.includes(`'${suggestion}'`)
      ? message
      : `${message}; did you mean '${suggestion}'?`,
  )

const rule = (code: DiagnosticCode): object => ({
  id: code,
  name: code
    .split('-')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join(''),
  shortDescription: { text: firstSentence(codeHelp[code]) },
  fullDescription: { text: codeHelp[code] },
  help: { text: codeHelp[code] },
})

const firstSentence = (text: string): string => /^.*?[.](?=\s|$)/.exec(text)?.[0] ?? text

/** A file that could not be read is named by its first line. */
function regionOf(span: Span, sources: SourceMap): object {
  const source = sourceOf(sources, span)
  if (source === undefined) return { startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 }
  const start = positionOf(source, span.start)
  const end = positionOf(source, span.end)
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column }
}

function artifactLocation(file: string, root: string): object {
  const below = root.endsWith('/') ? root : `${root}/`
  const relative = file.startsWith(below) ? file.slice(below.length) : file.replace(/^(\.\/+)+/, '')
  if (relative.startsWith('/')) return { uri: `file://${encodePath(relative)}` }
  return { uri: encodePath(relative), uriBaseId: ROOT }
}

/** RFC 3986: segments are encoded, slashes are not. */
const encodePath = (path: string): string =>
  path
    .split('/')
    .map((segment) => encodeURIComponent(printable(segment)))
    .join('/')
