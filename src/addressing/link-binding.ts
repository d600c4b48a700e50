/**
 * What is desired by the names of links → items, which the kernel can be asked for: by the numbers that the
 * links have now. Pure.
 */

import { formatCidr } from '../base/address.ts'
import { addressKey, routeKey, ruleKey } from '../netlink/identity.ts'
import type { AddressSpec, Link, Nexthop, RouteSpec, RuleSpec } from '../netlink/types.ts'
import {
  scopeNumber,
  type DesiredAddress,
  type DesiredRoute,
  type DesiredRule,
  type DesiredState,
} from './desired.ts'

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
export interface Missing {
  readonly missing: string
  readonly text: string
}
type OrMissing<T> = T | Missing

const isThere = <T extends object>(each: OrMissing<T>): each is T => !('missing' in each)

export function bind(wanted: DesiredState, linkByName: LinkByName): Bound {
  const addresses = wanted.addresses.map((each) => bindAddress(each, linkByName))
  const routes = wanted.routes.map((each) => bindRoute(each, linkByName))
  const missing = [...addresses, ...routes].flatMap((each) =>
    'missing' in each ? [{ text: each.text, link: each.missing }] : [],
  )
  return {
    addresses: addresses.filter(isThere),
    routes: routes.filter(isThere),
    rules: wanted.rules.map(bindRule),
    missing,
  }
}

export function bindAddress(
  { link: name, spec, track }: DesiredAddress,
  linkByName: LinkByName,
): OrMissing<AddressItem> {
  const text = `address ${formatCidr(spec.cidr)}`
  const link = linkByName(name)
  if (link === undefined) return { missing: name, text }
  return { kind: 'address', link: name, track, text, spec: { ...spec, linkIndex: link.index } }
}

/** A route in the kernel's words, but for the numbers of its links. */
export interface NamedRoute {
  readonly link: string | undefined
  /** Several ways; none: `link` and the spec's gateway are the only one. */
  readonly nexthops: DesiredRoute['nexthops']
  readonly spec: Omit<RouteSpec, 'linkIndex' | 'nexthops'>
}

const MAIN_TABLE = 254

export function inKernelWords(route: DesiredRoute): NamedRoute {
  const { type, destination, table, onlink, append } = route
  // One way is no choice, and the kernel does not tell its weight.
  const [only, ...others] = route.nexthops
  const way = others.length === 0 ? (only ?? route) : undefined
  return {
    link: way?.link,
    nexthops: way === undefined ? route.nexthops : [],
    spec: {
      type,
      destination,
      // Table 0 is nobody's: the kernel takes the main one.
      table: table === 0 ? MAIN_TABLE : table,
      onlink: way?.onlink ?? onlink,
      ...(way?.gateway !== undefined && { gateway: way.gateway }),
      ...(route.source !== undefined && { source: route.source }),
      ...(route.scope !== undefined && { scope: scopeNumber(route.scope) }),
      ...(route.metric !== undefined && { metric: route.metric }),
      ...(route.metrics.length > 0 && { metrics: route.metrics }),
      ...(route.protocol !== undefined && { protocol: route.protocol }),
      ...(route.tos !== undefined && { tos: route.tos }),
      ...(way?.realms !== undefined && { realms: way.realms }),
      ...(route.preference !== undefined && { preference: route.preference }),
      ...(route.expires !== undefined && { expiresSeconds: route.expires }),
      ...(route.ttlPropagate !== undefined && { ttlPropagate: route.ttlPropagate }),
      ...(route.encapsulation !== undefined && { encapsulation: route.encapsulation }),
      ...(append && { append }),
    },
  }
}

export function bindRoute(route: DesiredRoute, linkByName: LinkByName): OrMissing<RouteItem> {
  const text = `route to ${formatCidr(route.destination)}`
  const { link, nexthops, spec } = inKernelWords(route)
  const missing = [link, ...nexthops.map((way) => way.link)].find(
    (name) => name !== undefined && linkByName(name) === undefined,
  )
  if (missing !== undefined) return { missing, text }
  const numberOf = (name: string | undefined): { readonly linkIndex?: number } => {
    const index = name === undefined ? undefined : linkByName(name)?.index
    return index === undefined ? {} : { linkIndex: index }
  }
  const ways = nexthops.map(({ link: name, ...way }): Nexthop => ({ ...way, ...numberOf(name) }))
  return {
    kind: 'route',
    track: route.track,
    text,
    spec: { ...spec, ...(ways.length > 0 && { nexthops: ways }), ...numberOf(link) },
  }
}

export const bindRule = ({ spec, track }: DesiredRule): RuleItem => ({
  kind: 'rule',
  spec,
  track,
  text: `rule ${spec.preference} (IPv${spec.family})`,
})

/** In the log: `Netlink reflector reports ${…} removed`. */
export const describeItem = (item: Item): string =>
  item.kind === 'address' ? `IP ${item.text.replace('address ', '')} on ${item.link}` : item.text

/** In the log, behind the item's own text. */
export const onLink = (item: Item): string => (item.kind === 'address' ? ` on ${item.link}` : '')

export const addressesOf = (items: readonly Item[]): readonly AddressItem[] =>
  items.filter((item) => item.kind === 'address')

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

/** What one has and the other has not. Whether it is watched is no difference to the kernel. */
export const without = (one: DesiredState, other: DesiredState): DesiredState => ({
  addresses: notIn(one.addresses, other.addresses, watched),
  routes: notIn(one.routes, other.routes, inKernelWords),
  rules: notIn(one.rules, other.rules, watched),
})

const watched = <T extends { readonly track: boolean }>(each: T): T => ({ ...each, track: true })

/** @param plain leaves only what makes a difference */
function notIn<T>(some: readonly T[], others: readonly T[], plain: (each: T) => object): readonly T[] {
  const known = new Set(others.map((each) => JSON.stringify(plain(each))))
  return some.filter((each) => !known.has(JSON.stringify(plain(each))))
}
