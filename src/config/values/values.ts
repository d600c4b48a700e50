/** The values of one section: every keyword read in the file's order, once. */

import type { Report } from '../diagnostics.ts'
import type { Keyword } from '../keyword.ts'
import type { Words } from '../lexer.ts'
import { errorAt, noteAt } from '../report.ts'
import type { Node } from '../tree.ts'

export interface Given<T> {
  readonly value: T
  readonly node: Node
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
  for (const node of nodes) {
    const value = readArguments(node, report)
    if (value === undefined) continue
    const earlier = given.get(node.keyword)
    if (earlier === undefined) given.set(node.keyword, [{ value, node }])
    else earlier.push({ value, node })
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
  const { needed } = keyword.arguments
  if (statement.words.length <= needed) {
    reportMissing(keyword, statement, report)
    return undefined
  }
  if (keyword.standing.kind !== 'implemented') reportStanding(keyword, statement, report)
  return keyword.arguments.read(statement, report)
}

/** keepalived exits at once, even while reloading; so this configuration cannot be run. */
function reportMissing(keyword: Keyword, statement: Words, report: Report): void {
  const place = { ...statement.place, from: statement.place.to }
  const message = `'${keyword.name}' needs a value: ${keyword.arguments.syntax}`
  report(errorAt(place, 'missing-parameter', message, { fatal: true, inKeepalived: 'abort' }))
}

function reportStanding(keyword: Keyword, statement: Words, report: Report): void {
  const { standing } = keyword
  if (standing.kind === 'implemented') return
  const [code, why] =
    standing.kind === 'no-effect'
      ? (['no-effect', `has no effect: ${standing.because}`] as const)
      : (['not-acted-on', `is not acted on yet: ${standing.instead}`] as const)
  report(noteAt(statement.words[0], code, `'${keyword.name}' is accepted and ${why}`))
}
