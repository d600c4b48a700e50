/** Lines of virtual_routes and virtual_rules, in ip(8)'s words. */

import { formatCidr, formatIp, isIpv4 } from '../../base/address.ts'
import type { Nexthop, RuleAction, VirtualRoute, VirtualRule } from '../model.ts'
import { word } from './words.ts'

const MAIN_TABLE = 254
/** RTPROT_KEEPALIVED */
const KEEPALIVED = 18

/** @param fallbackLink for a route of several gateways that is watched and names no interface. */
export function routeLine(route: VirtualRoute, fallbackLink: string): string {
  const { destination, gateway, metric, mtu, nexthops, protocol, scope, source, table, tos, track, type } =
    route
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
    mtu === undefined ? '' : `mtu ${mtu}`,
    protocol === undefined || protocol === KEEPALIVED ? '' : `protocol ${protocol}`,
    tos === undefined ? '' : `tos ${tos}`,
    route.onlink ? 'onlink' : '',
    route.append ? 'append' : '',
    track ? '' : 'no_track',
    ...nexthops.map(nexthopWords),
  ])
}

const hasLink = ({ link }: Nexthop): boolean => link !== undefined

const nexthopWords = ({ gateway, link, onlink, weight }: Nexthop): string =>
  words([
    'nexthop',
    gateway === undefined ? '' : `via ${formatIp(gateway)}`,
    link === undefined ? '' : `dev ${word(link)}`,
    weight === 1 ? '' : `weight ${weight}`,
    onlink ? 'onlink' : '',
  ])

export function ruleLine(rule: VirtualRule): string {
  const { action, family, from, fwmark, fwmask, iif, l3mdev, not, oif, preference, to, tos, track } = rule
  const isFamilySaid = [from, to].some((cidr) => cidr !== undefined && !isIpv4(cidr.address))
  return words([
    family === 6 && !isFamilySaid ? 'inet6' : '',
    not ? 'not' : '',
    from === undefined ? '' : `from ${formatCidr(from)}`,
    to === undefined ? '' : `to ${formatCidr(to)}`,
    fwmark === undefined ? '' : `fwmark ${fwmark}${fwmask === undefined ? '' : `/${fwmask}`}`,
    iif === undefined ? '' : `iif ${word(iif)}`,
    oif === undefined ? '' : `oif ${word(oif)}`,
    tos === undefined ? '' : `tos ${tos}`,
    actionWords(action, l3mdev),
    `preference ${preference}`,
    track ? '' : 'no_track',
  ])
}

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
