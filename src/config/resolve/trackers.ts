/** Blocks that are read and not acted on yet, but whose gaps keepalived minds. */

import type { Report } from '../diagnostics.ts'
import type { Keyword } from '../keyword.ts'
import { bfdInstance } from '../keywords/bfd.ts'
import { garpGroup } from '../keywords/static.ts'
import { trackFileBlock, trackProcessBlock, vrrpTrackFileBlock } from '../keywords/trackers.ts'
import { errorAt } from '../report.ts'
import { endsHere, type Node } from '../tree.ts'

/** One of these keywords has to be there. */
const NEEDED: readonly { readonly block: Keyword; readonly one: readonly string[] }[] = [
  { block: trackFileBlock, one: ['file'] },
  { block: vrrpTrackFileBlock, one: ['file'] },
  { block: trackProcessBlock, one: ['process'] },
  { block: garpGroup, one: ['garp_interval', 'gna_interval'] },
  { block: bfdInstance, one: ['neighbor_ip', 'neighbour_ip'] },
]

export function checkNeeded(node: Node, report: Report): void {
  const needed = NEEDED.find(({ block }) => block === node.keyword)?.one
  if (needed === undefined || node.nodes.some(({ keyword }) => needed.includes(keyword.name))) return
  const message = `this ${node.keyword.name} has no ${needed.join(' or ')}: the whole block is ignored`
  report(errorAt(node.statement.words[0], 'missing-value', message, { related: endsHere(node) }))
}
