/** The samples of both daemons as one table. */

import type { DaemonKind } from '../test/support/lab/daemon.ts'
import type { CrashFigures, StartFigures } from './measure.ts'

export type Samples = StartFigures & CrashFigures

const rows: readonly { readonly key: keyof Samples; readonly label: string }[] = [
  { key: 'crashOverhead', label: 'crash: address held past Master_Down_Interval, ms' },
  { key: 'advertToArp', label: 'take-over: first advert to first gratuitous ARP, ms' },
  { key: 'startUp', label: 'exec to IGMP join, ms' },
  { key: 'resident', label: 'resident memory, MiB' },
  { key: 'proportional', label: 'proportional memory, MiB' },
]

export function printTable(samples: ReadonlyMap<DaemonKind, readonly Samples[]>): void {
  const kinds = [...samples.keys()]
  const lines = rows.map(({ key, label }) => {
    const figures = kinds.map((kind) => summarise((samples.get(kind) ?? []).map((sample) => sample[key])))
    const [first, second] = figures
    const ratio = first === undefined || second === undefined ? '' : (second.median / first.median).toFixed(2)
    return [label, ...figures.map((figure) => figure.text), ratio]
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

function summarise(values: readonly number[]): { readonly median: number; readonly text: string } {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (index: number): number => sorted[index] ?? Number.NaN
  const middle = Math.floor(sorted.length / 2)
  const median = sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2
  return { median, text: `${median.toFixed(2)} (${at(0).toFixed(2)} to ${at(sorted.length - 1).toFixed(2)})` }
}
