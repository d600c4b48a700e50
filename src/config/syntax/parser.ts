/**
 * Statements → tree, in exactly the steps keepalived takes, so that a file
 * with a missing brace means the same here. Never fails: it returns a tree and
 * reports what it met.
 *
 * - The keyword decides what its block is; a `{` after anything else is
 *   ignored, what follows belongs to the level it stands in, and the `}` then
 *   ends that level.
 * - Each of keepalived's processes skips the blocks of the others, but only if
 *   they begin with a brace.
 */

import { error, type Report, type Span } from '../diagnostics/diagnostics.ts'
import { Adviser } from './advice.ts'
import type { Keyword, Process, Table } from './keyword.ts'
import type { Close, Open, Statement, Words } from './lexer.ts'
import { spanOf } from './line.ts'
import { errorAt, warningAt } from './place-diagnostic.ts'
import type { Node } from './tree.ts'

export interface Parsed {
  readonly nodes: readonly Node[]
  /** Blocks that count for nothing because of their first line; of most of them there is no node. In the file's order. */
  readonly refused: readonly Pick<Node, 'keyword' | 'statement'>[]
}

/**
 * @param process whose view is wanted.
 */
export function parse(
  statements: readonly Statement[],
  root: Table,
  process: Process,
  report: Report,
): Parsed {
  return new Parser(statements, root, process, report).parse()
}

/** The owner of keywords that stand in no block, as messages name it. */
const ROOT = 'outside of any block'

/** Owns the position in the statements and the count of open braces. */
class Parser {
  readonly #statements: readonly Statement[]
  readonly #root: Table
  readonly #adviser: Adviser
  readonly #process: Process
  readonly #report: Report
  #next = 0
  /** Places of the braces that are still open, whether or not they mean a block. */
  readonly #open: Span[] = []
  /** Named blocks met so far: `vrrp_instance VI_1`. */
  readonly #named = new Map<string, Span>()
  readonly #refused: Parsed['refused'][number][] = []

  constructor(statements: readonly Statement[], root: Table, process: Process, report: Report) {
    this.#statements = statements
    this.#root = root
    this.#adviser = new Adviser(root)
    this.#process = process
    this.#report = report
  }

  parse(): Parsed {
    const nodes = this.#section(this.#root, ROOT)
    this.#reportOpenBraces()
    return { nodes, refused: this.#refused }
  }

  #section(table: Table, owner: string): Node[] {
    const nodes: Node[] = []
    for (;;) {
      const statement = this.#take()
      if (statement === undefined) return nodes
      if (statement.kind === 'close') {
        const balanced = this.#open.pop() !== undefined
        if (owner === ROOT || !balanced) this.#strayClose(statement, balanced)
        if (owner !== ROOT) return nodes
      } else if (statement.kind === 'open') {
        this.#strayOpen(statement)
      } else {
        const node = this.#statement(statement, table, owner)
        if (node !== undefined) nodes.push(node)
      }
    }
  }

  #statement(statement: Words, table: Table, owner: string): Node | undefined {
    const keyword = table.get(statement.words[0].text)
    if (keyword === undefined) {
      this.#unknown(statement, table, owner)
      return undefined
    }
    if (keyword.contents === undefined) return { keyword, statement, nodes: [], entries: [] }
    if (keyword.process !== undefined && keyword.process !== this.#process) {
      this.#skipBlock()
      return undefined
    }
    const admitted = this.#admit(keyword, statement)
    if (!admitted) this.#refused.push({ keyword, statement })
    if (!admitted && this.#statements[this.#next]?.kind === 'open') {
      this.#skipBlock()
      return undefined
    }
    const { contents } = keyword
    const nodes = contents.kind === 'section' ? this.#sectionBlock(contents.table, keyword) : []
    const entries = contents.kind === 'list' ? this.#listBlock(keyword, statement) : []
    const last = this.#statements[this.#next - 1]
    return {
      keyword,
      statement,
      nodes,
      entries,
      ...(last?.kind === 'close' && { end: spanOf(last.place) }),
      ...(!admitted && { refused: true }),
    }
  }

  #sectionBlock(table: Table, keyword: Keyword): readonly Node[] {
    const next = this.#statements[this.#next]
    if (next?.kind === 'open') this.#consumeOpen(next)
    else if (next !== undefined)
      this.#report(errorAt(next.place, 'missing-open-brace', `'${keyword.name}' needs a '{' before this`))
    return this.#section(table, keyword.name)
  }

  /** Lines up to the next `}`; braces inside are lines, too. */
  #listBlock(keyword: Keyword, statement: Words): readonly Words[] {
    const [, extra] = statement.words
    if (extra !== undefined && keyword.naming === undefined)
      this.#report(warningAt(extra, 'extra-words', `nothing but a '{' may follow '${keyword.name}'; ignored`))
    const next = this.#statements[this.#next]
    if (next?.kind === 'open') this.#consumeOpen(next)
    else if (next !== undefined) {
      const message = `'${keyword.name}' needs a '{' before this; all lines up to the next '}' are taken`
      this.#report(errorAt(next.place, 'missing-open-brace', message, { inKeepalived: 'no' }))
    }
    const entries: Words[] = []
    for (;;) {
      const entry = this.#take()
      if (entry === undefined) return entries
      if (entry.kind === 'close') {
        if (this.#open.pop() === undefined) this.#strayClose(entry, false)
        return entries
      }
      if (entry.kind === 'open') {
        this.#open.push(spanOf(entry.place))
        entries.push(braceAsWords(entry))
      } else {
        entries.push(entry)
      }
    }
  }

  /** Whether the block's first line names it as it must; if not, the whole block does not exist. */
  #admit(keyword: Keyword, statement: Words): boolean {
    if (keyword.naming === undefined) return true
    if (keyword.naming === 'one') return this.#admitName(keyword, statement)
    if (statement.words.length > 1) return keyword.admits?.(statement, this.#report) ?? true
    const place = { ...statement.place, from: statement.place.to }
    const message = `'${keyword.name}' needs a name: ${keyword.arguments.syntax}`
    this.#report(errorAt(place, 'missing-parameter', message, { fatal: true, inKeepalived: 'abort' }))
    return false
  }

  #admitName(keyword: Keyword, statement: Words): boolean {
    const [word, name] = statement.words
    if (name === undefined || statement.words.length !== 2) {
      const problem = name === undefined ? 'has no name' : 'has more than one name'
      this.#report(errorAt(word, 'block-name', `this ${keyword.name} ${problem}: the whole block is ignored`))
      return false
    }
    const key = `${keyword.name} ${name.text}`
    const first = this.#named.get(key)
    if (first === undefined) {
      this.#named.set(key, spanOf(name))
      return true
    }
    this.#report(
      errorAt(name, 'duplicate-name', `${key} is already defined: this whole block is ignored`, {
        related: [{ span: first, message: 'first defined here' }],
      }),
    )
    return false
  }

  #skipBlock(): void {
    if (this.#statements[this.#next]?.kind !== 'open') return
    let depth = 0
    do {
      const statement = this.#take()
      if (statement === undefined) {
        return
      }
      if (statement.kind === 'open') {
        depth += 1
        this.#open.push(spanOf(statement.place))
      } else if (statement.kind === 'close') {
        depth -= 1
        this.#open.pop()
      }
    } while (depth > 0)
  }

  #consumeOpen(brace: Open): void {
    this.#next += 1
    this.#open.push(spanOf(brace.place))
  }

  #take(): Statement | undefined {
    const statement = this.#statements[this.#next]
    if (statement !== undefined) this.#next += 1
    return statement
  }

  #unknown(statement: Words, table: Table, owner: string): void {
    const word = statement.words[0]
    if (/^include[rmwba]?$/.test(word.text) && statement.words.length === 1) {
      const message = `'${word.text}' needs the name of a file, or a pattern, in the same line: the line is ignored`
      this.#report(errorAt({ ...word, from: word.to }, 'missing-value', message))
      return
    }
    const { belongsIn, suggestion } = this.#adviser.advise(word.text, owner, table)
    const home = belongsIn.length === 0 ? '' : ` (it belongs in ${belongsIn.slice(0, 3).join(', ')})`
    const what = `'${word.text}' is no keyword ${owner === ROOT ? ROOT : `in ${owner}`}${home}`
    const consequence =
      this.#statements[this.#next]?.kind === 'open'
        ? `, so its block is none: what it holds counts as if it stood outside of it, and its '}' ends what surrounds it`
        : ': the line is ignored'
    this.#report(errorAt(word, 'unknown-keyword', `${what}${consequence}`, { suggestion }))
  }

  #strayOpen(brace: Open): void {
    this.#report(errorAt(brace.place, 'unexpected-open-brace', `no block can begin here: '{' is ignored`))
    this.#open.push(spanOf(brace.place))
  }

  #strayClose(brace: Close, balanced: boolean): void {
    const message = balanced
      ? `this '}' ends no block: the block it was meant for has ended before`
      : `there is one '}' too many`
    this.#report(errorAt(brace.place, 'unexpected-close-brace', message))
  }

  #reportOpenBraces(): void {
    const missing = this.#open.length
    const last = this.#statements[this.#statements.length - 1]
    if (missing === 0 || last === undefined) return
    const { file, end } = spanOf(last.place)
    const related = this.#open.slice(-3).map((span) => ({ span, message: "this '{' is never closed" }))
    const what = missing === 1 ? "one '}' is missing" : `${missing} '}' are missing`
    this.#report(
      error('missing-close-brace', { file, start: end, end }, `${what} at the end of the file`, { related }),
    )
  }
}

const braceAsWords = ({ place }: Open): Words => ({
  kind: 'words',
  words: [{ ...place, text: '{', quoted: false }],
  place,
})
