/** What to say about a word that is no keyword where it stands: where it belongs, or what was probably meant. */

import { nearest } from '../../base/suggest.ts'
import type { Table } from './keyword.ts'

export interface Advice {
  /** Blocks that know the keyword; the outside of all blocks is not named. */
  readonly belongsIn: readonly string[]
  readonly suggestion?: string
}

/** A file of nothing but nonsense is not worth more. */
const MOST_ADVICE = 500

/** Owns what it has found out about the tables and the words so far. */
export class Adviser {
  readonly #root: Table
  readonly #given = new Map<string, Advice>()
  #owners: ReadonlyMap<string, readonly string[]> | undefined

  constructor(root: Table) {
    this.#root = root
  }

  /** @param block where the word stands, @param table what is known there. */
  advise(word: string, block: string, table: Table): Advice {
    const key = `${block} ${word}`
    const known = this.#given.get(key)
    if (known !== undefined) return known
    if (this.#given.size >= MOST_ADVICE) return { belongsIn: [] }
    const advice = this.#findOut(word, table)
    this.#given.set(key, advice)
    return advice
  }

  #findOut(word: string, table: Table): Advice {
    this.#owners ??= ownersIn(this.#root)
    const belongsIn = this.#owners.get(word) ?? []
    if (belongsIn.length > 0) return { belongsIn }
    const suggestion = nearest(word, [...table.keys()])
    return { belongsIn, ...(suggestion !== undefined && { suggestion }) }
  }
}

/** Keyword → the blocks that hold it. */
function ownersIn(root: Table): ReadonlyMap<string, readonly string[]> {
  const owners = new Map<string, string[]>()
  const visit = (table: Table): void => {
    for (const { name, contents } of table.values()) {
      if (contents?.kind !== 'section') continue
      for (const inner of contents.table.keys()) {
        const known = owners.get(inner) ?? []
        if (!known.includes(name)) owners.set(inner, [...known, name])
      }
      visit(contents.table)
    }
  }
  visit(root)
  return owners
}
