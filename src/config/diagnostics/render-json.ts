/**
 * Diagnostics for programs, `vrrpd check --json`. The shape is documented in
 * vrrpd(8): fields may be added to version 1, none is taken away or changes
 * its meaning. No source line is in it, so no password either.
 */

import type { Model } from '../model.ts'
import type { Diagnostic, Related, Severity, Span } from './diagnostics.ts'
import { printable } from './printable.ts'
import { positionOf, type SourceMap, sourceOf } from './sources.ts'
import { tally } from './tally.ts'

export interface JsonPlace {
  readonly file: string
  /** Lines and columns count from 1, columns in characters; null where a file could not be read. */
  readonly line: number | null
  readonly column: number | null
  /** Behind the last character. */
  readonly endLine: number | null
  readonly endColumn: number | null
}

export interface JsonDiagnostic extends JsonPlace {
  readonly severity: Severity
  readonly code: string
  readonly message: string
  /** What to write instead of what the place covers. */
  readonly suggestion: string | null
  /** The daemon does not start with it. */
  readonly fatal: boolean
  readonly related: readonly (JsonPlace & { readonly message: string })[]
}

export interface JsonReport {
  readonly version: 1
  /** In the order they were read. */
  readonly files: readonly string[]
  readonly summary: {
    readonly errors: number
    readonly warnings: number
    readonly notes: number
    readonly instances: number
    readonly syncGroups: number
    readonly scripts: number
    readonly virtualServers: number
  }
  readonly diagnostics: readonly JsonDiagnostic[]
}

export function jsonReport(diagnostics: readonly Diagnostic[], model: Model, sources: SourceMap): JsonReport {
  const counts = tally(diagnostics)
  return {
    version: 1,
    files: [...sources.keys()].map(printable),
    summary: {
      errors: counts.error,
      warnings: counts.warning,
      notes: counts.note,
      instances: model.instances.length,
      syncGroups: model.syncGroups.length,
      scripts: model.scripts.length,
      virtualServers: model.loadBalancing.virtualServers.length,
    },
    diagnostics: diagnostics.map((diagnostic) => jsonDiagnostic(diagnostic, sources)),
  }
}

const jsonDiagnostic = (diagnostic: Diagnostic, sources: SourceMap): JsonDiagnostic => ({
  severity: diagnostic.severity,
  code: diagnostic.code,
  message: printable(diagnostic.message),
  ...placeOf(diagnostic.span, sources),
  suggestion: diagnostic.suggestion === undefined ? null : printable(diagnostic.suggestion),
  fatal: diagnostic.fatal,
  related: (diagnostic.related ?? []).map((related: Related) => ({
    message: printable(related.message),
    ...placeOf(related.span, sources),
  })),
})

function placeOf(span: Span, sources: SourceMap): JsonPlace {
  const file = printable(span.file)
  const source = sourceOf(sources, span)
  if (source === undefined) return { file, line: null, column: null, endLine: null, endColumn: null }
  const start = positionOf(source, span.start)
  const end = positionOf(source, span.end)
  return { file, line: start.line, column: start.column, endLine: end.line, endColumn: end.column }
}
