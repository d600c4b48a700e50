/** What the lints look at, and how they speak: keepalived says none of this. */

import { type Duration, toSeconds } from '../../../base/time.ts'
import { authPass } from '../../blocks/vrrp-instance/authentication.ts'
import { vrrpInstance } from '../../blocks/vrrp-instance/vrrp-instance.ts'
import type { DiagnosticCode } from '../../diagnostics/codes.ts'
import { type Details, note, type Report, type Span, warning } from '../../diagnostics/diagnostics.ts'
import type { Model, SyncGroup, VrrpInstance } from '../../model.ts'
import type { Keyword } from '../../syntax/keyword.ts'
import type { Word } from '../../syntax/lexer.ts'
import { spanOf } from '../../syntax/line.ts'
import type { Node } from '../../syntax/tree.ts'

export interface Subject {
  readonly model: Model
  /** Instance name → its block as written. */
  readonly blocks: ReadonlyMap<string, Node>
  /** Instance name → its sync group. */
  readonly groups: ReadonlyMap<string, SyncGroup>
}

export function subjectOf(model: Model, nodes: readonly Node[]): Subject {
  const blocks = new Map<string, Node>()
  for (const node of nodes) {
    const name = node.statement.words[1]?.text
    if (node.keyword === vrrpInstance && name !== undefined && node.refused !== true) blocks.set(name, node)
  }
  const groups = new Map(model.syncGroups.flatMap((group) => group.members.map((name) => [name, group])))
  return { model, blocks, groups }
}

/** The last line of an instance, or of a block in it, that has this keyword: its words. */
export const wordsFor = (
  { blocks }: Subject,
  { name }: VrrpInstance,
  keyword: Keyword,
): readonly Word[] | undefined =>
  blocks
    .get(name)
    ?.nodes.flatMap((node) => [node, ...node.nodes])
    .findLast((node) => node.keyword === keyword)?.statement.words

/** Where an instance says this, else where it is defined. */
export function placeFor(subject: Subject, instance: VrrpInstance, keyword: Keyword): Span {
  const words = wordsFor(subject, instance, keyword)
  // A password may stand anywhere, in a definition for instance: only its keyword is pointed at.
  const word = keyword === authPass ? words?.[0] : (words?.[1] ?? words?.[0])
  return word === undefined ? instance.span : spanOf(word)
}

export const groupOf = ({ groups }: Subject, { name }: VrrpInstance): SyncGroup | undefined =>
  groups.get(name)

/** A warning of ours alone. */
export const warn = (
  report: Report,
  code: DiagnosticCode,
  span: Span,
  message: string,
  details: Details = {},
): void => report(warning(code, span, message, { ...details, inKeepalived: 'no' }))

export const remark = (
  report: Report,
  code: DiagnosticCode,
  span: Span,
  message: string,
  details: Details = {},
): void => report(note(code, span, message, details))

/** `a`, `a and b`, `a, b and 3 more` */
export function namesOf(names: readonly string[], most = 3): string {
  if (names.length <= 1) return names.join('')
  if (names.length > most) return `${names.slice(0, most - 1).join(', ')} and ${names.length - most + 1} more`
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`
}

/** Three decimal places at most. */
export const inSeconds = (duration: Duration): string => `${Number(toSeconds(duration).toFixed(3))} s`
