/**
 * What ipvsadm 1.31 said and did, as recorded: Debian's program, its requests answered by a stand-in for the kernel
 * with the refusals of Linux 6.1. Where vrrpd does otherwise on purpose, the tests say so and why.
 */

import { readFileSync } from 'node:fs'
import { HELP } from '../../../src/cli/ipvs/help.ts'

export interface CommandLine {
  readonly argv: readonly string[]
  readonly code: number
  readonly out?: string
  readonly err?: string
  /** What `-S -n` prints afterwards; absent where the line changes nothing. */
  readonly saved?: string
  readonly daemons?: string
  readonly timeouts?: string
  readonly thresholds?: string
}

export interface List {
  readonly table: string
  readonly argv: readonly string[]
  readonly code: number
  readonly out: string
  readonly err?: string
}

export interface Restore {
  readonly input: string
  readonly code: number
  readonly out: string
  readonly err: string
  readonly saved: string
}

export interface RefusedCommand {
  readonly argv: readonly string[]
  readonly errno: number
  readonly name: string
  readonly text: string
  readonly code: number
  readonly err: string
}

const lines = (name: string): readonly unknown[] =>
  readFileSync(new URL(`measured/${name}.jsonl`, import.meta.url), 'utf8')
    .replaceAll('"HELP"', JSON.stringify(HELP))
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line))

/** The table that the recorded command lines find. */
export const before: readonly string[] = [
  '-A -t 10.8.0.100:80 -s wrr',
  '-A -f 7 -s rr',
  '-A -f 7 -6 -s rr',
  '-A -t [fd00::100]:80 -s rr',
  '-a -t 10.8.0.100:80 -r 10.9.0.21:80 -m',
]

export const commandLines = lines('command-lines') as readonly CommandLine[]
export const restores = lines('restores') as readonly Restore[]
export const refusals = lines('refusals') as readonly RefusedCommand[]

const [first, ...recorded] = lines('lists')
/** By name, the command lines that make them. */
export const { tables } = first as { readonly tables: Readonly<Record<string, readonly string[]>> }
export const lists = recorded as readonly List[]
