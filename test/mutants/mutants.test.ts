/** The list of mutants does not rot: each text is there, and each file of the runtime has one. */

import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { transformSync } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { mutants } from './list.ts'
import { mutate, SOURCES, stagesOf } from './mutant.ts'

/** The kernel as the daemon sees it comes by the World; its table is ours in both worlds. */
const TABLE = ['netlink/link-table.ts', 'netlink/links.ts', 'netlink/table-draft.ts']

/** What that file runs of the protocol and of the daemon, itself included; by what imports look like here. */
function loadedBy(path: string, loaded = new Set<string>()): ReadonlySet<string> {
  if (loaded.has(path) || !/^(vrrp|daemon)\//.test(path)) return loaded
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

test('every file of the runtime has a mutant', () => {
  const runtime = [...loadedBy('daemon/parts.ts'), ...TABLE]
  const mutated = [...new Set(mutants.map(({ file }) => file))]
  expect(mutated.toSorted()).toEqual(runtime.toSorted())
})
