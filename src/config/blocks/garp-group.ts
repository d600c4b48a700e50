/** `garp_group { … }`: interfaces that share one pace of gratuitous ARP. An interface is in the first that names it. */

import { type Duration, seconds } from '../../base/time.ts'
import type { Report } from '../diagnostics/diagnostics.ts'
import { type Keyword, list, section, table, value } from '../syntax/keyword.ts'
import type { Word } from '../syntax/lexer.ts'
import { errorAt } from '../syntax/place-diagnostic.ts'
import { entriesOf, type Node } from '../syntax/tree.ts'
import { word } from '../values/basic.ts'
import { secondsBetween } from '../values/number.ts'
import { asLineWord, block, inSeconds, when } from '../values/printing.ts'
import { readValues } from '../values/values.ts'

const spacing = secondsBetween({ minimum: 0, maximum: 2_147.483647 })

const keywords = {
  garpInterval: value('garp_interval', 3, spacing, 'seconds between gratuitous ARPs'),
  gnaInterval: value('gna_interval', 3, spacing, 'seconds between neighbour advertisements'),
  interface: value('interface', 3, word('INTERFACE'), 'where'),
  interfaces: list('interfaces', 3, 'where'),
}

export const garpGroup: Keyword = section(
  'garp_group',
  3,
  table(Object.values(keywords)),
  'slower gratuitous ARP on some interfaces',
  { process: 'vrrp', oneOf: ['garp_interval', 'gna_interval'] },
)

/** `garp_group`: these links share one pace. */
export interface GarpGroup {
  readonly links: readonly string[]
  /** Zero: none. */
  readonly garpInterval: Duration
  readonly gnaInterval: Duration
}

/**
 * @param taken interfaces of blocks above; those of this one are added
 * @returns undefined for one that says nothing of use, which has been reported where keepalived minds
 */
function resolveGarpGroup(node: Node, taken: Set<string>, report: Report): GarpGroup | undefined {
  const values = readValues(node.nodes, report)
  const garp = values.last(keywords.garpInterval)
  const gna = values.last(keywords.gnaInterval)
  const written = [
    ...values.all(keywords.interface).map(({ value }) => value),
    ...entriesOf(node, keywords.interfaces).flatMap(({ words }) => words),
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

/** All of a file. */
export function resolveGarpGroups(nodes: readonly Node[], report: Report): readonly GarpGroup[] {
  const taken = new Set<string>()
  return nodes
    .filter(({ keyword, refused }) => keyword === garpGroup && refused !== true)
    .map((node) => resolveGarpGroup(node, taken, report))
    .filter((group) => group !== undefined)
}

export const garpGroupBlock = ({ links, garpInterval, gnaInterval }: GarpGroup): readonly string[] =>
  block('garp_group', [
    `garp_interval ${inSeconds(garpInterval)}`,
    ...when(gnaInterval !== 0, `gna_interval ${inSeconds(gnaInterval)}`),
    ...block('interfaces', links.map(asLineWord)),
  ])
