/**
 * What the kernel has of what is desired, by its table: what is there now, and what of that has been
 * removed, by whom. Pure.
 */

import { addressKey, anyLinkKey, isOnLinksOf, ruleKey } from '../netlink/identity.ts'
import type { LinkTable } from '../netlink/link-table.ts'
import type { Link, LinkEvent, PortId, RouteSpec } from '../netlink/types.ts'
import type { DesiredState } from './desired.ts'
import { bindAddress, bindRoute, bindRule, type Item, type Missing } from './link-binding.ts'

/** Whether it is there, with whatever attributes that do not tell it from others. */
export function isPresent(item: Item, table: LinkTable): boolean {
  switch (item.kind) {
    case 'address':
      return table.hasAddress(item.spec)
    case 'route':
      return table.hasRoute(item.spec)
    case 'rule':
      return table.hasRule(item.spec)
  }
}

/** In the order of what is desired. */
export interface Presence {
  readonly addresses: readonly boolean[]
  /** As `addresses`: there, but another host has it as well, and the kernel does not use it (IPv6). */
  readonly duplicates: readonly boolean[]
  readonly routes: readonly boolean[]
  readonly rules: readonly boolean[]
}

/** Which of it the kernel has now; what is on a link that is not there is not there. */
export function presenceOf({ addresses, routes, rules }: DesiredState, table: LinkTable): Presence {
  const isThere = (item: Item | Missing): boolean => !('missing' in item) && isPresent(item, table)
  const linkByName = (name: string): Link | undefined => table.linkByName(name)
  const bound = addresses.map((each) => bindAddress(each, linkByName))
  return {
    addresses: bound.map(isThere),
    duplicates: bound.map((item) => !('missing' in item) && table.hasDuplicate(item.spec)),
    routes: routes.map((each) => isThere(bindRoute(each, linkByName))),
    rules: rules.map((each) => isThere(bindRule(each))),
  }
}

/** Who holds what. */
export interface Holding {
  readonly router: string
  /** The link its adverts go over; undefined while that is down and this does not count yet (link-debounce.ts). */
  readonly link: string | undefined
  readonly items: readonly Item[]
}

export interface Loss {
  readonly router: string
  readonly item: Item
  /** `link`: nobody; it went with its link. */
  readonly by: PortId | 'link' | undefined
}

type Removal = Extract<LinkEvent, { readonly by?: PortId }>

/**
 * What is there again by now was only replaced. What went with its link, or with one that is down
 * and perhaps about to go, cannot be set again: only a router that lives on that link cares.
 *
 * @param table as it is after these events
 */
export function findLosses(
  events: readonly LinkEvent[],
  holdings: readonly Holding[],
  table: LinkTable,
): readonly Loss[] {
  const removals = events.filter(isForeignRemoval)
  if (removals.length === 0) return []
  const byKey = new Map<string, { holding: Holding; item: Item }[]>()
  for (const holding of holdings) {
    for (const item of holding.items) {
      const entry = byKey.get(keyOf(item))
      if (entry === undefined) byKey.set(keyOf(item), [{ holding, item }])
      else entry.push({ holding, item })
    }
  }
  return removals.flatMap((removal) =>
    (byKey.get(keyOfRemoved(removal)) ?? [])
      .filter(({ holding, item }) => isLost(removal, item, holding, table))
      .map(({ holding, item }): Loss => ({ router: holding.router, item, by: removal.by })),
  )
}

const isForeignRemoval = (event: LinkEvent): event is Removal =>
  (event.type === 'address-removed' || event.type === 'route-removed' || event.type === 'rule-removed') &&
  !event.ours

function keyOf(item: Item): string {
  switch (item.kind) {
    case 'address':
      return `address ${item.spec.linkIndex} ${addressKey(item.spec)}`
    case 'route':
      return anyLinkKey(item.spec)
    case 'rule':
      return ruleKey(item.spec)
  }
}

/** As `keyOf` has it. */
function keyOfRemoved(removal: Removal): string {
  switch (removal.type) {
    case 'address-removed':
      return `address ${removal.address.linkIndex} ${addressKey(removal.address)}`
    case 'route-removed':
      return anyLinkKey(removal.route)
    case 'rule-removed':
      return ruleKey(removal.rule)
  }
}

function isLost(removal: Removal, item: Item, { link }: Holding, table: LinkTable): boolean {
  if (isPresent(item, table)) return false
  switch (removal.type) {
    case 'rule-removed':
      return true
    case 'address-removed':
      return isReachable(removal.address.linkIndex, link, table)
    case 'route-removed':
      return isOnItsLinks(item, removal.route) && isReachable(removal.route.linkIndex, link, table)
  }
}

const isOnItsLinks = (item: Item, told: RouteSpec): boolean =>
  item.kind === 'route' && isOnLinksOf(item.spec, told)

function isReachable(linkIndex: number | undefined, own: string | undefined, table: LinkTable): boolean {
  if (linkIndex === undefined) return true
  const link = table.linkByIndex(linkIndex)
  return link !== undefined && (link.up || link.name === own)
}
