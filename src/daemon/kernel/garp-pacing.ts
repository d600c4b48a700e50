/** How far apart gratuitous ARPs and unsolicited neighbour advertisements are on each link. Pure. */

import { isIpv4, type IpAddress } from '../../base/address.ts'
import type { Duration } from '../../base/time.ts'
import type { Model } from '../../config/model.ts'

/** Links with the same `lane` share one pace: keepalived's garp_group. */
export interface Pace {
  readonly lane: string
  readonly interval: Duration
}

/** Undefined: as fast as they come. */
export type Pacing = (link: string, address: IpAddress) => Pace | undefined

/**
 * A link in a garp_group goes by that; any other by `vrrp_garp_interval` and `vrrp_gna_interval`, each for
 * itself. Gratuitous ARP and neighbour advertisements have a pace each.
 */
export function pacingOf({ global, garpGroups }: Pick<Model, 'global' | 'garpGroups'>): Pacing {
  const byLink = new Map<string, Intervals & { readonly lane: string }>()
  for (const [index, { links, ...intervals }] of garpGroups.entries()) {
    for (const link of links) byLink.set(link, { lane: `group ${index}`, ...intervals })
  }
  return (link, address) => {
    const { lane, garpInterval, gnaInterval } = byLink.get(link) ?? { lane: `link ${link}`, ...global }
    const [of, interval] = isIpv4(address) ? (['ARP', garpInterval] as const) : (['NA', gnaInterval] as const)
    return interval > 0 ? { lane: `${lane} ${of}`, interval } : undefined
  }
}

type Intervals = Pick<Model['global'], 'garpInterval' | 'gnaInterval'>
