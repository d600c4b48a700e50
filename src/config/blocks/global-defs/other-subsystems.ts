/** `global_defs`: iptables, SNMP and D-Bus, which vrrpd has none of, and IPVS by firewall marks. */

import { type Keyword, noEffect, value } from '../../syntax/keyword.ts'
import { alone, flag, lenient, text, words } from '../../values/basic.ts'
import { ignored, integer, POSITIVE } from '../../values/number.ts'

const INTEGER = { minimum: -2_147_483_648, maximum: 2_147_483_647 }

const noIpvs = noEffect('each address of a group is a service of IPVS')
const noIptables = noEffect('vrrpd’s rules are for nftables')
const noSnmp = noEffect('vrrpd speaks no SNMP')
const noDbus = noEffect('vrrpd is not on D-Bus')
const once = true as const

export const furtherSubsystemKeywords: readonly Keyword[] = [
  value('nftables_ipvs', 4, words('[TABLE]'), 'firewall marks for IPVS', { standing: noIpvs, once }),
  value('nftables_ipvs_priority', 4, integer(INTEGER), 'of its chains', { standing: noIpvs }),
  value('nftables_ipvs_start_fwmark', 4, integer(POSITIVE, ignored), 'the first mark', { standing: noIpvs }),
  value('vrrp_iptables', 4, words('[IN [OUT]]'), 'filter with iptables', {
    standing: noIptables,
    renamed: 'nftables',
  }),
  value('vrrp_ipsets', 4, words('[NAME …]'), 'filter with ipsets', {
    standing: noIptables,
    since: 'builds with iptables',
  }),
  value('snmp_socket', 4, lenient(alone(text('ADDRESS'))), 'the master agent', { standing: noSnmp, once }),
  ...['vrrp', 'keepalived', 'checker', 'rfc', 'rfcv2', 'rfcv3'].map((name) =>
    value(`enable_snmp_${name}`, 4, flag, 'answer over SNMP', { standing: noSnmp }),
  ),
  value('enable_traps', 4, flag, 'send SNMP traps', { standing: noSnmp }),
  ...['vrrp', 'vs', 'rs'].map((name) =>
    value(`snmp_${name}_stats_update_interval`, 4, text('SECONDS'), 'how old figures may be', {
      standing: noSnmp,
      since: '2.2.8',
    }),
  ),
  value('enable_dbus', 4, flag, 'answer on D-Bus', { standing: noDbus }),
  value('dbus_service_name', 4, lenient(text('NAME')), 'its name there', { standing: noDbus }),
  value('dbus_no_interface_name', 4, flag, 'shorter object paths', { standing: noDbus, since: '2.2.8' }),
]
