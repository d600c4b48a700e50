/** `global_defs { … }`: settings of the daemon and defaults of instances. Several blocks count as one. */

import {
  formatIpv4,
  type Ipv4Address,
  ipv4FromNumber,
  type Ipv6Address,
  ipv6FromBytes,
  isIpv4,
} from '../../../base/address.ts'
import { type Duration, seconds } from '../../../base/time.ts'
import type { Report } from '../../diagnostics/diagnostics.ts'
import { type Keyword, notYet, section, table, value } from '../../syntax/keyword.ts'
import type { Node } from '../../syntax/tree.ts'
import { multicastAddress } from '../../values/address.ts'
import { flag, lenient, optionalBoolean, optionalChoice, text, tolerantBoolean } from '../../values/basic.ts'
import { type ScriptUser, scriptUserArguments, userWords } from '../../values/command.ts'
import { integer, LONGEST_SECONDS, secondsBetween } from '../../values/number.ts'
import { asWord, block, inSeconds, type Printers, printFields, when } from '../../values/printing.ts'
import { readValues, type Values } from '../../values/values.ts'
import type { Defaults } from '../context.ts'
import { checksumAsVersion2 } from '../vrrp-instance/transport.ts'
import {
  globalGarp,
  vrrpGarpExtraIf,
  vrrpGarpLowerPrioDelay,
  vrrpGarpLowerPrioRepeat,
  vrrpGarpMasterDelay,
  vrrpGarpMasterRefresh,
  vrrpGarpMasterRefreshRepeat,
  vrrpGarpMasterRepeat,
  vrrpMinGarp,
  vrrpVmacGarpIntvl,
} from '../garp.ts'
import {
  virtualMacNameLines,
  type VirtualMacNames,
  virtualMacNamesOf,
  vmacAddrPrefix,
  vmacPrefix,
} from '../vrrp-instance/virtual-mac.ts'
import { type DumpFiles, dumpLines, dumpsOf } from './dumps.ts'
import { firewallKeywords, firewallLines, firewallOf, type FirewallTable } from './firewall.ts'
import { type Mail, mailKeywords, mailLines, mailOf, smtpAlertDefault, smtpAlertVrrp } from './mail.ts'
import { ipvsKeywords } from './ipvs.ts'
import { furtherSubsystemKeywords } from './other-subsystems.ts'
import { processKeywords } from './process.ts'
import { reloadKeywords } from './reload.ts'
import {
  checkerSchedulingLines,
  checkerSchedulingOf,
  type Scheduling,
  schedulingLines,
  schedulingOf,
} from './scheduling.ts'
import {
  fifoLines,
  globalScriptKeywords,
  globalScripts,
  limitedLines,
  type LimitedScript,
  type NotifyFifo,
  vrrpNotifyPriorityChanges,
} from './scripts.ts'

const spacing = secondsBetween({ minimum: 0.000001, maximum: LONGEST_SECONDS })

const keywords = {
  routerId: value('router_id', 1, lenient(text('NAME')), 'the name in mails', {
    default: 'the host name',
  }),
  enableScriptSecurity: value(
    'enable_script_security',
    2,
    flag,
    'never run as root what somebody else can write',
  ),
  scriptUser: value('script_user', 2, lenient(scriptUserArguments), 'who runs scripts', {
    default: 'keepalived_script if there is such a user, else root',
  }),
  dynamicInterfaces: value(
    'dynamic_interfaces',
    2,
    optionalChoice(['allow_if_changes']),
    'interfaces may be missing at start',
  ),
  vrrpVersion: value(
    'vrrp_version',
    2,
    integer({ minimum: 2, maximum: 3 }),
    'the protocol version of instances that name none',
    { default: '2' },
  ),
  vrrpMcastGroup4: value(
    'vrrp_mcast_group4',
    3,
    multicastAddress(4, 'the line is ignored'),
    'where IPv4 advertisements are sent',
    { default: '224.0.0.18' },
  ),
  vrrpMcastGroup6: value(
    'vrrp_mcast_group6',
    3,
    multicastAddress(6, 'the line is ignored'),
    'where IPv6 advertisements are sent',
    { default: 'ff02::12' },
  ),
  vrrpDownTimerAdverts: value(
    'vrrp_down_timer_adverts',
    3,
    integer({ minimum: 1, maximum: 100 }),
    'advertisements that may be missing before a takeover',
    { default: '3' },
  ),
  vrrpLowerPrioNoAdvert: value(
    'vrrp_lower_prio_no_advert',
    3,
    optionalBoolean,
    'do not answer advertisements of lower priority',
    { default: 'off' },
  ),
  vrrpHigherPrioSendAdvert: value(
    'vrrp_higher_prio_send_advert',
    3,
    optionalBoolean,
    'send one advertisement before yielding',
    { default: 'off' },
  ),
  vrrpSkipCheckAdvAddr: value(
    'vrrp_skip_check_adv_addr',
    2,
    tolerantBoolean,
    'do not compare the addresses of a known MASTER',
    { default: 'off' },
  ),
  vrrpStrict: value(
    'vrrp_strict',
    2,
    tolerantBoolean,
    'hold to the RFC: no authentication, no preempt_delay, and addresses that accept nothing',
    { default: 'off' },
  ),
  vrrpStartupDelay: value(
    'vrrp_startup_delay',
    2,
    secondsBetween({ minimum: 0.001, maximum: LONGEST_SECONDS }),
    'seconds in which nothing is heard and no timer runs, once the daemon has started',
    { default: '0' },
  ),
  defaultInterface: value(
    'default_interface',
    3,
    lenient(text('INTERFACE')),
    'where static addresses go that name none',
    { default: 'eth0' },
  ),
  vrrpGarpInterval: value(
    'vrrp_garp_interval',
    2,
    spacing,
    'seconds between gratuitous ARPs on one interface',
    { default: '0' },
  ),
  vrrpGnaInterval: value(
    'vrrp_gna_interval',
    2,
    spacing,
    'the same for unsolicited neighbour advertisements',
    { default: '0' },
  ),
  vrrpCheckUnicastSrc: value('vrrp_check_unicast_src', 3, flag, 'drop unicast from others than the peers'),
}

export const globalDefs: Keyword = section(
  'global_defs',
  1,
  table(
    keywords.routerId,
    keywords.enableScriptSecurity,
    keywords.scriptUser,
    keywords.dynamicInterfaces,
    keywords.vrrpVersion,
    keywords.vrrpMcastGroup4,
    keywords.vrrpMcastGroup6,
    vrrpGarpMasterDelay,
    vrrpGarpMasterRepeat,
    vrrpGarpMasterRefresh,
    vrrpGarpMasterRefreshRepeat,
    vrrpGarpLowerPrioDelay,
    vrrpGarpLowerPrioRepeat,
    vrrpMinGarp,
    keywords.vrrpDownTimerAdverts,
    keywords.vrrpLowerPrioNoAdvert,
    keywords.vrrpHigherPrioSendAdvert,
    keywords.vrrpSkipCheckAdvAddr,
    keywords.vrrpStrict,
    keywords.vrrpStartupDelay,
    keywords.defaultInterface,
    keywords.vrrpGarpInterval,
    keywords.vrrpGnaInterval,
    mailKeywords,
    processKeywords,
    globalScriptKeywords,
    vrrpGarpExtraIf,
    vrrpVmacGarpIntvl,
    keywords.vrrpCheckUnicastSrc,
    value('vrrp_owner_ignore_adverts', 3, optionalBoolean, 'an address owner never yields', {
      standing: notYet('it yields to a higher address'),
      since: '2.3.0',
    }),
    checksumAsVersion2,
    value(
      'vrrp_delay_after_boot',
      3,
      secondsBetween({ minimum: 0, maximum: LONGEST_SECONDS }),
      'seconds to wait after the machine has started',
      { standing: notYet('there is no such delay'), since: '2.4.0' },
    ),
    value('log_unknown_vrids', 3, flag, 'log advertisements of other virtual routers', {
      standing: notYet('they are counted, not logged'),
    }),
    value('disable_local_igmp', 3, flag, 'no IGMP for 224.0.0.0/24', {
      standing: notYet('the system’s setting stays'),
    }),
    vmacPrefix,
    vmacAddrPrefix,
    reloadKeywords,
    ipvsKeywords,
    firewallKeywords,
    furtherSubsystemKeywords,
  ),
  'settings of the daemon and defaults of instances',
)

export interface GlobalDefs {
  readonly routerId?: string
  readonly enableScriptSecurity: boolean
  /** `script_user`; absent: keepalived_script if that user exists, else the daemon's own. */
  readonly scriptUser?: ScriptUser
  readonly dynamicInterfaces: boolean
  /** `vrrp_mcast_group4`, 224.0.0.18 by default. */
  readonly mcastGroup4: Ipv4Address
  /** `vrrp_startup_delay`; zero by default. */
  readonly startupDelay: Duration
  /** `vrrp_mcast_group6`, ff02::12 by default. */
  readonly mcastGroup6: Ipv6Address
  /** `vrrp_garp_interval`, `vrrp_gna_interval`: spacing on one link; zero by default. */
  readonly garpInterval: Duration
  readonly gnaInterval: Duration
  /** `default_interface`, eth0 by default: for static addresses that name none. */
  readonly defaultInterface: string
  readonly mail: Mail
  readonly firewall: FirewallTable
  readonly dumps: DumpFiles
  readonly virtualMacNames: VirtualMacNames
  /** `set_supplementary_groups` */
  readonly supplementaryGroups: boolean
  /** `notify_fifo` and `vrrp_notify_fifo`. */
  readonly fifos: readonly NotifyFifo[]
  /** `notify_fifo` and `lvs_notify_fifo`. */
  readonly lvsFifos: readonly NotifyFifo[]
  /** `fifo_write_vrrp_states_on_reload` */
  readonly fifoStatesOnReload: boolean
  readonly scheduling: Scheduling
  /** Of the process that serves virtual servers. */
  readonly checkerScheduling: Scheduling
  readonly startupScript?: LimitedScript
  readonly shutdownScript?: LimitedScript
}

export interface ResolvedGlobal {
  readonly global: GlobalDefs
  readonly defaults: Defaults
}

export function resolveGlobal(blocks: readonly Node[], report: Report): ResolvedGlobal {
  const nodes = blocks.flatMap((block) => block.nodes)
  const values = readValues(nodes, report)
  return { global: globalOf(values, mailOf(nodes, values, report)), defaults: defaultsOf(values) }
}

/** VRRP's own groups, 224.0.0.18 and ff02::12 (RFC 9568 section 5.1). */
const VRRP_GROUP_4 = ipv4FromNumber(0xe0000012)
const VRRP_GROUP_6 = ipv6FromBytes(Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x12))

function globalOf(values: Values, mails: Mail): GlobalDefs {
  const routerId = values.last(keywords.routerId)
  const scriptUser = values.last(keywords.scriptUser)
  const group4 = values.last(keywords.vrrpMcastGroup4)
  const group6 = values.last(keywords.vrrpMcastGroup6)
  return {
    ...(routerId !== undefined && { routerId }),
    ...(scriptUser !== undefined && { scriptUser }),
    enableScriptSecurity: values.has(keywords.enableScriptSecurity),
    dynamicInterfaces: values.has(keywords.dynamicInterfaces),
    mcastGroup4: group4 !== undefined && isIpv4(group4) ? group4 : VRRP_GROUP_4,
    mcastGroup6: group6 !== undefined && !isIpv4(group6) ? group6 : VRRP_GROUP_6,
    startupDelay: values.last(keywords.vrrpStartupDelay) ?? seconds(0),
    garpInterval: values.last(keywords.vrrpGarpInterval) ?? seconds(0),
    gnaInterval: values.last(keywords.vrrpGnaInterval) ?? seconds(0),
    defaultInterface: values.last(keywords.defaultInterface) ?? 'eth0',
    mail: mails,
    firewall: firewallOf(values),
    dumps: dumpsOf(values),
    scheduling: schedulingOf(values),
    checkerScheduling: checkerSchedulingOf(values),
    virtualMacNames: virtualMacNamesOf(values),
    ...globalScripts(values),
  }
}

const defaultsOf = (values: Values): Defaults => ({
  version: values.last(keywords.vrrpVersion) ?? 2,
  link: values.last(keywords.defaultInterface) ?? 'eth0',
  strict: values.last(keywords.vrrpStrict) ?? false,
  garp: globalGarp(values),
  downTimerAdverts: values.last(keywords.vrrpDownTimerAdverts) ?? 3,
  lowerPrioNoAdvert: values.last(keywords.vrrpLowerPrioNoAdvert) ?? false,
  higherPrioSendAdvert: values.last(keywords.vrrpHigherPrioSendAdvert) ?? false,
  skipCheckAdvAddr: values.last(keywords.vrrpSkipCheckAdvAddr) ?? false,
  notifyPriorityChanges: values.last(vrrpNotifyPriorityChanges) ?? false,
  checkUnicastSource: values.has(keywords.vrrpCheckUnicastSrc),
  checksumAsVersion2: values.last(checksumAsVersion2) ?? false,
  smtpAlert: values.last(smtpAlertVrrp) ?? values.last(smtpAlertDefault) ?? false,
})

/** What differs from the defaults. */
export const globalBlock = (global: GlobalDefs): readonly string[] =>
  block('global_defs', printFields(ofGlobal, global))

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
  firewall: firewallLines,
  virtualMacNames: virtualMacNameLines,
  dumps: dumpLines,
  mail: mailLines,
  scheduling: schedulingLines,
  checkerScheduling: checkerSchedulingLines,
  fifos: (fifos) => fifos.flatMap(fifoLines),
  lvsFifos: (fifos, { fifos: printed }) =>
    fifos.filter((fifo) => !printed.some(({ keyword }) => keyword === fifo.keyword)).flatMap(fifoLines),
  fifoStatesOnReload: (on) => when(on, 'fifo_write_vrrp_states_on_reload'),
  startupScript: (script) => limitedLines('startup_script', script),
  shutdownScript: (script) => limitedLines('shutdown_script', script),
}
