/** global_defs: what differs from the defaults. */

import { formatIpv4 } from '../../base/address.ts'
import { commandLine, userWords } from '../values/command.ts'
import { printFields, type Printers, block, inSeconds, asLineWord, when, asWord } from '../values/printing.ts'
import type { GlobalDefs, LimitedScript, Mail, NotifyFifo, Scheduling } from '../model.ts'

const SMTP_PORT = 25
const SMTP_TIMEOUT = '30'

const ofMail: Printers<Mail> = {
  recipients: (recipients) => block('notification_email', recipients.map(asLineWord)),
  from: (from) => [`notification_email_from ${asWord(from)}`],
  server: ({ host, port }) => [`smtp_server ${asWord(host)}${port === SMTP_PORT ? '' : ` ${port}`}`],
  connectTimeout: (timeout) =>
    when(inSeconds(timeout) !== SMTP_TIMEOUT, `smtp_connect_timeout ${inSeconds(timeout)}`),
  heloName: (name) => [`smtp_helo_name ${asWord(name)}`],
  notOnFault: (off) => when(off, 'no_email_faults'),
}

const ofScheduling: Printers<Scheduling> = {
  realTime: (priority) => [`vrrp_rt_priority ${priority}`],
  nice: (value) => [`vrrp_priority ${value}`],
  processors: (numbers) => [`vrrp_cpu_affinity ${numbers.join(' ')}`],
  noSwap: (on) => when(on, 'vrrp_no_swap'),
}

const fifoLines = ({ keyword, path, owner, script }: NotifyFifo): readonly string[] => [
  commandLine(keyword, { argv: [path], ...(owner && { user: owner }) }),
  ...(script === undefined ? [] : [commandLine(`${keyword}_script`, script)]),
]

const limitedLines = (keyword: string, { command, timeout }: LimitedScript): readonly string[] => [
  commandLine(keyword, command),
  ...when(inSeconds(timeout) !== '10', `${keyword}_timeout ${inSeconds(timeout)}`),
]

const ofGlobal: Printers<GlobalDefs> = {
  routerId: (name) => [`router_id ${asWord(name)}`],
  enableScriptSecurity: (on) => when(on, 'enable_script_security'),
  scriptUser: (user) => [`script_user ${userWords(user)}`],
  supplementaryGroups: (on) => when(on, 'set_supplementary_groups'),
  dynamicInterfaces: (on) => when(on, 'dynamic_interfaces'),
  mcastGroup4: (group) => when(formatIpv4(group) !== '224.0.0.18', `vrrp_mcast_group4 ${formatIpv4(group)}`),
  mcastGroup6: (group) => when(group !== 'ff02::12', `vrrp_mcast_group6 ${group}`),
  startupDelay: (delay) => when(delay !== 0, `vrrp_startup_delay ${inSeconds(delay)}`),
  garpInterval: (interval) => when(interval !== 0, `vrrp_garp_interval ${inSeconds(interval)}`),
  gnaInterval: (interval) => when(interval !== 0, `vrrp_gna_interval ${inSeconds(interval)}`),
  defaultInterface: (name) => when(name !== 'eth0', `default_interface ${asWord(name)}`),
  firewall: ({ name, priority, counters }) => [
    ...when(name !== 'vrrpd', `nftables ${asWord(name)}`),
    ...when(priority !== -1, `nftables_priority ${priority}`),
    ...when(counters, 'nftables_counters'),
  ],
  virtualMacNames: ({ prefix, elsewhere }) => [
    ...when(prefix !== 'vrrp', `vmac_prefix ${asWord(prefix)}`),
    ...when(elsewhere !== prefix, `vmac_addr_prefix ${asWord(elsewhere)}`),
  ],
  dumps: ({ useInstance, data, stats, json, jsonVersion }) => [
    ...when(useInstance, 'data_use_instance'),
    ...(data === undefined ? [] : [`state_dump_file ${asWord(data)}`]),
    ...(stats === undefined ? [] : [`stats_dump_file ${asWord(stats)}`]),
    ...(json === undefined ? [] : [`json_dump_file ${asWord(json)}`]),
    ...when(jsonVersion !== 1, `json_version ${jsonVersion}`),
  ],
  mail: (mail) => printFields(ofMail, mail),
  scheduling: (scheduling) => printFields(ofScheduling, scheduling),
  fifos: (fifos) => fifos.flatMap(fifoLines),
  fifoStatesOnReload: (on) => when(on, 'fifo_write_vrrp_states_on_reload'),
  startupScript: (script) => limitedLines('startup_script', script),
  shutdownScript: (script) => limitedLines('shutdown_script', script),
}

export const globalBlock = (global: GlobalDefs): readonly string[] =>
  block('global_defs', printFields(ofGlobal, global))
