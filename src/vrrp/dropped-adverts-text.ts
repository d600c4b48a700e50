/** Dropped adverts in words: for the log, the status and the doctor alike. */

import { formatIpv4, isMulticastIpv4 } from '../base/address.ts'
import type { DroppedAdverts } from './dropped-adverts.ts'

/** A neighbour may be Master for hundreds; the first ones say which it is. */
const MOST_NAMED = 4

/**
 * A sentence without its full stop.
 *
 * @param offLink the sender's address is in none of the link's networks: then the reverse path filter drops it as well
 */
export function describeDroppedAdverts(dropped: DroppedAdverts, link: string, offLink: boolean): string {
  const { source, protocol, destination } = dropped
  const from = formatIpv4(source)
  const adverts = `adverts from ${from} (${routers(dropped.priorities)}) reach ${link}`
  const allow = `allow protocol ${protocol} ${isMulticastIpv4(destination) ? `to ${formatIpv4(destination)}` : `from ${from}`}`
  if (!offLink) return `${adverts} but a firewall drops them: ${allow}`
  const filter = `${from} is in no network of ${link}: the reverse path filter (net.ipv4.conf.${link}.rp_filter)`
  return `${adverts} but are dropped; ${filter} or a firewall does that: ${allow}`
}

function routers(priorities: ReadonlyMap<number, number>): string {
  const [first, ...others] = [...priorities]
  if (first === undefined) return 'no VRID of ours'
  if (others.length === 0) return `VRID ${first[0]}, priority ${first[1]}`
  const vrids = [...priorities.keys()]
  const named = vrids.slice(0, MOST_NAMED).join(', ')
  return `VRIDs ${named}${vrids.length > MOST_NAMED ? ` and ${vrids.length - MOST_NAMED} more` : ''}`
}
