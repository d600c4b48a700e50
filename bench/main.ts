/**
 * Measures both daemons in turn, round by round, so that whatever else the
 * machine does falls on both; prints medians, ranges and the ratio.
 */

import { parseArgs } from 'node:util'
import type { DaemonKind } from '../test/support/lab/daemon.ts'
import { findProgram } from '../test/support/tools.ts'
import { loads, measureLateness } from './load.ts'
import { measureCrash, measureStart, type CrashFigures, type StartFigures } from './measure.ts'
import { printTable, type Row } from './table.ts'

type Samples = StartFigures & CrashFigures

const figures: readonly { readonly key: keyof Samples; readonly label: string }[] = [
  { key: 'crashOverhead', label: 'crash: address held past Master_Down_Interval, ms' },
  { key: 'advertToArp', label: 'take-over: first advert to first gratuitous ARP, ms' },
  { key: 'startUp', label: 'exec to IGMP join, ms' },
  { key: 'resident', label: 'resident memory, MiB' },
  { key: 'proportional', label: 'proportional memory, MiB' },
]

const { rounds, loadRounds } = readOptions()

const kinds: readonly DaemonKind[] =
  findProgram('keepalived') === undefined ? ['vrrpd'] : ['keepalived', 'vrrpd']
const samples = new Map<DaemonKind, Samples[]>(kinds.map((kind) => [kind, []]))

for (let round = 1; round <= rounds; round++) {
  for (const kind of kinds) {
    process.stderr.write(`round ${round} of ${rounds}: ${kind}\n`)
    samples.get(kind)?.push({ ...(await measureStart(kind)), ...(await measureCrash(kind)) })
  }
}
printTable(
  kinds,
  figures.map(({ key, label }): Row => ({
    label,
    samplesOf: (kind) => (samples.get(kind) ?? []).map((sample) => sample[key]),
  })),
)

process.stdout.write('\nadverts of one instance late at most, ms, while\n')
const lateness: Row[] = []
for (const load of loads) {
  const measured = new Map<DaemonKind, number[]>(kinds.map((kind) => [kind, []]))
  for (let round = 1; round <= loadRounds; round++) {
    for (const kind of kinds) {
      process.stderr.write(`${load.label}: ${kind}\n`)
      const late = await measureLateness(kind, load)
      if (late !== undefined) measured.get(kind)?.push(late)
    }
  }
  lateness.push({ label: load.label, samplesOf: (kind) => measured.get(kind) ?? [] })
}
printTable(kinds, lateness)

function readOptions(): { readonly rounds: number; readonly loadRounds: number } {
  try {
    const { values } = parseArgs({
      options: { rounds: { type: 'string', default: '5' }, 'load-rounds': { type: 'string', default: '1' } },
    })
    return {
      rounds: wholeNumber('--rounds', values.rounds),
      loadRounds: wholeNumber('--load-rounds', values['load-rounds']),
    }
  } catch (error) {
    process.stderr.write(
      `bench: ${(error as Error).message}\nusage: npm run bench [-- --rounds N --load-rounds N]\n`,
    )
    process.exit(1)
  }
}

function wholeNumber(option: string, text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1) throw new Error(`${option} takes a whole number from 1`)
  return number
}
