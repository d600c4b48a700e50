/** Outside of instances: addresses, routes and rules that stay, pacing of ARP, polling of links. */

import { list, notYet, type Keyword } from '../syntax/keyword.ts'
import { interfaceUpDownDelays } from '../blocks/interface-up-down-delays.ts'
import { staticIpaddress, staticRoutes, staticRules } from '../blocks/static-items.ts'
import { trackGroup } from '../blocks/track-group.ts'
import { garpGroup } from '../blocks/garp-group.ts'

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
