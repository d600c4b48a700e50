/** The keyword tables as a list of blocks, in the order of the tables. */

import type { Keyword, Table } from '../../src/config/syntax/keyword.ts'
import { rootKeywords } from '../../src/config/root-keywords.ts'

export interface Block {
  /** `vrrp_instance`, `vrrp_instance › authentication`; empty outside of any block. */
  readonly title: string
  /** Absent outside of any block. */
  readonly keyword?: Keyword
  readonly keywords: readonly Keyword[]
}

/** Blocks with the same keywords, such as HTTP_GET and SSL_GET, are one. */
export function allBlocks(): readonly Block[] {
  const blocks: { title: string; keyword?: Keyword; table: Table }[] = []
  const visit = (table: Table, title: string, keyword?: Keyword): void => {
    const same = blocks.find((block) => block.table === table)
    if (same !== undefined) {
      same.title += `, ${keyword?.name ?? ''}`
      return
    }
    blocks.push({ title, table, ...(keyword !== undefined && { keyword }) })
    for (const inner of table.values())
      if (inner.contents?.kind === 'section')
        visit(inner.contents.table, title === '' ? inner.name : `${title} › ${inner.name}`, inner)
  }
  visit(rootKeywords, '')
  return blocks.map(({ title, keyword, table }) => ({
    title,
    keywords: [...table.values()],
    ...(keyword !== undefined && { keyword }),
  }))
}

/** What stands behind the keyword on its line, and whether a block follows. */
export function syntaxOf({ arguments: { syntax }, contents }: Keyword): string {
  const block = contents === undefined ? '' : contents.kind === 'list' ? '{ … }' : '{'
  return [syntax, block].filter((part) => part !== '').join(' ')
}

/** With a capital letter and a full stop. */
export const sentence = (text: string): string =>
  text === '' ? '' : `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`
