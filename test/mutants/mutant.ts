/** A fault that is put into a file, in memory, to see who notices. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'

export interface Mutant {
  /** Below src. */
  readonly file: string
  /** What the daemon does then, as an operator or a neighbour would tell it. */
  readonly fault: string
  /** Is in the file exactly once. */
  readonly find: string
  readonly put: string
  /** Below test: what may know it besides the tests beside the file and the simulation. */
  readonly tests?: readonly string[]
}

export const SOURCES: string = join(import.meta.dirname, '../../src')
const TESTS = join(import.meta.dirname, '..')

/** @returns the text with the fault; undefined: the list is out of date */
export function mutate({ find, put }: Mutant, text: string): string | undefined {
  const at = text.indexOf(find)
  if (at < 0 || text.includes(find, at + 1)) return undefined
  return text.slice(0, at) + put + text.slice(at + find.length)
}

/**
 * Unit tests by how likely they know it: those that the mutant names, the file's own, those of its folders. Paths
 * below test, of files or folders.
 */
export function stagesOf({ file, tests = [] }: Mutant): readonly string[] {
  const own = file.replace(/\.ts$/, '.test.ts')
  const parts = own.split('/').slice(0, -1)
  const folders = parts.map((_, index) => `${parts.slice(0, parts.length - index).join('/')}/`)
  // All of them are the daemon with all its parts, which the simulation runs, or the whole language.
  const around = folders.filter((folder) => folder !== 'daemon/' && folder !== 'config/')
  return [...tests, own, ...around].filter((path) => existsSync(join(TESTS, path)))
}
