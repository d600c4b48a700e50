/** `vrrp_instance NAME { … }`: identity and election, and the table of the whole block. */

import { seconds, type Duration } from '../../base/time.ts'
import { list, noEffect, section, table, value, type Keyword } from '../syntax/keyword.ts'
import type { Word } from '../syntax/lexer.ts'
import { choice, flag, optionalBoolean, text, word } from '../values/basic.ts'
import { ignored, instead, integer, secondsBetween } from '../values/number.ts'
import { authentication } from './authentication.ts'
import { garpKeywords } from './garp.ts'
import { trackingKeywords } from '../blocks/tracking.ts'
import { instanceNotifyKeywords, notifyKeywords } from '../blocks/notify.ts'
import { otherInstanceKeywords } from './instance-other.ts'
import { transportKeywords } from './transport.ts'

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
export const version: Keyword<number> = value(
  'version',
  2,
  integer({ minimum: 2, maximum: 3 }),
  'of the protocol',
  { default: 'vrrp_version' },
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
export const dontTrackPrimary: Keyword<true> = value(
  'dont_track_primary',
  2,
  flag,
  'the own interface being down is no FAULT',
)
export const downTimerAdverts: Keyword<number> = value(
  'down_timer_adverts',
  3,
  integer({ minimum: 1, maximum: 100 }),
  'advertisements that may be missing before a takeover',
  { default: 'vrrp_down_timer_adverts' },
)
export const lowerPrioNoAdvert: Keyword<boolean> = value(
  'lower_prio_no_advert',
  3,
  optionalBoolean,
  'do not answer advertisements of lower priority',
  { default: 'vrrp_lower_prio_no_advert' },
)
export const higherPrioSendAdvert: Keyword<boolean> = value(
  'higher_prio_send_advert',
  3,
  optionalBoolean,
  'send one advertisement before yielding',
  { default: 'vrrp_higher_prio_send_advert' },
)
export const skipCheckAdvAddr: Keyword<boolean> = value(
  'skip_check_adv_addr',
  2,
  optionalBoolean,
  'do not compare the addresses of a known MASTER',
  { default: 'vrrp_skip_check_adv_addr' },
)
export const strictMode: Keyword<boolean> = value('strict_mode', 2, optionalBoolean, 'hold to the RFC', {
  default: 'vrrp_strict',
})
export const debug: Keyword<number> = value(
  'debug',
  2,
  integer({ minimum: 0, maximum: 4 }, ignored),
  'nothing',
  {
    standing: noEffect('keepalived does nothing with it either'),
  },
)
export const lvsSyncDaemonInterface: Keyword<string> = value(
  'lvs_sync_daemon_interface',
  2,
  text('INTERFACE'),
  'synchronise IPVS connections',
  { standing: noEffect('vrrpd does not touch IPVS'), renamed: 'lvs_sync_daemon' },
)

export const virtualIpaddress: Keyword = list(
  'virtual_ipaddress',
  1,
  'addresses the MASTER holds and advertises; what an advert has no room for (255, fewer where the MTU is small) is held only',
)
export const virtualIpaddressExcluded: Keyword = list(
  'virtual_ipaddress_excluded',
  2,
  'addresses the MASTER holds and does not advertise',
)
export const noVirtualIpaddress: Keyword<true> = value(
  'no_virtual_ipaddress',
  3,
  flag,
  'it is meant to have none',
  {
    since: '2.2.8',
  },
)
export const virtualRoutes: Keyword = list('virtual_routes', 2, 'routes the MASTER installs')
export const virtualRules: Keyword = list('virtual_rules', 3, 'routing rules the MASTER installs')

export const vrrpInstance: Keyword = section(
  'vrrp_instance',
  1,
  table(
    state,
    interfaceName,
    virtualRouterId,
    priority,
    advertInt,
    version,
    authentication,
    virtualIpaddress,
    virtualIpaddressExcluded,
    noVirtualIpaddress,
    virtualRoutes,
    virtualRules,
    nopreempt,
    preempt,
    preemptDelay,
    dontTrackPrimary,
    downTimerAdverts,
    lowerPrioNoAdvert,
    higherPrioSendAdvert,
    skipCheckAdvAddr,
    strictMode,
    debug,
    lvsSyncDaemonInterface,
    trackingKeywords,
    notifyKeywords,
    instanceNotifyKeywords,
    garpKeywords,
    transportKeywords,
    otherInstanceKeywords,
  ),
  'one virtual router on one interface',
  { syntax: 'NAME', naming: 'one', process: 'vrrp' },
)
