/** Addresses, routes and scripts as keepalived's dumps write them. */

import { formatCidr, formatIp, isIpv4, type Cidr } from '../../base/address.ts'
import type { Command, VirtualAddress, VirtualRoute, VirtualRule } from '../../config/model.ts'

/** A host's own length is left out. */
const network = (cidr: Cidr): string => formatCidr(cidr).replace(/(?<=^[\d.]+)\/32$|(?<=:.*)\/128$/, '')

/** `10.9.0.100/24 dev eth0 scope global set`. */
export function addressWords(address: VirtualAddress, isPresent: boolean): string {
  const { cidr, link, scope, label, peer } = address
  const words = [
    network(cidr),
    ...(peer === undefined ? [] : [`peer ${formatCidr(peer)}`]),
    `dev ${link}`,
    `scope ${String(scope)}`,
    ...(label === undefined ? [] : [`label ${label}`]),
    ...(isPresent ? ['set'] : []),
  ]
  return words.join(' ')
}

const MAIN_TABLE = 254

export function routeWords({
  type,
  destination,
  gateway,
  link,
  table,
  metric,
  append,
}: VirtualRoute): string {
  const words = [
    append ? 'append' : 'prepend',
    ...(type === 'unicast' ? [] : [type]),
    network(destination),
    ...(gateway === undefined ? [] : [`via ${isIpv4(gateway) ? 'inet' : 'inet6'} ${formatIp(gateway)}`]),
    ...(link === undefined ? [] : [`dev ${link}`]),
    ...(table === MAIN_TABLE ? [] : [`table ${String(table)}`]),
    'proto 18',
    ...(metric === undefined ? [] : [`metric ${String(metric)}`]),
  ]
  return words.join(' ')
}

/** Each word in quotes. */
export const commandWords = ({ argv }: Command): string => argv.map((word) => `'${word}'`).join(' ')

export function ruleWords({ from, to, preference, tos, action, not }: VirtualRule): string {
  const target =
    action.kind === 'table'
      ? `lookup ${String(action.table)}`
      : action.kind === 'goto'
        ? `goto ${String(action.preference)}`
        : action.kind
  const words = [
    ...(not ? ['not'] : []),
    ...(from === undefined ? [] : [`from ${network(from)}`]),
    ...(to === undefined ? [] : [`to ${network(to)}`]),
    `priority ${String(preference)}`,
    `tos 0x${(tos ?? 0).toString(16)}`,
    'protocol 18',
    target,
  ]
  return words.join(' ')
}
