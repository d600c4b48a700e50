/** `global_defs`: IPVS, iptables, SNMP and D-Bus, which vrrpd has none of. */

import { nearest } from '../../../base/suggest.ts'
import { type Arguments, type Keyword, noEffect, value } from '../../syntax/keyword.ts'
import { errorAt } from '../../syntax/place-diagnostic.ts'
import { alone, flag, lenient, optionalBoolean, optionalChoice, text, words } from '../../values/basic.ts'
import { ignored, integer, POSITIVE, readInteger } from '../../values/number.ts'

const TIMEOUTS = ['tcp', 'tcpfin', 'udp']

/** `tcp N tcpfin N udp N`, in any order. */
const timeouts: Arguments<true> = {
  syntax: '[tcp SECONDS] [tcpfin SECONDS] [udp SECONDS]',
  needed: 2,
  missing: 'ignored',
  read({ words }, report) {
    for (let index = 1; index < words.length; index++) {
      const [option, value] = [words[index], words[index + 1]]
      if (option === undefined) continue
      if (!TIMEOUTS.includes(option.text) || value === undefined) {
        const message = `${TIMEOUTS.join(', ')} are expected here, each with a number; the word is ignored`
        report(errorAt(option, 'unknown-option', message, { suggestion: nearest(option.text, TIMEOUTS) }))
        continue
      }
      readInteger(value, { minimum: 1, maximum: 2_678_400 }, 'it is ignored', report)
      index += 1
    }
    return true
  },
}

const INTEGER = { minimum: -2_147_483_648, maximum: 2_147_483_647 }

const noIpvs = noEffect('vrrpd does not touch IPVS')
const noIptables = noEffect('vrrpd’s rules are for nftables')
const noSnmp = noEffect('vrrpd speaks no SNMP')
const noDbus = noEffect('vrrpd is not on D-Bus')
const once = true as const

export const subsystemKeywords: readonly Keyword[] = [
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
]

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
