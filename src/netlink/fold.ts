/**
 * How the table changes. A notification is folded in; a dump makes a new table,
 * and the difference to the old one says what had been missed. Both ways tell
 * the same story in the same events. Pure.
 */

import { sameAddress, sameLink } from './identity.ts'
import type { LinkTable } from './link-table.ts'
import type { KernelMessage } from './message.ts'
import { TableDraft } from './table-draft.ts'
import type { LinkEvent } from './types.ts'

export interface Folded {
  readonly table: LinkTable
  /** In the order of the messages; none for a message that changed nothing we know of. */
  readonly events: readonly LinkEvent[]
  /** The messages hint at routes that went without a word. */
  readonly routesInDoubt: boolean
}

/** @param isOurs whether this process asked for what the message tells */
export function fold(
  table: LinkTable,
  messages: readonly KernelMessage[],
  isOurs: (message: KernelMessage) => boolean = () => false,
): Folded {
  const draft = new TableDraft(table)
  for (const message of messages) apply(draft, message, isOurs(message))
  return { table: draft.finish(), events: draft.events, routesInDoubt: draft.routesInDoubt }
}

function apply(draft: TableDraft, message: KernelMessage, ours: boolean): void {
  switch (message.type) {
    case 'link':
      draft.setLink(message.link)
      if (!message.enabled) draft.doubtRoutesOf(message.link.index)
      return
    case 'link-gone':
      draft.removeLink(message.index)
      return
    case 'address':
      draft.setAddress(message.address, ours)
      return
    case 'address-gone':
      draft.removeAddress(message.address, ours, message.portId)
      return
    case 'route':
      if (message.replaces) draft.doubtRoutesBeside(message.route)
      draft.setRoute(message.route)
      return
    case 'route-replaced':
      draft.doubtRoutesBeside(message.by)
      return
    case 'route-gone':
      draft.removeRoute(message.route, ours, message.portId)
      return
    case 'rule':
      draft.setRule(message.rule)
      return
    case 'rule-gone':
      draft.removeRule(message.rule, ours, message.portId)
      return
  }
}

/** What happened in between, as far as two tables show it; who asked for it they do not show. */
export function difference(before: LinkTable, after: LinkTable): readonly LinkEvent[] {
  return [...removals(before, after), ...additions(before, after)]
}

function* removals(before: LinkTable, after: LinkTable): Generator<LinkEvent> {
  for (const [index, { ordered }] of before.addresses) {
    for (const address of ordered) {
      if (!after.hasAddress({ ...address, linkIndex: index }))
        yield { type: 'address-removed', address, ours: false }
    }
  }
  for (const [key, route] of before.routes) {
    if (!after.routes.has(key)) yield { type: 'route-removed', route, ours: false }
  }
  for (const [key, rule] of before.rules) {
    if (!after.rules.has(key)) yield { type: 'rule-removed', rule, ours: false }
  }
  for (const [index, link] of before.links) {
    if (!after.links.has(index)) yield { type: 'link-removed', link }
  }
}

function* additions(before: LinkTable, after: LinkTable): Generator<LinkEvent> {
  for (const [index, link] of after.links) {
    const old = before.links.get(index)
    if (old === undefined || !sameLink(old, link)) yield { type: 'link-changed', before: old, link }
  }
  for (const [index, { byKey }] of after.addresses) {
    for (const [key, address] of byKey) {
      const old = before.addresses.get(index)?.byKey.get(key)
      if (old === undefined || !sameAddress(old, address))
        yield { type: 'address-added', address, ours: false }
    }
  }
}
