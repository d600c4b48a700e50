/** A command line in this process. */

import { main } from '../../src/cli/cli.ts'
import { makeOutput } from './status-kit.ts'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

export async function run(...argv: readonly string[]): Promise<Ran> {
  const output = makeOutput()
  const code = await main(argv, () => output)
  return { code, ...output.text() }
}
