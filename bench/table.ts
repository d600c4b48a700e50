/** The samples of both daemons as one table. */

import type { DaemonKind } from '../test/support/lab/daemon.ts'

export interface Row {
  readonly label: string
  readonly samplesOf: (kind: DaemonKind) => readonly number[]
}

export function printTable(kinds: readonly DaemonKind[], rows: readonly Row[]): void {
  const lines = rows.map(({ label, samplesOf }) => {
    const figures = kinds.map((kind) => summarise(samplesOf(kind)))
    const [first, second] = figures
    const ratio = first && second ? (second.median / first.median).toFixed(2) : ''
    return [label, ...figures.map((figure) => figure?.text ?? ''), ratio]
  })
  const table = [['median (least to most)', ...kinds, kinds.length > 1 ? 'ratio' : ''], ...lines]
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((row) => (row[column] ?? '').length)),
  )
  for (const row of table) {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
    )
    process.stdout.write(`${cells.join('  ').trimEnd()}\n`)
  }
}

/** Undefined: nothing was measured. */
function summarise(
  values: readonly number[],
): { readonly median: number; readonly text: string } | undefined {
  if (values.length === 0) return undefined
  const sorted = [...values].sort((a, b) => a - b)
  const at = (index: number): number => sorted[index] ?? Number.NaN
  const middle = Math.floor(sorted.length / 2)
  const median = sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2
  return { median, text: `${median.toFixed(2)} (${at(0).toFixed(2)} to ${at(sorted.length - 1).toFixed(2)})` }
}
