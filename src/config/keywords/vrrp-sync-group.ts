/** `vrrp_sync_group NAME { … }` */

import { list, section, table, value, type Keyword } from '../keyword.ts'
import { flag } from '../values/basic.ts'
import { notifyKeywords } from './notify.ts'
import { trackInterface, trackScript } from './vrrp-instance.ts'

export const group: Keyword = list('group', 1, 'the instances that change state together')
export const syncGroupTrackingWeight: Keyword<true> = value(
  'sync_group_tracking_weight',
  3,
  flag,
  'members keep the weights of their trackers',
)
export const globalTracking: Keyword<true> = value(
  'global_tracking',
  3,
  flag,
  'the old name of sync_group_tracking_weight',
  { renamed: 'sync_group_tracking_weight' },
)

export const vrrpSyncGroup: Keyword = section(
  'vrrp_sync_group',
  1,
  table(group, syncGroupTrackingWeight, globalTracking, trackScript, trackInterface, [
    ...notifyKeywords.values(),
  ]),
  'instances that are all MASTER or all not',
  { syntax: 'NAME', naming: 'one', process: 'vrrp' },
)
