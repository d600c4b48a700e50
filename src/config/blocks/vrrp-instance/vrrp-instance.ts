/** `vrrp_instance NAME { … }`: the table of the block, what becomes of it in the Model, and how that is printed. */

import type { Span } from '../../diagnostics/diagnostics.ts'
import { type Keyword, list, noEffect, notYet, section, table, value } from '../../syntax/keyword.ts'
import type { Word } from '../../syntax/lexer.ts'
import { alone, flag, lenient, optionalBoolean, text, word } from '../../values/basic.ts'
import { ignored, integer, optionalInteger, UNSIGNED } from '../../values/number.ts'
import { asWord, block, inSeconds, nothing, type Printers, printFields, when } from '../../values/printing.ts'
import { type Garp, garpKeywords, garpLines } from '../garp.ts'
import { instanceNotifyKeywords, type Notify, notifyKeywords, notifyLines } from '../notify.ts'
import { type Tracking, trackingKeywords, trackingPrinters } from '../tracking.ts'
import { addressLine, type VirtualAddress } from '../virtual-address.ts'
import { routeLine, type VirtualRoute } from '../virtual-route/route.ts'
import { ruleLine, type VirtualRule } from '../virtual-rule/rule.ts'
import { scriptsByName, type VrrpScript } from '../vrrp-script.ts'
import { type Authentication, authentication, authenticationBlock, authHmac } from './authentication.ts'
import {
  advertInt,
  downTimerAdverts,
  type Election,
  higherPrioSendAdvert,
  lowerPrioNoAdvert,
  nopreempt,
  preempt,
  preemptDelay,
  priority,
  skipCheckAdvAddr,
  state,
  version,
} from './election.ts'
import { type Transport, transportKeywords, transportPrinters } from './transport.ts'
import { virtualMacPrinters, type VirtualMacs } from './virtual-mac.ts'

export const accept: Keyword<true> = value(
  'accept',
  2,
  flag,
  'the addresses answer on a MASTER that does not own them',
)
export const noAccept: Keyword<true> = value(
  'no_accept',
  2,
  flag,
  'they do not: packets to and from them are dropped, by nft',
)
export const promoteSecondaries: Keyword<true> = value(
  'promote_secondaries',
  3,
  flag,
  'removing one address of a network leaves the others',
)

export const interfaceName: Keyword<Word> = value('interface', 1, word('INTERFACE'), 'where VRRP runs')
export const virtualRouterId: Keyword<number> = value(
  'virtual_router_id',
  1,
  integer({ minimum: 1, maximum: 255 }),
  'the same on all routers of one virtual router, and on no other on this link',
)

export const dontTrackPrimary: Keyword<true> = value(
  'dont_track_primary',
  2,
  flag,
  'the own interface being down is no FAULT',
)

export const strictMode: Keyword<boolean> = value('strict_mode', 2, optionalBoolean, 'hold to the RFC', {
  default: 'vrrp_strict',
})
const debug: Keyword<number> = value('debug', 2, integer({ minimum: 0, maximum: 4 }, ignored), 'nothing', {
  standing: noEffect('keepalived does nothing with it either'),
})
export const lvsSyncDaemonInterface: Keyword<string> = value(
  'lvs_sync_daemon_interface',
  2,
  text('INTERFACE'),
  'synchronise IPVS connections',
  { renamed: 'lvs_sync_daemon' },
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
    accept,
    noAccept,
    promoteSecondaries,
    authHmac,
    value('linkbeat_use_polling', 3, flag, 'poll the link', {
      standing: notYet('the kernel’s link events are used'),
      renamed: 'linkbeat_interfaces',
    }),
    value('kernel_rx_buf_size', 3, lenient(alone(integer(UNSIGNED))), 'bytes of receive buffer', {
      standing: notYet('the system’s default is used'),
    }),
    value('owner_ignore_adverts', 3, optionalBoolean, 'an address owner never yields', {
      standing: notYet('it yields to a higher address'),
      since: '2.3.0',
    }),
    ...['timer_expired_backup', 'thread_timer_expired'].map((name) =>
      value(name, 3, optionalInteger({ minimum: 1, maximum: 254 }), 'step down when running late', {
        standing: notYet('vrrpd reads what is queued before it acts on a late timer'),
        since: '2.2.8',
      }),
    ),
  ),
  'one virtual router on one interface',
  { syntax: 'NAME', naming: 'one', process: 'vrrp' },
)

export interface VrrpInstance extends Election, Transport, VirtualMacs, Tracking {
  readonly name: string
  /** `interface`. */
  readonly link: string
  readonly linkSpan: Span
  readonly vrid: number
  readonly authentication: Authentication
  readonly dontTrackPrimary: boolean
  readonly addresses: readonly VirtualAddress[]
  readonly excludedAddresses: readonly VirtualAddress[]
  readonly routes: readonly VirtualRoute[]
  readonly notify: Notify
  readonly garp: Garp
  /** That of the first address in the block; an instance without any is an IPv4 one. */
  readonly family: 4 | 6
  /** `strict_mode` or `vrrp_strict`; what it changes is already in the other values. */
  readonly strict: boolean
  /** false: packets to the addresses of a router that does not own them are dropped. */
  readonly accept: boolean
  /** `no_accept` is written, and this is no owner: what vrrpd acts on. Strict mode alone is not enough. */
  readonly dropsTraffic: boolean
  readonly promoteSecondaries: boolean
  readonly rules: readonly VirtualRule[]
  /** `smtp_alert`, or the default that global_defs sets. */
  readonly smtpAlert: boolean
  readonly span: Span
}

/** What differs from the defaults, which strict mode has some of its own of. */
export const instanceBlock = (instance: VrrpInstance, scripts: readonly VrrpScript[]): readonly string[] =>
  block(`vrrp_instance ${asWord(instance.name)}`, printFields(printersWith(scriptsByName(scripts)), instance))

const printersWith = (scripts: ReadonlyMap<string, VrrpScript>): Printers<VrrpInstance> => ({
  name: nothing,
  wantedState: (state) => [`state ${state}`],
  link: (link) => [`interface ${asWord(link)}`],
  vrid: (vrid) => [`virtual_router_id ${vrid}`],
  priority: (priority) => [`priority ${priority}`],
  advertInterval: (interval) => [`advert_int ${inSeconds(interval)}`],
  // Every IPv6 instance speaks version 3.
  version: (version, { family }) => when(version === 3 && family === 4, 'version 3'),
  family: (family, { addresses, unicastPeers }) =>
    when(family === 6 && addresses.length + unicastPeers.length === 0, 'native_ipv6'),
  strict: (strict) => when(strict, 'strict_mode on'),
  preempt: (preempt) => when(!preempt, 'nopreempt'),
  preemptDelay: (delay) => when(delay !== 0, `preempt_delay ${inSeconds(delay)}`),
  authentication: (given) => authenticationBlock(given),
  ...transportPrinters,
  ...virtualMacPrinters,
  dontTrackPrimary: (given) => when(given, 'dont_track_primary'),
  // Strict mode has fixed values for these.
  accept: (accept, instance) => acceptLines(accept, instance),
  dropsTraffic: (drops, { strict }) => when(drops && strict, 'no_accept'),
  downTimerAdverts: (count) => when(count !== 3, `down_timer_adverts ${count}`),
  lowerPrioNoAdvert: (off, { strict }) => when(off && !strict, 'lower_prio_no_advert'),
  higherPrioSendAdvert: (on) => when(on, 'higher_prio_send_advert'),
  skipCheckAdvAddr: (skip) => when(skip, 'skip_check_adv_addr'),
  promoteSecondaries: (promote) => when(promote, 'promote_secondaries'),
  garp: (garp, { strict }) => garpLines(garp, strict),
  addresses: (addresses, { link }) =>
    block(
      'virtual_ipaddress',
      addresses.map((one) => addressLine(one, link)),
    ),
  excludedAddresses: (addresses, { link }) =>
    block(
      'virtual_ipaddress_excluded',
      addresses.map((one) => addressLine(one, link)),
    ),
  routes: (routes, { link }) =>
    block(
      'virtual_routes',
      routes.map((route) => routeLine(route, link)),
    ),
  rules: (rules) =>
    block(
      'virtual_rules',
      rules.map((rule) => ruleLine(rule)),
    ),
  ...trackingPrinters(scripts),
  notify: notifyLines,
  smtpAlert: (on) => when(on, 'smtp_alert'),
  linkSpan: nothing,
  span: nothing,
})

function acceptLines(accept: boolean, { priority, strict, version }: VrrpInstance): readonly string[] {
  if (!strict) return when(!accept, 'no_accept')
  return when(accept && priority < 255 && version === 3, 'accept')
}
