/** Gratuitous ARP, per instance; each defaults to its namesake in global_defs. */

import type { Duration } from '../../base/time.ts'
import { value, type Keyword } from '../syntax/keyword.ts'
import { extraInterval, type ExtraInterfaces } from '../values/global-words.ts'
import { UNSIGNED, atLeastOne, integer, wholeSeconds } from '../values/number.ts'

export const garpMasterDelay: Keyword<Duration> = value(
  'garp_master_delay',
  2,
  wholeSeconds(UNSIGNED),
  'seconds until the second burst of gratuitous ARP; 0 for none',
  { default: 'vrrp_garp_master_delay' },
)
export const garpMasterRepeat: Keyword<number> = value(
  'garp_master_repeat',
  2,
  atLeastOne(),
  'gratuitous ARPs per address in a burst',
  { default: 'vrrp_garp_master_repeat' },
)
export const garpMasterRefresh: Keyword<Duration> = value(
  'garp_master_refresh',
  2,
  wholeSeconds(UNSIGNED),
  'seconds between gratuitous ARPs while MASTER; 0 for none',
  { default: 'vrrp_garp_master_refresh' },
)
export const garpMasterRefreshRepeat: Keyword<number> = value(
  'garp_master_refresh_repeat',
  2,
  atLeastOne(),
  'gratuitous ARPs per address and refresh',
  { default: 'vrrp_garp_master_refresh_repeat' },
)
export const garpLowerPrioDelay: Keyword<Duration> = value(
  'garp_lower_prio_delay',
  2,
  wholeSeconds(UNSIGNED),
  'as garp_master_delay, after an advertisement of lower priority',
  { default: 'vrrp_garp_lower_prio_delay, else garp_master_delay' },
)
export const garpLowerPrioRepeat: Keyword<number> = value(
  'garp_lower_prio_repeat',
  2,
  integer(UNSIGNED),
  'as garp_master_repeat, after an advertisement of lower priority',
  { default: 'vrrp_garp_lower_prio_repeat, else garp_master_repeat' },
)

const EXTRA = { minimum: 0, maximum: 86_400 }

export const garpExtraIf: Keyword<ExtraInterfaces> = value(
  'garp_extra_if',
  3,
  extraInterval(EXTRA),
  'seconds between gratuitous ARPs on interfaces other than the instance’s; all: not virtual MACs only',
  { default: 'vrrp_garp_extra_if' },
)
export const vmacGarpIntvl: Keyword<ExtraInterfaces> = value(
  'vmac_garp_intvl',
  3,
  extraInterval(EXTRA),
  'the same',
  { renamed: 'garp_extra_if' },
)

export const garpKeywords: readonly Keyword[] = [
  garpMasterDelay,
  garpMasterRepeat,
  garpMasterRefresh,
  garpMasterRefreshRepeat,
  garpLowerPrioDelay,
  garpLowerPrioRepeat,
  garpExtraIf,
  vmacGarpIntvl,
]
