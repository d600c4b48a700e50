/** `vrrp_sync_group NAME { … }` */

import { list, section, table, value, type Keyword } from '../syntax/keyword.ts'
import { flag } from '../values/basic.ts'
import { trackingKeywords } from '../blocks/tracking.ts'
import { notifyKeywords } from '../blocks/notify.ts'

export const group: Keyword = list('group', 1, 'the instances that change state together')
export const syncGroupTrackingWeight: Keyword<true> = value(
  'sync_group_tracking_weight',
  3,
  flag,
  'members keep the weights of their trackers',
)
export const globalTracking: Keyword<true> = value('global_tracking', 3, flag, 'the same', {
  renamed: 'sync_group_tracking_weight',
})

export const vrrpSyncGroup: Keyword = section(
  'vrrp_sync_group',
  1,
  table(group, syncGroupTrackingWeight, globalTracking, trackingKeywords, notifyKeywords),
  'instances that are all MASTER or all not',
  { syntax: 'NAME', naming: 'one', process: 'vrrp' },
)
