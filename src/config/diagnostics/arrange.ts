/**
 * Diagnostics as a reader wants them: by file, as the files were read, and by
 * place; each problem once. What a keyword causes wherever it stands is said
 * where it stands first.
 */

import type { DiagnosticCode } from './codes.ts'
import type { Diagnostic } from './diagnostics.ts'
import type { SourceMap } from './sources.ts'

export function arrange(diagnostics: readonly Diagnostic[], sources: SourceMap): readonly Diagnostic[] {
  const order = new Map([...sources.keys()].map((file, index) => [file, index]))
  const indexOf = ({ span }: Diagnostic): number => order.get(span.file) ?? -1
  const sorted = [...diagnostics].sort(
    (a, b) => indexOf(a) - indexOf(b) || a.span.start - b.span.start || a.span.end - b.span.end,
  )
  return collapsed(distinct(sorted))
}

/** A place may be wrong in one way only once. */
function distinct(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>()
  return diagnostics.filter(({ code, span }) => {
    const key = `${code} ${span.start} ${span.end} ${span.file}`
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

/** About keywords, not about what somebody did with them. */
const OF_KEYWORDS: ReadonlySet<DiagnosticCode> = new Set([
  'not-acted-on',
  'no-effect',
  'newer-keyword',
  'deprecated',
])

function collapsed(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const repeated = new Map<string, number>()
  const firsts = diagnostics.filter((diagnostic) => {
    if (!OF_KEYWORDS.has(diagnostic.code)) return true
    const count = repeated.get(diagnostic.message) ?? 0
    repeated.set(diagnostic.message, count + 1)
    return count === 0
  })
  return firsts.map((diagnostic) => {
    const others = (OF_KEYWORDS.has(diagnostic.code) ? (repeated.get(diagnostic.message) ?? 1) : 1) - 1
    if (others === 0) return diagnostic
    const places = others === 1 ? 'one other place' : `${others} other places`
    return { ...diagnostic, message: `${diagnostic.message} (also in ${places})` }
  })
}
