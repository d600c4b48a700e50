/** Keywords outside of any block. */

import { bfdInstance } from './blocks/bfd-instance.ts'
import { garpGroup } from './blocks/garp-group.ts'
import { globalDefs } from './blocks/global-defs/global-defs.ts'
import { interfaceUpDownDelays } from './blocks/interface-up-down-delays.ts'
import { processWide } from './blocks/process.ts'
import { staticIpaddress, staticRoutes, staticRules } from './blocks/static-items.ts'
import { trackFileSection, vrrpTrackFileSection } from './blocks/track-file.ts'
import { trackGroup } from './blocks/track-group.ts'
import { virtualServerKeywords } from './blocks/virtual-server/virtual-server.ts'
import { vrrpInstance } from './blocks/vrrp-instance/vrrp-instance.ts'
import { vrrpScript } from './blocks/vrrp-script.ts'
import { vrrpSyncGroup } from './blocks/vrrp-sync-group/vrrp-sync-group.ts'
import { vrrpTrackProcess } from './blocks/vrrp-track-process.ts'
import { list, notYet, type Table, table } from './syntax/keyword.ts'

export const rootKeywords: Table = table(
  globalDefs,
  vrrpScript,
  vrrpSyncGroup,
  vrrpInstance,
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
  trackFileSection,
  vrrpTrackFileSection,
  vrrpTrackProcess,
  bfdInstance,
  processWide,
  virtualServerKeywords,
)
