/** What the parser makes of the statements: keywords with what stands in their blocks, in the file's order. */

import type { Related, Span } from '../diagnostics/diagnostics.ts'
import type { Keyword } from './keyword.ts'
import type { Words } from './lexer.ts'

export interface Node {
  readonly keyword: Keyword
  readonly statement: Words
  /** A section's keywords; empty for others. */
  readonly nodes: readonly Node[]
  /** A list's lines; empty for others. */
  readonly entries: readonly Words[]
  /** The brace that ends the block, if there is one. */
  readonly end?: Span
  /** Its first line is wrong: the block counts for nothing, but keepalived reads it. */
  readonly refused?: true
}

/** For what is only known at the end of a block, which is the line keepalived names. */
export const endsHere = ({ end }: Pick<Node, 'end'>): readonly Related[] =>
  end === undefined ? [] : [{ span: end, message: 'the block ends here' }]

/** The lines of all lists of this keyword in a block, in order. */
export const entriesOf = ({ nodes }: Pick<Node, 'nodes'>, keyword: Keyword): readonly Words[] =>
  nodes.filter((node) => node.keyword === keyword).flatMap(({ entries }) => entries)
