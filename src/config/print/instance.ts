/** vrrp_instance blocks: what differs from the defaults, which strict mode has some of its own of. */

import { formatIp } from '../../base/address.ts'
import { toSeconds, type Duration } from '../../base/time.ts'
import { trackingPrinters } from '../blocks/tracking.ts'
import type { VrrpScript } from '../blocks/vrrp-script.ts'
import { notifyLines } from '../blocks/notify.ts'
import { peerLine } from './address.ts'
import { addressLine } from '../blocks/virtual-address.ts'
import type { Authentication, Garp, Model, VrrpInstance } from '../model.ts'
import { ruleLine } from '../blocks/virtual-rule/rule.ts'
import { routeLine } from '../blocks/virtual-route/route.ts'
import { nothing, printFields, type Printers, block, inSeconds, when, asWord } from '../values/printing.ts'
import { decodeText } from '../syntax/text.ts'

export const instanceBlock = (instance: VrrpInstance, { scripts }: Model): readonly string[] =>
  block(
    `vrrp_instance ${asWord(instance.name)}`,
    printFields(printersWith(new Map(scripts.map((script) => [script.name, script]))), instance),
  )

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
  sourceAddress: (address, { unicastPeers }) => [
    `${unicastPeers.length > 0 ? 'unicast_src_ip' : 'mcast_src_ip'} ${formatIp(address)}`,
  ],
  trackSourceAddress: (track) => when(track, 'track_src_ip'),
  unicastPeers: (peers) => block('unicast_peer', peers.map(peerLine)),
  unicastTtl: (ttl) => when(ttl !== 255, `unicast_ttl ${ttl}`),
  checkUnicastSource: (check, { unicastPeers }) =>
    when(check && !unicastPeers.some(limitsTtl), 'check_unicast_src'),
  // Only where unicast is meant is a missing peer a fault.
  faultWithoutPeers: (fault) => (fault ? ['unicast_fault_no_peer', 'unicast_peer {', '}'] : []),
  mcastGroup: (group) => [`mcast_dst_ip ${formatIp(group)}`],
  virtualMacElsewhere: (elsewhere) => (elsewhere ? ['use_vmac_addr'] : []),
  virtualMac: ({ name, mac, transmitOnBase }) => [
    ['use_vmac', ...(name === undefined ? [] : [asWord(name)]), ...(mac === undefined ? [] : [mac])].join(
      ' ',
    ),
    ...when(transmitOnBase, 'vmac_xmit_base'),
  ],
  dontTrackPrimary: (given) => when(given, 'dont_track_primary'),
  // Strict mode has fixed values for these.
  accept: (accept, instance) => acceptLines(accept, instance),
  dropsTraffic: (drops, { strict }) => when(drops && strict, 'no_accept'),
  downTimerAdverts: (count) => when(count !== 3, `down_timer_adverts ${count}`),
  lowerPrioNoAdvert: (off, { strict }) => when(off && !strict, 'lower_prio_no_advert'),
  higherPrioSendAdvert: (on) => when(on, 'higher_prio_send_advert'),
  skipCheckAdvAddr: (skip) => when(skip, 'skip_check_adv_addr'),
  promoteSecondaries: (promote) => when(promote, 'promote_secondaries'),
  garp: (garp, { strict }) =>
    printFields(
      garpPrinters,
      strict ? { ...garp, lowerPrioDelay: GARP_DELAY, lowerPrioRepeat: GARP_REPEAT } : garp,
    ),
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

const limitsTtl = ({ minTtl, maxTtl }: VrrpInstance['unicastPeers'][number]): boolean =>
  minTtl > 0 || maxTtl < 255

const authenticationBlock = ({ type, password }: Authentication): readonly string[] =>
  type === 'none'
    ? []
    : block('authentication', [`auth_type ${type}`, `auth_pass ${asWord(decodeText(password))}`])

function acceptLines(accept: boolean, { priority, strict, version }: VrrpInstance): readonly string[] {
  if (!strict) return when(!accept, 'no_accept')
  return when(accept && priority < 255 && version === 3, 'accept')
}

const GARP_REPEAT = 5
const GARP_DELAY = 5_000_000 as Duration

const garpPrinters: Printers<Garp> = {
  masterRepeat: (count) => when(count !== GARP_REPEAT, `garp_master_repeat ${count}`),
  masterDelay: (delay) => when(delay !== GARP_DELAY, `garp_master_delay ${toSeconds(delay)}`),
  masterRefresh: (interval) => when(interval !== 0, `garp_master_refresh ${toSeconds(interval)}`),
  masterRefreshRepeat: (count) => when(count !== 1, `garp_master_refresh_repeat ${count}`),
  lowerPrioDelay: (delay) => when(delay !== GARP_DELAY, `garp_lower_prio_delay ${toSeconds(delay)}`),
  lowerPrioRepeat: (count) => when(count !== GARP_REPEAT, `garp_lower_prio_repeat ${count}`),
  extraInterval: (interval, { extraOnAll }) =>
    when(interval !== 0, `garp_extra_if ${extraOnAll ? 'all ' : ''}${toSeconds(interval)}`),
  extraOnAll: nothing,
}
