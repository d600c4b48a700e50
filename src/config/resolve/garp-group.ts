/** garp_group blocks. An interface is in one of them: the first that names it. */

import { seconds } from '../../base/time.ts'
import type { Report } from '../diagnostics/diagnostics.ts'
import * as keywords from '../keywords/garp-group.ts'
import type { Word } from '../syntax/lexer.ts'
import type { GarpGroup } from '../model.ts'
import { errorAt } from '../syntax/place-diagnostic.ts'
import { entriesOf, type Node } from '../syntax/tree.ts'
import { readValues } from '../values/values.ts'

/**
 * @param taken interfaces of blocks above; those of this one are added
 * @returns undefined for one that says nothing of use, which has been reported where keepalived minds
 */
export function resolveGarpGroup(node: Node, taken: Set<string>, report: Report): GarpGroup | undefined {
  const values = readValues(node.nodes, report)
  const garp = values.last(keywords.groupGarpInterval)
  const gna = values.last(keywords.groupGnaInterval)
  const written = [
    ...values.all(keywords.groupInterface).map(({ value }) => value),
    ...entriesOf(node, keywords.groupInterfaces).flatMap(({ words }) => words),
  ]
  if (garp === undefined && gna === undefined) return undefined
  const links = written.filter((word) => isFree(word, taken, report)).map(({ text }) => text)
  if (links.length === 0) return undefined
  return { links, garpInterval: garp ?? seconds(0), gnaInterval: gna ?? seconds(0) }
}

function isFree(word: Word, taken: Set<string>, report: Report): boolean {
  if (!taken.has(word.text)) {
    taken.add(word.text)
    return true
  }
  report(errorAt(word, 'already-given', `${word.text} is in a garp_group already: ignored`))
  return false
}
