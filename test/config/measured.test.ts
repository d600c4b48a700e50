/**
 * What keepalived 2.2.7 was seen to do with some three thousand small files that each have something
 * odd in them: the exit code of `-t`, and the lines it complains about. Each row of measured/*.jsonl
 * is [exit code, lines, …]; files stand there whole, keywords with the block that they are put into.
 */

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { lineIndexOf } from '../../src/config/diagnostics/sources.ts'
import { testOn, type Machine, type Tested } from './machine.ts'
import { fileWith, instanceHead } from './measured/files.ts'
import { MAIN, memoryIo } from './support.ts'

/** Where keepalived was asked. */
const machine: Machine = {
  interfaces: new Set(['lo', 'eth0', 'eth1', 'eth2', 'ens18']),
  programs: ['/bin/true', '/bin/sh', '/usr/bin/true', '/usr/bin/sh'],
}

/** Exit code, lines, and texts. */
type Row = readonly [number, readonly number[], string, string]

function rowsOf(name: string): readonly Row[] {
  const lines = readFileSync(new URL(`./measured/${name}.jsonl`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
  return lines.map((line) => JSON.parse(line) as Row)
}

/** What differs, in a few words; undefined when nothing does. */
async function differenceOf(exit: number, lines: readonly number[], text: string): Promise<unknown> {
  const tested = await testOn(machine, MAIN, memoryIo({ [MAIN]: text }))
  const pointedAt = linesOf(tested)
  const missed = lines.filter((line) => !pointedAt.has(line))
  if (tested.exitCode === exit && missed.length === 0) return undefined
  return { text, keepalived: exit, vrrpd: tested.exitCode, missed }
}

function linesOf({ diagnostics, loaded: { sources } }: Tested): ReadonlySet<number> {
  const lines = new Set<number>()
  for (const { span, related = [] } of diagnostics)
    for (const { file, start, end } of [span, ...related.map((one) => one.span)]) {
      const source = sources.get(file)
      if (source === undefined) continue
      for (let line = lineIndexOf(source, start); line <= lineIndexOf(source, end); line++)
        lines.add(line + 1)
    }
  return lines
}

describe('as keepalived 2.2.7', () => {
  for (const name of ['lines', 'characters', 'options'])
    test(name, async () => {
      const rows = rowsOf(name)
      expect(rows.length).toBeGreaterThan(400)
      const found = await Promise.all(
        rows.map(([exit, lines, text]) =>
          differenceOf(exit, lines, text.replaceAll('<VI_1>\n', instanceHead)),
        ),
      )
      expect(found.filter((one) => one !== undefined)).toEqual([])
    })

  test('keywords, each with good and bad values', async () => {
    const rows = rowsOf('keywords')
    expect(rows.length).toBeGreaterThan(1000)
    const found = await Promise.all(
      rows.map(([exit, lines, block, text]) => differenceOf(exit, lines, fileWith(block, text))),
    )
    expect(found.filter((one) => one !== undefined)).toEqual([])
  })
})
