/** The values of one section: every keyword read in the file's order, once; and what keepalived misses in it. */

import type { Report } from '../diagnostics/diagnostics.ts'
import type { Keyword } from '../syntax/keyword.ts'
import type { Words } from '../syntax/lexer.ts'
import { spanOf } from '../syntax/line.ts'
import { errorAt, noteAt, warningAt } from '../syntax/place-diagnostic.ts'
import { endsHere, type Node } from '../syntax/tree.ts'

export interface Given<T> {
  readonly value: T
  readonly node: Node
  /** Position among the block's keywords. */
  readonly order: number
}

export interface Values {
  /** Every usable value in the file's order. */
  all<T>(keyword: Keyword<T>): readonly Given<T>[]
  /** keepalived's usual rule: the last one holds. */
  last<T>(keyword: Keyword<T>): T | undefined
  lastGiven<T>(keyword: Keyword<T>): Given<T> | undefined
  has(keyword: Keyword): boolean
}

export function readValues(nodes: readonly Node[], report: Report): Values {
  const given = new Map<Keyword, Given<unknown>[]>()
  for (const [order, node] of nodes.entries()) {
    const value = readArguments(node, report)
    if (value === undefined) continue
    const earlier = given.get(node.keyword)
    if (earlier !== undefined && node.keyword.once === true) {
      reportAgain(node, earlier[0]?.node, report)
      continue
    }
    if (earlier === undefined) given.set(node.keyword, [{ value, node, order }])
    else earlier.push({ value, node, order })
  }
  const all = <T>(keyword: Keyword<T>): readonly Given<T>[] =>
    // A keyword's own reader made these values.
    (given.get(keyword) ?? []) as unknown as readonly Given<T>[]
  return {
    all,
    last: (keyword) => all(keyword).at(-1)?.value,
    lastGiven: (keyword) => all(keyword).at(-1),
    has: (keyword) => given.has(keyword),
  }
}

function readArguments({ keyword, statement }: Node, report: Report): unknown {
  const { needed, missing, quoted } = keyword.arguments
  if (statement.words.length <= needed) {
    // What a quote has swallowed is not missing; the quote itself has been reported.
    if (!(statement.cut === true && quoted === true)) reportMissing(keyword, statement, missing, report)
    return undefined
  }
  reportStanding(keyword, statement, report)
  return keyword.arguments.read(statement, report)
}

function reportAgain({ keyword, statement }: Node, first: Node | undefined, report: Report): void {
  const related = first && [{ span: spanOf(first.statement.place), message: 'this one is used' }]
  const message = `${keyword.name} is already given: this line is ignored`
  report(errorAt(statement.place, 'already-given', message, { related }))
}

/** keepalived mostly exits at once, even while reloading; such a configuration cannot be run. */
function reportMissing(
  keyword: Keyword,
  statement: Words,
  missing: 'ignored' | undefined,
  report: Report,
): void {
  const place = { ...statement.place, from: statement.place.to }
  const syntax = keyword.arguments.syntax === '' ? '' : `: ${keyword.arguments.syntax}`
  const message = `'${keyword.name}' needs a value${syntax}`
  // A keyword that 2.2.7 does not know has none of its arguments looked at there.
  if (missing === 'ignored' || keyword.since !== undefined)
    report(errorAt(place, 'missing-value', `${message}; the line is ignored`))
  else report(errorAt(place, 'missing-parameter', message, { fatal: true, inKeepalived: 'abort' }))
}

/** What the keyword itself is about to cause, whatever its value. */
function reportStanding(keyword: Keyword, statement: Words, report: Report): void {
  const { name, renamed, since, standing } = keyword
  const place = statement.words[0]
  if (renamed !== undefined)
    report(
      warningAt(place, 'deprecated', `'${name}' is an old name: use '${renamed}'`, { suggestion: renamed }),
    )
  if (since !== undefined) {
    const message = `'${name}' is known since keepalived ${since}: 2.2.7 would ignore it`
    report(noteAt(place, 'newer-keyword', message, { inKeepalived: 'config' }))
  }
  if (standing.kind === 'no-effect') {
    const { because: reason } = standing
    report(noteAt(place, 'no-effect', `'${name}' is accepted and has no effect: ${reason}`, { reason }))
  }
  if (standing.kind === 'not-yet')
    report(noteAt(place, 'not-acted-on', `'${name}' is accepted and not acted on yet: ${standing.instead}`))
}

/** For blocks whose values nobody asks for: each is read all the same, and so found wrong if it is. */
export function readTree(nodes: readonly Node[], report: Report): void {
  readValues(nodes, report)
  for (const { nodes: inner } of nodes) readTree(inner, report)
}

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
