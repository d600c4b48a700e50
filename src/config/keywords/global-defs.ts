/** `global_defs { … }`: what concerns VRRP, and the table of the whole block. */

import {
  vrrpGarpLowerPrioDelay,
  vrrpGarpLowerPrioRepeat,
  vrrpGarpMasterDelay,
  vrrpGarpMasterRefresh,
  vrrpGarpMasterRefreshRepeat,
  vrrpGarpMasterRepeat,
  vrrpMinGarp,
} from '../blocks/garp.ts'
import type { IpAddress } from '../../base/address.ts'
import type { Duration } from '../../base/time.ts'
import { section, table, value, type Keyword } from '../syntax/keyword.ts'
import { type ScriptUser, scriptUserArguments } from '../values/command.ts'
import { multicastAddress } from '../values/address.ts'
import { flag, lenient, optionalBoolean, optionalChoice, text, tolerantBoolean } from '../values/basic.ts'
import { LONGEST_SECONDS, integer, secondsBetween } from '../values/number.ts'
import { mailKeywords } from './global-mail.ts'
import { otherGlobalKeywords } from './global-other.ts'
import { processKeywords } from './global-process.ts'
import { globalScriptKeywords } from './global-scripts.ts'

const spacing = secondsBetween({ minimum: 0.000001, maximum: LONGEST_SECONDS })

export const routerId: Keyword<string> = value('router_id', 1, lenient(text('NAME')), 'the name in mails', {
  default: 'the host name',
})
export const enableScriptSecurity: Keyword<true> = value(
  'enable_script_security',
  2,
  flag,
  'never run as root what somebody else can write',
)
export const scriptUser: Keyword<ScriptUser> = value(
  'script_user',
  2,
  lenient(scriptUserArguments),
  'who runs scripts',
  { default: 'keepalived_script if there is such a user, else root' },
)
export const dynamicInterfaces: Keyword<'allow_if_changes' | true> = value(
  'dynamic_interfaces',
  2,
  optionalChoice(['allow_if_changes']),
  'interfaces may be missing at start',
)
export const vrrpVersion: Keyword<number> = value(
  'vrrp_version',
  2,
  integer({ minimum: 2, maximum: 3 }),
  'the protocol version of instances that name none',
  { default: '2' },
)
export const vrrpMcastGroup4: Keyword<IpAddress> = value(
  'vrrp_mcast_group4',
  3,
  multicastAddress(4, 'the line is ignored'),
  'where IPv4 advertisements are sent',
  { default: '224.0.0.18' },
)
export const vrrpMcastGroup6: Keyword<IpAddress> = value(
  'vrrp_mcast_group6',
  3,
  multicastAddress(6, 'the line is ignored'),
  'where IPv6 advertisements are sent',
  { default: 'ff02::12' },
)
export const vrrpDownTimerAdverts: Keyword<number> = value(
  'vrrp_down_timer_adverts',
  3,
  integer({ minimum: 1, maximum: 100 }),
  'advertisements that may be missing before a takeover',
  { default: '3' },
)
export const vrrpLowerPrioNoAdvert: Keyword<boolean> = value(
  'vrrp_lower_prio_no_advert',
  3,
  optionalBoolean,
  'do not answer advertisements of lower priority',
  { default: 'off' },
)
export const vrrpHigherPrioSendAdvert: Keyword<boolean> = value(
  'vrrp_higher_prio_send_advert',
  3,
  optionalBoolean,
  'send one advertisement before yielding',
  { default: 'off' },
)
export const vrrpSkipCheckAdvAddr: Keyword<boolean> = value(
  'vrrp_skip_check_adv_addr',
  2,
  tolerantBoolean,
  'do not compare the addresses of a known MASTER',
  { default: 'off' },
)
export const vrrpStrict: Keyword<boolean> = value(
  'vrrp_strict',
  2,
  tolerantBoolean,
  'hold to the RFC: no authentication, no preempt_delay, and addresses that accept nothing',
  { default: 'off' },
)
export const vrrpStartupDelay: Keyword<Duration> = value(
  'vrrp_startup_delay',
  2,
  secondsBetween({ minimum: 0.001, maximum: LONGEST_SECONDS }),
  'seconds in which nothing is heard and no timer runs, once the daemon has started',
  { default: '0' },
)
export const defaultInterface: Keyword<string> = value(
  'default_interface',
  3,
  lenient(text('INTERFACE')),
  'where static addresses go that name none',
  { default: 'eth0' },
)
export const vrrpGarpInterval: Keyword<Duration> = value(
  'vrrp_garp_interval',
  2,
  spacing,
  'seconds between gratuitous ARPs on one interface',
  { default: '0' },
)
export const vrrpGnaInterval: Keyword<Duration> = value(
  'vrrp_gna_interval',
  2,
  spacing,
  'the same for unsolicited neighbour advertisements',
  { default: '0' },
)

export const globalDefs: Keyword = section(
  'global_defs',
  1,
  table(
    routerId,
    enableScriptSecurity,
    scriptUser,
    dynamicInterfaces,
    vrrpVersion,
    vrrpMcastGroup4,
    vrrpMcastGroup6,
    vrrpGarpMasterDelay,
    vrrpGarpMasterRepeat,
    vrrpGarpMasterRefresh,
    vrrpGarpMasterRefreshRepeat,
    vrrpGarpLowerPrioDelay,
    vrrpGarpLowerPrioRepeat,
    vrrpMinGarp,
    vrrpDownTimerAdverts,
    vrrpLowerPrioNoAdvert,
    vrrpHigherPrioSendAdvert,
    vrrpSkipCheckAdvAddr,
    vrrpStrict,
    vrrpStartupDelay,
    defaultInterface,
    vrrpGarpInterval,
    vrrpGnaInterval,
    mailKeywords,
    processKeywords,
    globalScriptKeywords,
    otherGlobalKeywords,
  ),
  'settings of the daemon and defaults of instances',
)
