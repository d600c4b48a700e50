/** Which route an IPv4 packet would take, as far as the acceptance of a route asks for it. Pure. */

import type { Ipv4Address } from '../../base/address.ts'
import type { ErrorCode } from './refusals.ts'
import { contains } from './networks.ts'
import { DEAD_ENDS } from './routing.ts'
import { followRules } from './rules.ts'
import type { HostState, RouteState, Way } from './state.ts'

export interface Flow {
  readonly to: Ipv4Address
  /** Only by this link; 0: by any. */
  readonly link: number
  /** Only routes that are about this or something nearer. */
  readonly scope: number
}

export interface Found {
  readonly route: RouteState
  readonly way: Way
}

/** `next`: nothing here that would be an answer. */
export function lookUpIn(routes: readonly RouteState[], flow: Flow): Found | ErrorCode | 'next' {
  const matching = routes
    .filter(
      ({ destination, tos, scope }) => tos === 0 && scope >= flow.scope && contains(destination, flow.to),
    )
    .sort((a, b) => b.destination.prefixLength - a.destination.prefixLength)
  for (const route of matching) {
    const deadEnd = DEAD_ENDS[route.type]
    if (deadEnd !== undefined) return deadEnd
    const way = route.ways.find(({ dead, link }) => !dead && (flow.link === 0 || link === flow.link))
    if (way !== undefined) return { route, way }
  }
  return 'next'
}

export const lookUp = (host: HostState, flow: Flow): Found | ErrorCode =>
  followRules(host, 4, flow, ({ table }) => {
    const found = lookUpIn(host.ipv4Routes.get(table) ?? [], flow)
    if (typeof found === 'string') return found
    return { ...found, prefixLength: found.route.destination.prefixLength }
  }) ?? 'ENETUNREACH'
