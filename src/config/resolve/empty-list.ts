/** Lists that keepalived wants something in. */

import type { Report } from '../diagnostics.ts'
import { warningAt } from '../place-diagnostic.ts'
import { endsHere, type Node } from '../tree.ts'

export function reportEmptyList(node: Node, report: Report): void {
  if (node.entries.length > 0) return
  report(warningAt(node.statement.words[0], 'empty-block', 'this list is empty', { related: endsHere(node) }))
}
