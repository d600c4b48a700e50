/** Keywords outside of any block. */

import { table, type Table } from '../syntax/keyword.ts'
import { vrrpScript } from '../blocks/vrrp-script.ts'
import { vrrpTrackProcess } from '../blocks/vrrp-track-process.ts'
import { trackFileSection, vrrpTrackFileSection } from '../blocks/track-file.ts'
import { processWide } from '../blocks/process.ts'
import { staticKeywords } from './static.ts'
import { bfdInstance } from '../blocks/bfd-instance.ts'
import { vrrpSyncGroup } from '../blocks/vrrp-sync-group/vrrp-sync-group.ts'
import { vrrpInstance } from '../blocks/vrrp-instance/vrrp-instance.ts'
import { globalDefs } from './global-defs.ts'
import { virtualServerKeywords } from '../blocks/virtual-server/virtual-server.ts'

export const rootKeywords: Table = table(
  globalDefs,
  vrrpScript,
  vrrpSyncGroup,
  vrrpInstance,
  staticKeywords,
  trackFileSection,
  vrrpTrackFileSection,
  vrrpTrackProcess,
  bfdInstance,
  processWide,
  virtualServerKeywords,
)
