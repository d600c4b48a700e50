import type { Span } from './diagnostics.ts'

/** By file, then by place. Negative: `a` comes first. */
export function compareSpans(a: Span, b: Span): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  return a.start - b.start || a.end - b.end
}
