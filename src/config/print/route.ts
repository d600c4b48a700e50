/** Lines of virtual_routes and virtual_rules, in ip(8)'s words. */

import { formatCidr, formatIp, isIpv4 } from '../../base/address.ts'
import type { Encapsulation, NumberRange, RouteMetric, RuleAction } from '../../base/routing.ts'
import type { Nexthop, VirtualRoute, VirtualRule } from '../model.ts'
import { word } from './words.ts'

const MAIN_TABLE = 254
/** RTPROT_KEEPALIVED */
const KEEPALIVED = 18

export interface LineOptions {
  /** Say so where it is not watched (`no_track`); default: yes. */
  readonly tracking?: boolean
}

/** @param fallbackLink for a route of several gateways that is watched and names no interface. */
export function routeLine(
  route: VirtualRoute,
  fallbackLink: string,
  { tracking = true }: LineOptions = {},
): string {
  const { destination, gateway, metric, nexthops, protocol, scope, source, table, tos, track, type } = route
  // Of several gateways the interface is each one's own; what stands before them says that it is watched.
  const watched = nexthops.length > 0 && track ? (nexthops.find(hasLink)?.link ?? fallbackLink) : undefined
  const link = route.link ?? watched
  return words([
    type === 'unicast' ? '' : type,
    formatCidr(destination),
    gateway === undefined ? '' : `via ${formatIp(gateway)}`,
    link === undefined ? '' : `dev ${word(link)}`,
    source === undefined ? '' : `src ${formatIp(source)}`,
    table === MAIN_TABLE ? '' : `table ${table}`,
    scope === undefined || scope === 'global' ? '' : `scope ${scope}`,
    metric === undefined ? '' : `metric ${metric}`,
    ...route.metrics.map(metricWords),
    realmsWords(route.realms),
    route.preference === undefined ? '' : `pref ${route.preference}`,
    route.expires === undefined ? '' : `expires ${route.expires}`,
    route.ttlPropagate === undefined ? '' : `ttl-propagate ${route.ttlPropagate ? 'enabled' : 'disabled'}`,
    protocol === undefined || protocol === KEEPALIVED ? '' : `protocol ${protocol}`,
    tos === undefined ? '' : `tos ${tos}`,
    route.onlink ? 'onlink' : '',
    route.append ? 'append' : '',
    route.trackGroup === undefined ? '' : `track_group ${word(route.trackGroup)}`,
    encapsulationWords(route.encapsulation),
    track || !tracking ? '' : 'no_track',
    ...nexthops.map(nexthopWords),
  ])
}

const hasLink = ({ link }: Nexthop): boolean => link !== undefined

/** RTAX_FEATURE_ECN, the only one. */
const metricWords = ({ name, value, locked }: RouteMetric): string =>
  `${name} ${locked ? 'lock ' : ''}${name === 'features' ? 'ecn' : value}`

const realmsWords = (realms: number | undefined): string =>
  realms === undefined
    ? ''
    : realms < 65_536
      ? `realms ${realms}`
      : `realms ${realms >>> 16}/${realms & 65_535}`

function encapsulationWords(encapsulation: Encapsulation | undefined): string {
  if (encapsulation === undefined) return ''
  const { kind, id, source, destination, ttl, tos } = encapsulation
  return words([
    `encap ${kind}`,
    id === undefined ? '' : `id ${id}`,
    source === undefined ? '' : `src ${formatIp(source)}`,
    destination === undefined ? '' : `dst ${formatIp(destination)}`,
    ttl === undefined ? '' : `${kind === 'ip' ? 'ttl' : 'hoplimit'} ${ttl}`,
    tos === undefined ? '' : `${kind === 'ip' ? 'tos' : 'tc'} ${tos}`,
  ])
}

const nexthopWords = ({ gateway, link, onlink, realms, weight }: Nexthop): string =>
  words([
    'nexthop',
    gateway === undefined ? '' : `via ${formatIp(gateway)}`,
    link === undefined ? '' : `dev ${word(link)}`,
    weight === 1 ? '' : `weight ${weight}`,
    realmsWords(realms),
    onlink ? 'onlink' : '',
  ])

export function ruleLine(rule: VirtualRule, { tracking = true }: LineOptions = {}): string {
  const { action, family, from, fwmark, fwmask, iif, l3mdev, not, oif, preference, to, tos, track } = rule
  const isFamilySaid = [from, to].some((cidr) => cidr !== undefined && !isIpv4(cidr.address))
  return words([
    // Twice: keepalived skips the word behind it, whatever it is.
    family === 6 && !isFamilySaid ? 'inet6 inet6' : '',
    not ? 'not' : '',
    from === undefined ? '' : `from ${formatCidr(from)}`,
    to === undefined ? '' : `to ${formatCidr(to)}`,
    fwmark === undefined ? '' : `fwmark ${fwmark}${fwmask === undefined ? '' : `/${fwmask}`}`,
    iif === undefined ? '' : `iif ${word(iif)}`,
    oif === undefined ? '' : `oif ${word(oif)}`,
    tos === undefined ? '' : `tos ${tos}`,
    rule.uidRange === undefined ? '' : `uidrange ${rangeWords(rule.uidRange)}`,
    rule.ipProtocol === undefined ? '' : `ipproto ${rule.ipProtocol}`,
    rule.sourcePorts === undefined ? '' : `sport ${rangeWords(rule.sourcePorts)}`,
    rule.destinationPorts === undefined ? '' : `dport ${rangeWords(rule.destinationPorts)}`,
    rule.tunnelId === undefined ? '' : `tunnel-id ${rule.tunnelId}`,
    actionWords(action, l3mdev),
    realmsWords(rule.realms),
    rule.suppressPrefixLength === undefined ? '' : `suppress_prefixlength ${rule.suppressPrefixLength}`,
    rule.suppressInterfaceGroup === undefined ? '' : `suppress_ifgroup ${rule.suppressInterfaceGroup}`,
    track || rule.protocol === 0 ? '' : `protocol ${rule.protocol}`,
    rule.trackGroup === undefined ? '' : `track_group ${word(rule.trackGroup)}`,
    `preference ${preference}`,
    track || !tracking ? '' : 'no_track',
  ])
}

const rangeWords = ({ from, to }: NumberRange): string => `${from}-${to}`

function actionWords(action: RuleAction, l3mdev: boolean): string {
  switch (action.kind) {
    case 'table':
      if (l3mdev && action.table === 0) return 'l3mdev'
      return l3mdev ? `table ${action.table} l3mdev` : `table ${action.table}`
    case 'goto':
      return `goto ${action.preference}${l3mdev ? ' l3mdev' : ''}`
    case 'blackhole':
    case 'unreachable':
    case 'prohibit':
    case 'nop':
      return `${action.kind}${l3mdev ? ' l3mdev' : ''}`
  }
}

const words = (parts: readonly string[]): string => parts.filter((part) => part !== '').join(' ')
