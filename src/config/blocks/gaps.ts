/** What keepalived misses in a block. */

import type { Report } from '../diagnostics/diagnostics.ts'
import { errorAt, warningAt } from '../syntax/place-diagnostic.ts'
import { endsHere, type Node } from '../syntax/tree.ts'

/** Says so where none of the keywords is there without which keepalived leaves a block out. */
export function checkNeeded(node: Node, report: Report): void {
  const needed = node.keyword.oneOf
  if (needed === undefined || node.nodes.some(({ keyword }) => needed.includes(keyword.name))) return
  const message = `this ${node.keyword.name} has no ${needed.join(' or ')}: the whole block is ignored`
  report(errorAt(node.statement.words[0], 'missing-value', message, { related: endsHere(node) }))
}

export function reportEmptyList(node: Node, report: Report): void {
  if (node.entries.length > 0) return
  report(warningAt(node.statement.words[0], 'empty-block', 'this list is empty', { related: endsHere(node) }))
}
