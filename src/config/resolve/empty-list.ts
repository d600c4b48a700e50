/** Lists that keepalived wants something in. */

import type { Report } from '../diagnostics/diagnostics.ts'
import { warningAt } from '../syntax/place-diagnostic.ts'
import { endsHere, type Node } from '../syntax/tree.ts'

export function reportEmptyList(node: Node, report: Report): void {
  if (node.entries.length > 0) return
  report(warningAt(node.statement.words[0], 'empty-block', 'this list is empty', { related: endsHere(node) }))
}
