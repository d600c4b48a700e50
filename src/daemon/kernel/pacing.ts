/** How far apart gratuitous ARPs are on each link. Pure. */

import type { Duration } from '../../base/time.ts'
import type { Model } from '../../config/model.ts'

/** Links with the same `lane` share one pace: keepalived's garp_group. */
export interface Pace {
  readonly lane: string
  readonly interval: Duration
}

/** Undefined: as fast as they come. */
export type Pacing = (link: string) => Pace | undefined

/** A link in a garp_group goes by that; any other by `vrrp_garp_interval`, each for itself. */
export function pacingOf({ global, garpGroups }: Pick<Model, 'global' | 'garpGroups'>): Pacing {
  const byLink = new Map<string, Pace>()
  for (const [index, { links, garpInterval }] of garpGroups.entries()) {
    for (const link of links) byLink.set(link, { lane: `group ${index}`, interval: garpInterval })
  }
  return (link) => {
    const pace = byLink.get(link) ?? { lane: `link ${link}`, interval: global.garpInterval }
    return pace.interval > 0 ? pace : undefined
  }
}
