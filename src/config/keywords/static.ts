/** Outside of instances: addresses, routes and rules that stay, pacing of ARP, polling of links. */

import { list, notYet, section, table, type Keyword } from '../syntax/keyword.ts'
import { garpGroup } from './garp-group.ts'

export const staticIpaddress: Keyword = list(
  'static_ipaddress',
  2,
  'addresses that are there while the daemon runs',
  { process: 'vrrp' },
)
export const staticRoutes: Keyword = list('static_routes', 2, 'routes, likewise', {
  process: 'vrrp',
})
export const staticRules: Keyword = list('static_rules', 3, 'routing rules, likewise', {
  process: 'vrrp',
})

export const trackGroupMembers: Keyword = list('group', 3, 'instances')
export const trackGroup: Keyword = section(
  'track_group',
  3,
  table(trackGroupMembers),
  'instances that need the interfaces of static items',
  { syntax: 'NAME', naming: 'one', process: 'vrrp' },
)

export const interfaceUpDownDelays: Keyword = list(
  'interface_up_down_delays',
  3,
  'seconds until a link that went down or came up counts as that: INTERFACE DOWN [UP]',
  { process: 'vrrp' },
)

export const staticKeywords: readonly Keyword[] = [
  staticIpaddress,
  staticRoutes,
  staticRules,
  trackGroup,
  garpGroup,
  interfaceUpDownDelays,
  list('linkbeat_interfaces', 3, 'links to poll', {
    standing: notYet('the kernel’s link events are used'),
    process: 'vrrp',
  }),
]
