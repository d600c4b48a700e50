/** `vrrp_instance NAME { … }` */

import type { IpAddress } from '../../base/address.ts'
import { seconds, type Duration } from '../../base/time.ts'
import { list, noEffect, section, table, value, type Keyword, type Table } from '../keyword.ts'
import type { Word } from '../lexer.ts'
import { choice, flag, optionalBoolean, word } from '../values/basic.ts'
import { ipAddress } from '../values/address.ts'
import { ignored, instead, integer, secondsBetween } from '../values/number.ts'
import { notifyKeywords } from './notify.ts'

const FOREVER = 2_147_483_647

export const state: Keyword<'MASTER' | 'BACKUP'> = value(
  'state',
  1,
  choice(['MASTER', 'BACKUP'], 'BACKUP is used', 'BACKUP'),
  'wanted state; below priority 255 it mainly clears nopreempt and preempt_delay',
  { default: 'BACKUP, or MASTER with priority 255' },
)
export const interfaceName: Keyword<Word> = value('interface', 1, word('INTERFACE'), 'where VRRP runs')
export const virtualRouterId: Keyword<number> = value(
  'virtual_router_id',
  1,
  integer({ minimum: 1, maximum: 255 }),
  'the same on all routers of one virtual router, and on no other on this link',
)
export const priority: Keyword<number> = value(
  'priority',
  1,
  integer({ minimum: 1, maximum: 255 }, instead(100, '100 is used')),
  'the highest becomes MASTER; 255 owns the addresses',
  { default: '100; 255 with state MASTER' },
)
export const advertInt: Keyword<Duration> = value(
  'advert_int',
  1,
  secondsBetween({ minimum: 0.01, maximum: 255 }),
  'seconds between advertisements; whole ones in VRRPv2',
  { default: '1' },
)
export const nopreempt: Keyword<true> = value('nopreempt', 1, flag, 'leave a MASTER of lower priority alone')
export const preempt: Keyword<true> = value('preempt', 3, flag, 'the default; takes nopreempt back')
export const preemptDelay: Keyword<Duration> = value(
  'preempt_delay',
  2,
  secondsBetween({ minimum: 0, maximum: 1000 }, instead(seconds(0), '0 is used')),
  'seconds a MASTER of lower priority is left alone',
  { default: '0' },
)
export const mcastSrcIp: Keyword<IpAddress> = value(
  'mcast_src_ip',
  1,
  ipAddress('the interface’s own address is used'),
  'source address of advertisements',
  { default: 'the primary address of the interface' },
)
export const dontTrackPrimary: Keyword<true> = value(
  'dont_track_primary',
  2,
  flag,
  'the own interface being down is no FAULT',
)
export const garpMasterDelay: Keyword<Duration> = value(
  'garp_master_delay',
  2,
  secondsBetween({ minimum: 0, maximum: FOREVER }),
  'seconds until the second burst of gratuitous ARP; 0 for none',
)
export const garpMasterRepeat: Keyword<number> = value(
  'garp_master_repeat',
  2,
  integer({ minimum: 1, maximum: FOREVER }, instead(1, '1 is used')),
  'gratuitous ARPs per address in a burst',
)
export const garpMasterRefresh: Keyword<Duration> = value(
  'garp_master_refresh',
  2,
  secondsBetween({ minimum: 0, maximum: FOREVER }),
  'seconds between gratuitous ARPs while MASTER; 0 for none',
)
export const garpMasterRefreshRepeat: Keyword<number> = value(
  'garp_master_refresh_repeat',
  2,
  integer({ minimum: 1, maximum: FOREVER }, instead(1, '1 is used')),
  'gratuitous ARPs per address and refresh',
)
export const garpLowerPrioDelay: Keyword<Duration> = value(
  'garp_lower_prio_delay',
  2,
  secondsBetween({ minimum: 0, maximum: FOREVER }),
  'as garp_master_delay, after an advertisement of lower priority',
)
export const garpLowerPrioRepeat: Keyword<number> = value(
  'garp_lower_prio_repeat',
  2,
  integer({ minimum: 0, maximum: FOREVER }),
  'as garp_master_repeat, after an advertisement of lower priority',
)
export const downTimerAdverts: Keyword<number> = value(
  'down_timer_adverts',
  3,
  integer({ minimum: 1, maximum: 100 }),
  'advertisements that may be missing before a takeover',
)
export const lowerPrioNoAdvert: Keyword<boolean> = value(
  'lower_prio_no_advert',
  3,
  optionalBoolean,
  'do not answer advertisements of lower priority',
)
export const higherPrioSendAdvert: Keyword<boolean> = value(
  'higher_prio_send_advert',
  3,
  optionalBoolean,
  'send one advertisement before yielding',
)
export const skipCheckAdvAddr: Keyword<boolean> = value(
  'skip_check_adv_addr',
  2,
  optionalBoolean,
  'do not compare the addresses of a known MASTER',
)
export const debug: Keyword<number> = value(
  'debug',
  2,
  integer({ minimum: 0, maximum: 4 }, ignored),
  'nothing',
  {
    standing: noEffect('keepalived does nothing with it either'),
  },
)

export const authType: Keyword<'PASS' | 'AH'> = value(
  'auth_type',
  1,
  choice(['PASS', 'AH'], 'there is no authentication'),
  'password in clear, or the old IPsec AH',
)
export const authPass: Keyword<Word> = value(
  'auth_pass',
  1,
  word('PASSWORD'),
  'its first eight bytes are used',
)

export const authentication: Keyword = section(
  'authentication',
  1,
  table(authType, authPass),
  'VRRPv2 only; must be the same on all routers',
)

export const virtualIpaddress: Keyword = list(
  'virtual_ipaddress',
  1,
  'addresses the MASTER holds and advertises',
)
export const virtualIpaddressExcluded: Keyword = list(
  'virtual_ipaddress_excluded',
  2,
  'addresses the MASTER holds and does not advertise',
)
export const virtualRoutes: Keyword = list('virtual_routes', 2, 'routes the MASTER installs')
export const trackScript: Keyword = list('track_script', 1, 'checks that change the priority or mean FAULT')
export const trackInterface: Keyword = list('track_interface', 1, 'interfaces whose state does the same')

const vrrpInstanceKeywords: Table = table(
  state,
  interfaceName,
  virtualRouterId,
  priority,
  advertInt,
  nopreempt,
  preempt,
  preemptDelay,
  mcastSrcIp,
  dontTrackPrimary,
  garpMasterDelay,
  garpMasterRepeat,
  garpMasterRefresh,
  garpMasterRefreshRepeat,
  garpLowerPrioDelay,
  garpLowerPrioRepeat,
  downTimerAdverts,
  lowerPrioNoAdvert,
  higherPrioSendAdvert,
  skipCheckAdvAddr,
  debug,
  authentication,
  virtualIpaddress,
  virtualIpaddressExcluded,
  virtualRoutes,
  trackScript,
  trackInterface,
  [...notifyKeywords.values()],
)

export const vrrpInstance: Keyword = section(
  'vrrp_instance',
  1,
  vrrpInstanceKeywords,
  'one virtual router on one interface',
  { syntax: 'NAME', naming: 'one', process: 'vrrp' },
)
