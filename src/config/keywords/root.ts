/** Keywords outside of any block. */

import { section, table, type Keyword, type Table } from '../keyword.ts'
import { globalDefs } from './global-defs.ts'
import { vrrpInstance } from './vrrp-instance.ts'
import { vrrpScript } from './vrrp-script.ts'
import { vrrpSyncGroup } from './vrrp-sync-group.ts'

export const virtualServer: Keyword = section('virtual_server', 1, table(), 'IPVS', {
  process: 'checker',
  syntax: 'ADDRESS PORT | fwmark N | group NAME',
})

export const rootKeywords: Table = table(globalDefs, vrrpScript, vrrpSyncGroup, vrrpInstance, virtualServer)
