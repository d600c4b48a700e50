/** bfd_instance blocks: no session is kept, but what is wrong with them is said. */

import type { Report } from '../diagnostics/diagnostics.ts'
import { bfdInstance } from '../keywords/bfd.ts'
import { rootKeywords } from '../keywords/root.ts'
import type { Statement } from '../syntax/lexer.ts'
import { parse } from '../syntax/parser.ts'
import { readTree } from '../values/values.ts'
import { checkNeeded } from './trackers.ts'

/** keepalived's BFD process reads the file once more; few files have anything for it. */
export function checkBfd(statements: readonly Statement[], report: Report): void {
  const isBegun = statements.some(
    (statement) => statement.kind === 'words' && statement.words[0].text === bfdInstance.name,
  )
  if (!isBegun) return
  for (const node of parse(statements, rootKeywords, 'bfd', report).nodes) {
    if (node.keyword !== bfdInstance) continue
    readTree([node], report)
    checkNeeded(node, report)
  }
}
