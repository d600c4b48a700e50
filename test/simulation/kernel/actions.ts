/** What may happen to a host's kernel: requests of ours, changes by others, and the world. In a small world things collide often. */

import fc from 'fast-check'
import { parseIp } from '../../../src/base/address.ts'
import type { RouteType } from '../../../src/base/routing.ts'
import type { AddressSpec, Nexthop, RouteSpec, RuleSpec } from '../../../src/netlink/types.ts'
import type { RouteMode, RouteQuery } from '../../../src/simulation/kernel/routing.ts'
import type { RuleQuery, RuleRequest } from '../../../src/simulation/kernel/rules.ts'
import { cidr, ip, ipv4 } from '../../netlink/specs.ts'

export interface Address {
  readonly dev: string
  readonly cidr: string
  readonly peer?: string
  readonly scope?: number
  readonly label?: string
  readonly brd?: string
  readonly noPrefixRoute?: true
}

export interface Way {
  readonly via?: string
  readonly dev?: string
  readonly onlink?: true
}

export interface Route extends Way {
  readonly to: string
  readonly type?: RouteType
  readonly src?: string
  readonly metric?: number
  readonly tos?: number
  readonly table?: number
  readonly proto: number
  readonly scope?: number
  readonly append?: true
  readonly ways?: readonly Way[]
}

export interface Rule {
  readonly family: 4 | 6
  readonly pref?: number
  readonly table?: number
  readonly goto?: number
  readonly kind?: 'blackhole' | 'unreachable' | 'prohibit'
  readonly not?: true
  readonly from?: string
  readonly to?: string
  readonly oif?: string
  readonly fwmark?: number
  readonly tos?: number
  readonly suppress?: number
  readonly proto: number
}

/** `install` and `withdraw` are ours, all others somebody else's. */
export type Action =
  | { readonly do: 'install' | 'withdraw'; readonly addresses: readonly Address[] }
  | { readonly do: 'install' | 'withdraw'; readonly routes: readonly Route[] }
  | { readonly do: 'install' | 'withdraw'; readonly rules: readonly Rule[] }
  | { readonly do: 'macvlan'; readonly name: string; readonly parent: string; readonly mac: number }
  | { readonly do: 'enable' | 'remove'; readonly name: string }
  | { readonly do: 'addr'; readonly verb: 'add' | 'del'; readonly address: Address }
  | { readonly do: 'route'; readonly verb: RouteMode | 'del'; readonly route: Route }
  | { readonly do: 'rule'; readonly verb: 'add' | 'del'; readonly rule: Rule }
  | { readonly do: 'link'; readonly name: string; readonly set: 'up' | 'down' }
  | { readonly do: 'rename'; readonly name: string; readonly to: string }
  | { readonly do: 'mtu'; readonly name: string; readonly mtu: number }
  | { readonly do: 'mac'; readonly name: string; readonly mac: number }
  | { readonly do: 'unplug'; readonly name: string }
  | { readonly do: 'plug'; readonly name: string }
  | { readonly do: 'carrier'; readonly name: string; readonly carrier: boolean }
  | { readonly do: 'promote'; readonly name: string; readonly on: boolean }

export const macOf = (number: number): string => `02:00:00:00:00:0${number}`

const optional = <T>(arbitrary: fc.Arbitrary<T>, seldom = 4): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: seldom, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })

type Fields<T> = { readonly [K in keyof T]-?: fc.Arbitrary<T[K] | undefined> }

/** Without the fields that are undefined. */
const record = <T>(fields: Partial<Fields<T>>): fc.Arbitrary<T> =>
  fc.record(fields as Record<string, fc.Arbitrary<unknown>>).map((value) => {
    return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T
  })

const names = ['eth0', 'eth1', 'eth2', 'lan1', 'mv0', 'mv1'] as const
const dev = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom('eth0', 'eth0', 'eth1', 'eth2') },
  { weight: 1, arbitrary: fc.constantFrom(...names) },
)
const ipv4Host = fc
  .tuple(fc.constantFrom('10.1.0', '10.2.0'), fc.integer({ min: 1, max: 4 }))
  .map((parts) => parts.join('.'))
const ipv6Host = fc
  .tuple(fc.constantFrom('fd01::', 'fd02::'), fc.integer({ min: 1, max: 4 }))
  .map((parts) => parts.join(''))
const gateway = fc
  .tuple(fc.constantFrom('10.1.0', '10.1.0', '10.2.0', '10.9.0'), fc.integer({ min: 1, max: 9 }))
  .map((parts) => parts.join('.'))
const gateway6 = fc
  .tuple(fc.constantFrom('fd01::', 'fd01::', 'fd02::', 'fd09::', 'fe80::'), fc.integer({ min: 1, max: 9 }))
  .map((parts) => parts.join(''))

const address = fc.oneof(
  {
    weight: 4,
    arbitrary: record<Address>({
      dev,
      cidr: fc.tuple(ipv4Host, fc.constantFrom(24, 24, 24, 16, 32)).map((parts) => parts.join('/')),
      scope: optional(fc.constantFrom(0, 200, 253)),
      label: optional(fc.constantFrom('eth0:a', 'eth1:b')),
      brd: optional(fc.constantFrom('10.1.0.255', '10.255.255.255')),
      noPrefixRoute: optional(fc.constant(true)),
    }),
  },
  {
    weight: 1,
    arbitrary: record<Address>({
      dev,
      cidr: ipv4Host,
      peer: fc.tuple(ipv4Host, fc.constantFrom(24, 32)).map((parts) => parts.join('/')),
    }),
  },
  {
    weight: 3,
    arbitrary: record<Address>({
      dev,
      cidr: fc
        .tuple(
          fc.oneof({ weight: 9, arbitrary: ipv6Host }, { weight: 1, arbitrary: fc.constant('fe80::5') }),
          fc.constantFrom(64, 64, 64, 48, 128),
        )
        .map((parts) => parts.join('/')),
      noPrefixRoute: optional(fc.constant(true)),
    }),
  },
)

const dead = fc.constantFrom<RouteType>('blackhole', 'unreachable', 'prohibit', 'throw')
const table = optional(fc.constantFrom(100, 255), 8)
const common = {
  metric: optional(fc.constantFrom(7, 1024)),
  table,
  proto: fc.constantFrom(18, 18, 18, 4),
}

const route = fc.oneof(
  {
    weight: 5,
    arbitrary: record<Route>({
      ...common,
      to: fc.constantFrom('192.168.1.0/24', '192.168.1.0/24', '192.168.0.0/16', '10.2.0.0/24', '0.0.0.0/0'),
      via: optional(gateway, 1),
      dev: optional(dev, 1),
      onlink: optional(fc.constant(true), 8),
      src: optional(ipv4Host, 2),
      tos: optional(fc.constantFrom(0x10, 0x11), 9),
      scope: optional(fc.constantFrom(253, 254), 8),
      append: optional(fc.constant(true)),
    }),
  },
  {
    weight: 1,
    arbitrary: record<Route>({
      ...common,
      to: fc.constantFrom('192.168.1.0/24', '192.168.0.0/16', '10.2.0.0/24'),
      type: dead,
      src: optional(ipv4Host, 6),
    }),
  },
  {
    weight: 1,
    arbitrary: record<Route>({
      ...common,
      to: fc.constantFrom('192.168.1.0/24', '192.168.0.0/16'),
      ways: fc.array(record<Way>({ via: gateway, dev: optional(dev, 3) }), { minLength: 2, maxLength: 3 }),
      src: optional(ipv4Host, 2),
    }),
  },
  {
    weight: 4,
    arbitrary: record<Route>({
      ...common,
      to: fc.constantFrom('fd81::/64', 'fd81::/64', 'fd81::/32', 'fd02::/64', '::/0'),
      via: optional(gateway6, 1),
      dev: optional(dev, 1),
      onlink: optional(fc.constant(true), 8),
      src: optional(ipv6Host, 2),
      append: optional(fc.constant(true)),
    }),
  },
  {
    weight: 1,
    arbitrary: record<Route>({ ...common, to: fc.constantFrom('fd81::/64', 'fd81::/32'), type: dead }),
  },
  {
    weight: 1,
    arbitrary: record<Route>({
      ...common,
      to: fc.constantFrom('fd81::/64', 'fd81::/32'),
      ways: fc.array(record<Way>({ via: gateway6, dev: optional(dev, 3) }), { minLength: 2, maxLength: 3 }),
    }),
  },
)

const rule = fc.oneof(
  ...([4, 6] as const).map((family) =>
    record<Rule>({
      family: fc.constant(family),
      pref: fc.constantFrom(100, 101, 200),
      table: fc.constantFrom(9, 100),
      goto: optional(fc.constantFrom(101, 200, 300)),
      kind: optional(fc.constantFrom('blackhole', 'unreachable', 'prohibit'), 8),
      not: optional(fc.constant(true), 6),
      from: optional(
        family === 4 ? fc.constantFrom('10.1.0.1/32', '10.1.0.0/24') : fc.constantFrom('fd01::1/128'),
        2,
      ),
      to: optional(family === 4 ? fc.constantFrom('192.168.1.0/24') : fc.constantFrom('fd81::/64'), 2),
      oif: optional(fc.constantFrom('eth0', 'eth9'), 6),
      fwmark: optional(fc.constantFrom(1, 2), 6),
      tos: optional(fc.constantFrom(0x10), 6),
      suppress: optional(fc.constantFrom(0, 16), 6),
      proto: fc.constantFrom(18, 18, 4),
    }),
  ),
)

const ours = fc.constantFrom('install', 'install', 'withdraw')
const some = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.array(arbitrary, { minLength: 1, maxLength: 3 })
const link = fc.constantFrom(...names)

export const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: ours, addresses: some(address) }) },
  { weight: 8, arbitrary: fc.record({ do: ours, routes: some(route) }) },
  { weight: 3, arbitrary: fc.record({ do: ours, rules: some(rule) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('macvlan'),
      name: fc.constantFrom('mv0', 'mv1'),
      parent: fc.constantFrom('eth0', 'eth0', 'eth1', 'mv0'),
      mac: fc.integer({ min: 1, max: 9 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('enable'), name: fc.constantFrom('mv0', 'mv1', 'eth1') }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove'), name: fc.constantFrom('mv0', 'mv1') }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('addr'), verb: fc.constant('add'), address }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('addr'), verb: fc.constant('del'), address }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('route'),
      verb: fc.constantFrom('exclusive', 'prepend', 'append', 'replace', 'change', 'del', 'del'),
      route,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('rule'), verb: fc.constantFrom('add', 'del'), rule }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('link'), name: link, set: fc.constantFrom('up', 'up', 'down') }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('rename'),
      name: fc.constantFrom('eth1', 'lan1'),
      to: fc.constantFrom('eth1', 'lan1', 'eth0'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('mtu'), name: link, mtu: fc.constantFrom(1400, 1500) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('mac'), name: link, mac: fc.integer({ min: 1, max: 9 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unplug'), name: fc.constantFrom(...names) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('plug'), name: fc.constantFrom('eth0', 'eth1', 'eth2') }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('carrier'),
      name: fc.constantFrom('eth0', 'eth1', 'eth2'),
      carrier: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('promote'),
      name: fc.constantFrom('all', 'eth0', 'eth1'),
      on: fc.boolean(),
    }),
  },
)

/** The index of a link by its name, as of now; of one that is not there none that could be. */
export type Indexes = (name: string) => number

export const addressSpec = (address: Address, indexOf: Indexes): AddressSpec => ({
  linkIndex: indexOf(address.dev),
  cidr: cidr(address.cidr),
  scope: address.scope ?? 0,
  ...(address.label !== undefined && { label: address.label }),
  ...(address.brd !== undefined && { broadcast: ipv4(address.brd) }),
  ...(address.peer !== undefined && { peer: cidr(address.peer) }),
  ...(address.noPrefixRoute && { flags: { noPrefixRoute: true } }),
})

const waySpec = ({ via, dev: by, onlink }: Way, indexOf: Indexes): Omit<Nexthop, 'weight'> => ({
  onlink: onlink ?? false,
  ...(via !== undefined && { gateway: ip(via) }),
  ...(by !== undefined && { linkIndex: indexOf(by) }),
})

export function routeSpec(route: Route, indexOf: Indexes): RouteSpec {
  const { to, type = 'unicast', src, metric, tos, scope, proto, append, ways } = route
  return {
    type,
    destination: cidr(to),
    table: route.table ?? 254,
    protocol: proto,
    ...waySpec(route, indexOf),
    ...(src !== undefined && { source: ip(src) }),
    ...(metric !== undefined && { metric }),
    ...(tos !== undefined && { tos }),
    ...(scope !== undefined && { scope }),
    ...(append && { append }),
    ...(ways && { nexthops: ways.map((way) => ({ weight: 1, ...waySpec(way, indexOf) })) }),
  }
}

/** As ip-route(8) asks for it: without a gateway the scope is the link, unless it is said. */
export function othersRoute(route: Route, indexOf: Indexes): RouteSpec {
  const isNear =
    route.via === undefined && route.ways === undefined && (route.type ?? 'unicast') === 'unicast'
  const isIpv4 = typeof parseIp(route.to.split('/')[0]!) === 'number'
  return { ...routeSpec(route, indexOf), scope: route.scope ?? (isNear && isIpv4 ? 253 : 0) }
}

/** As ip-route(8) asks for a removal. */
export function routeQuery(route: Route, indexOf: Indexes): RouteQuery {
  const spec: { -readonly [Field in keyof RouteSpec]?: RouteSpec[Field] } = routeSpec(route, indexOf)
  if (route.type === undefined) delete spec.type
  return { ...spec, destination: cidr(route.to), table: route.table ?? 254 }
}

export function ruleSpec(rule: Rule): RuleSpec {
  const { family, pref = 0, table: to = 0, kind, not, oif, fwmark, tos, suppress, proto } = rule
  return {
    family,
    preference: pref,
    action:
      kind !== undefined
        ? { kind }
        : rule.goto === undefined
          ? { kind: 'table', table: to }
          : { kind: 'goto', preference: rule.goto },
    not: not ?? false,
    l3mdev: false,
    protocol: proto,
    ...(rule.from !== undefined && { from: cidr(rule.from) }),
    ...(rule.to !== undefined && { to: cidr(rule.to) }),
    ...(oif !== undefined && { oif }),
    ...(fwmark !== undefined && { fwmark }),
    ...(tos !== undefined && { tos }),
    ...(suppress !== undefined && { suppressPrefixLength: suppress }),
  }
}

export const ruleRequest = (rule: Rule): RuleRequest => ruleSpec(rule)
export const ruleQuery = (rule: Rule): RuleQuery => ruleSpec(rule)

const word = (name: string, value: string | number | undefined): string =>
  value === undefined ? '' : ` ${name} ${value}`

/** ip(8) reads it so, whatever it is. */
const hex = (value: number | undefined): string | undefined => value?.toString(16)

const familyOf = (text: string): string => (text.includes(':') ? '-6' : '-4')

export function addrCommand(verb: 'add' | 'del', { dev: on, ...address }: Address): string {
  const { cidr: local, peer, scope, label, brd, noPrefixRoute } = address
  const isNew = verb === 'add'
  return (
    `addr ${verb} ${local}${word('peer', peer)} dev ${on}` +
    (isNew ? word('scope', scope) + word('label', label) + word('brd', brd) : '') +
    (isNew && noPrefixRoute ? ' noprefixroute' : '') +
    (isNew && local.includes(':') ? ' nodad' : '')
  )
}

const wayWords = ({ via, dev: by, onlink }: Way): string =>
  word('via', via) + word('dev', by) + (onlink ? ' onlink' : '')

export function routeCommand(verb: RouteMode | 'del', route: Route): string {
  const { to, type = '', src, metric, tos, table: of, proto, scope, ways = [] } = route
  const isIpv6 = to.includes(':')
  return (
    `route ${verb === 'exclusive' ? 'add' : verb} ${type} ${to}` +
    (ways.length === 0 ? wayWords(route) : '') +
    word('src', src) +
    word('metric', metric) +
    (isIpv6 ? '' : word('tos', hex(tos))) +
    word('table', of) +
    word('proto', proto) +
    (isIpv6 ? '' : word('scope', scope)) +
    ways.map((way) => ` nexthop${wayWords(way)} weight 1`).join('')
  )
}

export function ruleCommand(verb: 'add' | 'del', rule: Rule): string {
  const { not, from, to, oif, fwmark, tos, suppress, proto, pref, kind } = rule
  const action = kind ?? (rule.goto === undefined ? `table ${rule.table ?? 0}` : `goto ${rule.goto}`)
  return (
    `rule ${verb}${not ? ' not' : ''}${word('from', from)}${word('to', to)}${word('oif', oif)}` +
    word('fwmark', fwmark) +
    word('tos', hex(tos)) +
    word('suppress_prefixlength', suppress) +
    word('pref', pref) +
    word('protocol', proto) +
    ` ${action}`
  )
}

export const commandFamily = (action: Action): string => {
  if (action.do === 'rule') return action.rule.family === 6 ? '-6' : '-4'
  if (action.do === 'route') return familyOf(action.route.to)
  if (action.do === 'addr') return familyOf(action.address.cidr)
  return '-4'
}
