/** The texts that were read, for turning a Span into a line and a column. */

import type { Span } from './diagnostics.ts'

export interface Source {
  readonly file: string
  readonly text: string
  /** Offset of each line's first character; always begins with 0. */
  readonly lineStarts: readonly number[]
}

export type SourceMap = ReadonlyMap<string, Source>

export function source(file: string, text: string): Source {
  const lineStarts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1)
  return { file, text, lineStarts }
}

/** Both count from 1; columns count characters (a tab is one). */
export interface Position {
  readonly line: number
  readonly column: number
}

export function positionOf(source: Source, offset: number): Position {
  const line = lineIndexOf(source, offset)
  const start = source.lineStarts[line] ?? 0
  return { line: line + 1, column: Array.from(source.text.slice(start, offset)).length + 1 }
}

/** Index of the line that holds the offset. */
export function lineIndexOf({ lineStarts }: Source, offset: number): number {
  let low = 0
  let high = lineStarts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if ((lineStarts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}

/** The text of one line without its line end. */
export function lineText({ text, lineStarts }: Source, index: number): string {
  return text.slice(lineStarts[index] ?? 0, lineStarts[index + 1] ?? text.length).replace(/\r?\n$/, '')
}

/** Undefined for a file that is not there: then only its name can be shown. */
export const sourceOf = (sources: SourceMap, span: Span): Source | undefined => sources.get(span.file)
