/** `global_defs`: reloading, and other subsystems. */

import { vrrpGarpExtraIf, vrrpVmacGarpIntvl } from '../blocks/garp.ts'
import { noEffect, notYet, value, type Keyword } from '../syntax/keyword.ts'
import { alone, flag, lenient, optionalChoice, optionalBoolean, text, words } from '../values/basic.ts'
import { includeChecks, timeouts } from '../values/global-words.ts'
import { tableName } from '../values/table-name.ts'
import { LONGEST_SECONDS, POSITIVE, ignored, integer, secondsBetween } from '../values/number.ts'

const INTEGER = { minimum: -2_147_483_648, maximum: 2_147_483_647 }

const noIpvs = noEffect('vrrpd does not touch IPVS')
const noIptables = noEffect('vrrpd’s rules are for nftables')
const noSnmp = noEffect('vrrpd speaks no SNMP')
const noDbus = noEffect('vrrpd is not on D-Bus')
const once = true as const
const safeReload = noEffect('vrrpd always reads the new file before it gives up the old configuration')
const notIn227 = (
  standing: Keyword['standing'],
  since: string,
): { standing: Keyword['standing']; since: string } => ({
  standing,
  since,
})

export const vrrpCheckUnicastSrc: Keyword<true> = value(
  'vrrp_check_unicast_src',
  3,
  flag,
  'drop unicast from others than the peers',
)

export const vmacPrefix: Keyword<string> = value(
  'vmac_prefix',
  4,
  text('PREFIX'),
  'what names of virtual MAC interfaces begin with',
  { default: 'vrrp', once },
)
export const vmacAddrPrefix: Keyword<string> = value(
  'vmac_addr_prefix',
  4,
  text('PREFIX'),
  'the same, of those on other interfaces than the instance’s',
  { default: 'vmac_prefix', once },
)

const vrrp: readonly Keyword[] = [
  vrrpGarpExtraIf,
  vrrpVmacGarpIntvl,
  vrrpCheckUnicastSrc,
  value(
    'vrrp_owner_ignore_adverts',
    3,
    optionalBoolean,
    'an address owner never yields',
    notIn227(notYet('it yields to a higher address'), '2.3.0'),
  ),
  value(
    'v3_checksum_as_v2',
    3,
    optionalBoolean,
    'no pseudo-header in VRRPv3 checksums',
    notIn227(notYet('vrrpd speaks VRRPv2'), '2.2.8'),
  ),
  value(
    'vrrp_delay_after_boot',
    3,
    secondsBetween({ minimum: 0, maximum: LONGEST_SECONDS }),
    'seconds to wait after the machine has started',
    notIn227(notYet('there is no such delay'), '2.4.0'),
  ),
  value('log_unknown_vrids', 3, flag, 'log advertisements of other virtual routers', {
    standing: notYet('they are counted, not logged'),
  }),
  value('disable_local_igmp', 3, flag, 'no IGMP for 224.0.0.0/24', {
    standing: notYet('the system’s setting stays'),
  }),
  vmacPrefix,
  vmacAddrPrefix,
]

const reload: readonly Keyword[] = [
  value('reload_check_config', 3, words('[LOG-FILE]'), 'try a new file before reloading', {
    standing: safeReload,
  }),
  value('reload_time_file', 3, lenient(alone(text('PATH'))), 'reload at the time it holds', {
    standing: notYet('reload with SIGHUP'),
  }),
  value('reload_repeat', 3, flag, 'every day', { standing: notYet('reload with SIGHUP') }),
  value('reload_file', 3, words('[PATH]'), 'exists while files are read', {
    standing: notYet('it is not made'),
  }),
  value('include_check', 3, includeChecks, 'missing includes are errors', {
    standing: noEffect('vrrpd always says which includes are missing'),
  }),
]

export const nftables: Keyword<string> = value(
  'nftables',
  4,
  tableName,
  'the table for the rules of no_accept',
  { default: 'vrrpd', once },
)
export const nftablesPriority: Keyword<number> = value(
  'nftables_priority',
  4,
  integer(INTEGER),
  'of its chains',
  { default: '-1' },
)
export const nftablesCounters: Keyword<true> = value('nftables_counters', 4, flag, 'count in rules')

const others: readonly Keyword[] = [
  value(
    'lvs_sync_daemon',
    4,
    lenient(words('INTERFACE [inst] INSTANCE [id N] …', 1)),
    'IPVS connection sync',
    {
      standing: noIpvs,
      once,
    },
  ),
  value('lvs_timeouts', 4, timeouts, 'IPVS timeouts', { standing: noIpvs }),
  value('lvs_flush', 4, flag, 'clear IPVS at start', { standing: noIpvs }),
  value('lvs_flush_on_stop', 4, optionalChoice(['VS']), 'clear IPVS at the end', { standing: noIpvs }),
  value('lvs_flush_onstop', 4, optionalChoice(['VS']), 'the same', { standing: noIpvs }),
  value('rs_init_notifies', 4, optionalBoolean, 'notify for real servers at start', { standing: noIpvs }),
  value('no_checker_emails', 4, optionalBoolean, 'no mail for real servers', { standing: noIpvs }),
  value('checker_log_all_failures', 4, optionalBoolean, 'log every failed check', { standing: noIpvs }),
  nftables,
  nftablesPriority,
  nftablesCounters,
  value('nftables_ifindex', 4, flag, 'interfaces by index', {
    standing: noEffect('the rules name no interfaces'),
  }),
  value('nftables_ipvs', 4, words('[TABLE]'), 'firewall marks for IPVS', { standing: noIpvs, once }),
  value('nftables_ipvs_priority', 4, integer(INTEGER), 'of its chains', { standing: noIpvs }),
  value('nftables_ipvs_start_fwmark', 4, integer(POSITIVE, ignored), 'the first mark', { standing: noIpvs }),
  value('vrrp_iptables', 4, words('[IN [OUT]]'), 'filter with iptables', {
    standing: noIptables,
    renamed: 'nftables',
  }),
  value(
    'vrrp_ipsets',
    4,
    words('[NAME …]'),
    'filter with ipsets',
    notIn227(noIptables, 'builds with iptables'),
  ),
  value('snmp_socket', 4, lenient(alone(text('ADDRESS'))), 'the master agent', { standing: noSnmp, once }),
  ...['vrrp', 'keepalived', 'checker', 'rfc', 'rfcv2', 'rfcv3'].map((name) =>
    value(`enable_snmp_${name}`, 4, flag, 'answer over SNMP', { standing: noSnmp }),
  ),
  value('enable_traps', 4, flag, 'send SNMP traps', { standing: noSnmp }),
  ...['vrrp', 'vs', 'rs'].map((name) =>
    value(
      `snmp_${name}_stats_update_interval`,
      4,
      text('SECONDS'),
      'how old figures may be',
      notIn227(noSnmp, '2.2.8'),
    ),
  ),
  value('enable_dbus', 4, flag, 'answer on D-Bus', { standing: noDbus }),
  value('dbus_service_name', 4, lenient(text('NAME')), 'its name there', { standing: noDbus }),
  value('dbus_no_interface_name', 4, flag, 'shorter object paths', notIn227(noDbus, '2.2.8')),
]

export const otherGlobalKeywords: readonly Keyword[] = [...vrrp, ...reload, ...others]
