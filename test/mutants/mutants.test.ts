/** The list of mutants does not rot: each text is there, and each file that is to have one has one. */

import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { transformSync } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { mutants, servingMutants, simulatedMutants } from './list.ts'
import { mutate, SOURCES, stagesOf } from './mutant.ts'

/** The kernel as the daemon sees it comes by the World; its table is ours in both worlds. */
const TABLE = ['netlink/link-table.ts', 'netlink/fold.ts', 'netlink/table-draft.ts']

/** What the elections compute with. */
const INTERVALS = ['base/intervals.ts']

/** Each of their files that the running daemon loads has a mutant. */
const MUTATED = ['addressing', 'daemon', 'events', 'vrrp']

/** Loaded, too: what the others are made of, and what their own tests hold without the running daemon. */
const OTHERS = ['base', 'config', 'control', 'netlink', 'scripts']

/** What that file runs, itself included; by what imports look like here. */
function loadedBy(path: string, loaded = new Set<string>()): ReadonlySet<string> {
  if (loaded.has(path)) return loaded
  loaded.add(path)
  const text = readFileSync(join(SOURCES, path), 'utf8')
  for (const [, target = ''] of text.matchAll(/^(?:import|export) (?!type )[^'"]*?from '(\.[^']+)'/gm))
    loadedBy(posix.join(posix.dirname(path), target), loaded)
  return loaded
}

describe.each(mutants)('$file: $fault', (mutant) => {
  const text = readFileSync(join(SOURCES, mutant.file), 'utf8')

  test('its text is there once, and what is put in its place differs', () => {
    expect(mutate(mutant, text), mutant.find).toBeDefined()
    expect(mutate(mutant, text)).not.toBe(text)
  })

  test('it is a program still', () => {
    expect(() => transformSync(mutate(mutant, text)!, { loader: 'ts' })).not.toThrow()
  })

  test('what it names is there', () => {
    for (const name of mutant.tests ?? []) expect(stagesOf(mutant)).toContain(name)
  })
})

/** The second: what it is given to keep and to compare. */
const ROOTS = ['daemon/composition.ts', 'daemon/reading/own-part.ts']
const loaded = [...new Set(ROOTS.flatMap((root) => [...loadedBy(root)]))]
const folderOf = (path: string): string => path.split('/')[0] ?? ''

test('of every folder that the daemon loads it is known whether its files have mutants', () => {
  expect(new Set(loaded.map(folderOf))).toEqual(new Set([...MUTATED, ...OTHERS]))
})

test('every file of the runtime has a mutant', () => {
  const runtime = [...loaded.filter((path) => MUTATED.includes(folderOf(path))), ...TABLE, ...INTERVALS]
  const mutated = [...new Set(simulatedMutants.map(({ file }) => file))]
  expect(mutated.toSorted()).toEqual(runtime.toSorted())
})

/** What serves virtual servers, and how the file says which. */
const SERVING = ['director', 'checkers', 'daemon/director', 'config/blocks/virtual-server']

/** Of these the whole process or the host itself is the test (namespaces, machines that are booted). */
const OF_THE_HOST = ['child/run', 'child/operator-parts', 'child/own-share'].map(
  (name) => `daemon/director/${name}.ts`,
)

/** Types alone leave nothing behind. */
const hasBehaviour = (path: string): boolean =>
  transformSync(readFileSync(join(SOURCES, path), 'utf8'), { loader: 'ts' }).code.trim() !== ''

test('every file with behaviour of what serves virtual servers has a mutant', () => {
  const files = SERVING.flatMap((folder) =>
    readdirSync(join(SOURCES, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => posix.join(folder, name)),
  )
  const wanted = files.filter((path) => hasBehaviour(path) && !OF_THE_HOST.includes(path))
  expect(files).toEqual(expect.arrayContaining(OF_THE_HOST))
  expect([...new Set(servingMutants.map(({ file }) => file))].toSorted()).toEqual(wanted.toSorted())
})
