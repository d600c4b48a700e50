/**
 * Measures both daemons in turn, round by round, so that whatever else the
 * machine does falls on both; prints medians, ranges and the ratio.
 */

import { parseArgs } from 'node:util'
import type { DaemonKind } from '../test/support/lab/daemon.ts'
import { findProgram } from '../test/support/tools.ts'
import { measureCrash, measureStart } from './measure.ts'
import { printTable, type Samples } from './table.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } })
const rounds = Number(values.rounds)
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number from 1')

const kinds: readonly DaemonKind[] =
  findProgram('keepalived') === undefined ? ['vrrpd'] : ['keepalived', 'vrrpd']
const samples = new Map<DaemonKind, Samples[]>(kinds.map((kind) => [kind, []]))

for (let round = 1; round <= rounds; round++) {
  for (const kind of kinds) {
    process.stderr.write(`round ${round} of ${rounds}: ${kind}\n`)
    samples.get(kind)?.push({ ...(await measureStart(kind)), ...(await measureCrash(kind)) })
  }
}
printTable(samples)
