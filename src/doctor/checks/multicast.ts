/** Whether the group is joined, and whether a bridge in between may forget that it is. */

import { formatIpv4, type Ipv4Address } from '../../base/address.ts'
import type { Facts, LinkFacts } from '../facts.ts'
import { ok, problem, warning, type Finding } from '../finding.ts'

export function checkMulticast({ configuration, daemon, links }: Facts): readonly Finding[] {
  if (!configuration.ok) return []
  const multicast = configuration.value.instances.filter(({ unicast, family }) => !unicast && family === 4)
  const used = new Map(multicast.map(({ link, group }) => [`${link} ${group}`, { name: link, group }]))
  return [...used.values()].flatMap(({ name, group }) => {
    const link = links.get(name)
    if (link === undefined || !link.exists || !link.up) return []
    const snooping = checkSnooping(name, link, group)
    const isListening = daemon.kind === 'running' && daemon.sameNetwork
    return isListening ? [...checkMembership(name, link, group), ...snooping] : snooping
  })
}

function checkMembership(name: string, { groups }: LinkFacts, group: Ipv4Address): readonly Finding[] {
  const text = formatIpv4(group)
  if (groups.includes(group)) return [ok(`${name} has joined ${text}`)]
  return [
    problem({
      what: `${name} has not joined ${text}, although vrrpd is running`,
      why: 'the card and the switch need not deliver adverts to a host that has not joined the group',
      mend: 'systemctl restart vrrpd # and look into its log',
    }),
  ]
}

/** RFC 4541 section 2.1.2: what goes to 224.0.0.0/24 goes to all ports, and Linux keeps to that. */
const isAlwaysForwarded = (group: number): boolean => group >>> 8 === 0xe00000

function checkSnooping(name: string, { bridge }: LinkFacts, group: Ipv4Address): readonly Finding[] {
  if (bridge === undefined || !bridge.snooping || bridge.querier || isAlwaysForwarded(group)) return []
  return [
    warning({
      what: `bridge ${bridge.name} (${name}) snoops IGMP and is no querier, and the group is ${formatIpv4(group)}`,
      why: 'without a querier anywhere on the LAN, memberships expire after some minutes and adverts stop arriving',
      mend: `ip link set ${bridge.name} type bridge mcast_querier 1 # or keep the default group 224.0.0.18, which is never snooped`,
    }),
  ]
}
