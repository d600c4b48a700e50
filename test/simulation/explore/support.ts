/** Explores configurations that are given as text. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { main } from '../../../src/cli/cli.ts'
import type { ExplorationReport } from '../../../src/simulation/explore/exploration-text.ts'
import type { Files } from './faulty.ts'

export interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
}

export class Workplace {
  readonly directory = mkdtempSync(join(tmpdir(), 'vrrpd-explore-'))

  put(name: string, text: string): string {
    const path = join(this.directory, name)
    writeFileSync(path, text)
    return path
  }

  /** @returns the paths of the files of `a` and `b` */
  putAll({ a, b }: Files): readonly [string, string] {
    return [this.put('a.conf', a), this.put('b.conf', b)]
  }

  remove(): void {
    rmSync(this.directory, { recursive: true })
  }
}

export async function simulate(...argv: readonly string[]): Promise<Said> {
  let out = ''
  let err = ''
  const code = await main(['simulate', ...argv], () => ({
    out: (text) => (out += text),
    err: (text) => (err += text),
    width: 80,
    colour: false,
    terminal: false,
    now: () => 0,
  }))
  return { code, out, err }
}

export async function explored(
  files: readonly string[],
  stories: number,
  seed = 1,
): Promise<ExplorationReport & { readonly code: number }> {
  const { code, out, err } = await simulate(
    ...files,
    '--explore',
    String(stories),
    '--seed',
    String(seed),
    '--json',
  )
  if (err !== '') throw new Error(err)
  return { code, ...(JSON.parse(out) as ExplorationReport) }
}
