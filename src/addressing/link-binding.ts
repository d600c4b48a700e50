/**
 * What is wanted by the names of links → what the kernel can be asked for, by their numbers, as
 * they are now. Pure.
 */

import { formatCidr } from '../base/address.ts'
import { addressKey, routeKey, ruleKey } from '../netlink/identity.ts'
import type { AddressSpec, Link, Nexthop, RouteSpec, RuleSpec } from '../netlink/types.ts'
import type { DesiredAddress, DesiredRoute, DesiredRule, DesiredState } from './desired.ts'

/** `text`: for the log, as in `cannot set ${text}`. */
export interface AddressItem {
  readonly kind: 'address'
  /** `linkIndex`: what is true of the link now, the kernel's table says; here it would be out of date. */
  readonly spec: AddressSpec
  /** Its link's name in the configuration, by which it may not be known any more. */
  readonly link: string
  readonly track: boolean
  readonly text: string
}
export interface RouteItem {
  readonly kind: 'route'
  readonly spec: RouteSpec
  readonly track: boolean
  readonly text: string
}
export interface RuleItem {
  readonly kind: 'rule'
  readonly spec: RuleSpec
  readonly track: boolean
  readonly text: string
}
export type Item = AddressItem | RouteItem | RuleItem

export interface Bound {
  readonly addresses: readonly AddressItem[]
  readonly routes: readonly RouteItem[]
  readonly rules: readonly RuleItem[]
  /** What cannot be asked for, because its link is not there. */
  readonly missing: readonly { readonly text: string; readonly link: string }[]
}

type LinkByName = (name: string) => Link | undefined

/** A link's name in place of its number says which one is missing. */
interface Missing {
  readonly missing: string
  readonly text: string
}
type OrMissing<T> = T | Missing

const isThere = <T extends object>(each: OrMissing<T>): each is T => !('missing' in each)

export function bind(wanted: DesiredState, linkByName: LinkByName): Bound {
  const addresses = wanted.addresses.map((each) => addressed(each, linkByName))
  const routes = wanted.routes.map((each) => routed(each, linkByName))
  const missing = [...addresses, ...routes].flatMap((each) =>
    'missing' in each ? [{ text: each.text, link: each.missing }] : [],
  )
  return {
    addresses: addresses.filter(isThere),
    routes: routes.filter(isThere),
    rules: wanted.rules.map(ruled),
    missing,
  }
}

function addressed(
  { link: name, spec, track }: DesiredAddress,
  linkByName: LinkByName,
): OrMissing<AddressItem> {
  const text = `address ${formatCidr(spec.cidr)}`
  const link = linkByName(name)
  if (link === undefined) return { missing: name, text }
  return { kind: 'address', link: name, track, text, spec: { ...spec, linkIndex: link.index } }
}

function routed(
  { link: name, spec, track, nexthops }: DesiredRoute,
  linkByName: LinkByName,
): OrMissing<RouteItem> {
  const text = `route to ${formatCidr(spec.destination)}`
  const ways: Nexthop[] = []
  for (const { link: way, ...nexthop } of nexthops) {
    const index = way === undefined ? undefined : linkByName(way)?.index
    if (way !== undefined && index === undefined) return { missing: way, text }
    ways.push(index === undefined ? nexthop : { ...nexthop, linkIndex: index })
  }
  const several = ways.length > 0 && { nexthops: ways }
  if (name === undefined) return { kind: 'route', track, text, spec: { ...spec, ...several } }
  const linkIndex = linkByName(name)?.index
  if (linkIndex === undefined) return { missing: name, text }
  return { kind: 'route', track, text, spec: { ...spec, linkIndex } }
}

const ruled = ({ spec, track }: DesiredRule): RuleItem => ({
  kind: 'rule',
  spec,
  track,
  text: `rule ${spec.preference} (IPv${spec.family})`,
})

/** Sorted, as installing takes them. */
export const wholeOf = (items: readonly Item[]): Omit<Bound, 'missing'> => ({
  addresses: items.filter((item) => item.kind === 'address'),
  routes: items.filter((item) => item.kind === 'route'),
  rules: items.filter((item) => item.kind === 'rule'),
})

/** What the kernel has it under: of two items with one slot only one can be there, whatever else they differ in. */
export function slotOf(item: Item): string {
  switch (item.kind) {
    case 'address':
      return `address ${item.spec.linkIndex} ${addressKey(item.spec)}`
    case 'route':
      return `route ${routeKey(item.spec)}`
    case 'rule':
      return `rule ${ruleKey(item.spec)}`
  }
}

export const keyOfItem = ({ kind, spec }: Item): string => kind + JSON.stringify(spec)

export const allOf = ({ addresses, routes, rules }: Omit<Bound, 'missing'>): readonly Item[] => [
  ...addresses,
  ...routes,
  ...rules,
]

/** Each once. */
export function united(specs: Bound, more: readonly Item[]): Omit<Bound, 'missing'> {
  if (more.length === 0) return specs
  const all = [...allOf(specs), ...more]
  return wholeOf([...new Map(all.map((item) => [keyOfItem(item), item])).values()])
}

/** What one has and the other has not. */
export function without(one: DesiredState, other: DesiredState): DesiredState {
  return {
    addresses: notIn(one.addresses, other.addresses),
    routes: notIn(one.routes, other.routes),
    rules: notIn(one.rules, other.rules),
  }
}

/** Whether it is watched is no difference to the kernel. */
function notIn<T extends { readonly track: boolean }>(
  some: readonly T[],
  others: readonly T[],
): readonly T[] {
  const known = new Set(others.map(keyOf))
  return some.filter((each) => !known.has(keyOf(each)))
}

const keyOf = (what: { readonly track: boolean }): string => JSON.stringify({ ...what, track: true })
