/** What is wrong with one instance, and what to do about it. */

import { formatIp } from '../../base/address.ts'
import { between, seconds, times, toSeconds } from '../../base/time.ts'
import type { Found } from '../../control/problem.ts'
import type { InstanceReport, MasterReport } from '../../control/report.ts'
import type { FaultReason } from '../../vrrp/election/state.ts'
import type { RouterRecord } from '../../vrrp/engine.ts'
import type { RejectedSender } from '../../vrrp/rejections.ts'
import type { Moment } from '../../world/subsystem.ts'
import { isoOf } from '../journal/wall-time.ts'

export const instanceProblems = (
  instance: InstanceReport,
  record: RouterRecord,
  moment: Moment,
): readonly Found[] =>
  [
    ...faultProblems(instance, record),
    ...unserved(instance, record, moment),
    ...rivalMasters(instance, record, moment),
    ...rejectedAdverts(instance, record, moment),
    ...addressProblems(instance, record),
    ...notAdvertised(instance, record),
    ...routingProblems(instance),
    ...heldBack(instance, record),
  ].map((found) => ({ ...found, instance: instance.name }))

type Own = Omit<Found, 'instance'>

function faultProblems(
  { name, state, because, since, drained }: InstanceReport,
  record: RouterRecord,
): Own[] {
  if (record.state.kind !== 'fault' || state !== 'FAULT') return []
  const [first] = record.state.reasons
  if (drained) {
    const until = drained.until === null ? '' : ' by itself when the time is over, or at once'
    return [
      {
        code: 'drained',
        severity: 'warning',
        text: `${name} is drained: the operator has taken it out, and it takes over nothing`,
        advice: `vrrpd resume ${name} lets it in again${until}`,
        since,
      },
    ]
  }
  if (first?.kind === 'group') {
    return [
      {
        code: 'group-fault',
        severity: 'warning',
        text: `${name} is in FAULT: ${because}`,
        advice: null,
        since,
      },
    ]
  }
  const advice = first ? adviceFor(first) : null
  return [{ code: 'fault', severity: 'critical', text: `${name} is in FAULT: ${because}`, advice, since }]
}

function adviceFor({ kind, subject }: FaultReason): string | null {
  switch (kind) {
    case 'link-down':
      return `ip link set ${subject} up; if it is up, look at the cable, the switch or the bond`
    case 'link-missing':
      return `create ${subject}, or correct the name (ip link shows what there is)`
    case 'no-multicast':
      return `ip link set ${subject} multicast on, or name the other routers in unicast_peer`
    case 'no-source-address':
      return `give ${subject} an IPv4 address that is not a virtual one, or set mcast_src_ip`
    case 'no-link-local-address':
      return `give ${subject} a link-local IPv6 address (sysctl net.ipv6.conf.${subject}.addr_gen_mode, disable_ipv6)`
    case 'only-virtual-address':
      return 'give the interface an address that does not move; or, if this one is always to stay here, priority 255 makes this host its owner'
    case 'source-address-missing':
      return `give the interface the address ${subject}, or correct mcast_src_ip or unicast_src_ip`
    case 'no-peers':
      return 'name the other routers in unicast_peer'
    case 'unsupported':
      return 'leave this instance to keepalived, or change the configuration'
    case 'no-result':
      return `wait for it, or run it by hand to see why it takes so long`
    case 'tracker':
    case 'group':
    case 'drained':
      return null
  }
}

/** Whoever listens and hears no master knows that nobody serves the addresses, as far as this host can see. */
function unserved(
  { name, master, addresses, interface: link, since, timers }: InstanceReport,
  { state, conditions }: RouterRecord,
  { wallNowMs }: Moment,
): Own[] {
  if (state.kind !== 'fault' || master !== null || addresses.length === 0) return []
  const isDeaf = ({ kind }: FaultReason): boolean => kind === 'link-down' || kind === 'link-missing'
  if (conditions.faults.some(isDeaf)) return []
  if (wallNowMs - Date.parse(since) < timers.masterDownIntervalMs) return []
  const [first] = addresses
  return [
    {
      code: 'unserved',
      severity: 'critical',
      text: `nobody is heard as master of ${name} on ${link}: ${first?.address ?? ''} is served by no one that this host can see`,
      advice: 'look at the other routers: vrrpd status or systemctl status keepalived there',
    },
  ]
}

/** A takeover has two for a moment, and what is rejected is no rival here. */
function rivalMasters(
  { name, state, master, rivals, since, timers }: InstanceReport,
  { router }: RouterRecord,
  { wallNowMs }: Moment,
): Own[] {
  // Whoever has heard us says nothing more.
  const goesOn = ({ lastHeard }: MasterReport): boolean =>
    state !== 'MASTER' || Date.parse(lastHeard) - Date.parse(since) > timers.advertIntervalMs
  const lasting = (rival: MasterReport): boolean =>
    wallNowMs - Date.parse(rival.since) > timers.masterDownIntervalMs && goesOn(rival)
  const others = rivals.filter(lasting)
  const [first] = others
  if (first === undefined || (state !== 'MASTER' && master === null)) return []
  const list = others.map(({ address, priority }) => `${address} (priority ${priority})`).join(', ')
  const here =
    state === 'MASTER' ? 'this host' : `${master?.address ?? ''} (priority ${master?.priority ?? 0})`
  return [
    {
      code: 'rival-master',
      severity: 'critical',
      text: `${name} has more than one master: ${here} and ${list}`,
      advice: `they do not hear one another: look for a firewall or a switch that drops ${router.family === 6 ? 'ff02::12' : '224.0.0.18'} (vrrpd doctor there)`,
      since: first.since,
    },
  ]
}

/** What has not come for so long is over, unless adverts are rarer than that. */
const OVER = seconds(60)
const MOST_SENDERS = 4

function rejectedAdverts(
  { name, state }: InstanceReport,
  { rejectedSenders, router }: RouterRecord,
  { now, ...wall }: Moment,
): Own[] {
  const window = Math.max(OVER, times(router.advertInterval, 4))
  return rejectedSenders
    .filter(({ lastAt, endSaid }) => !endSaid && between(lastAt, now) <= window)
    .slice(0, MOST_SENDERS)
    .map((sender) => rejected(name, state, sender, { now, ...wall }))
}

function rejected(
  name: string,
  state: InstanceReport['state'],
  { source, reason, text, count, firstAt, lastAt }: RejectedSender,
  moment: Moment,
): Own {
  const ago = Math.round(toSeconds(between(lastAt, moment.now)))
  const from = source === undefined ? 'many routers' : formatIp(source)
  return {
    code: 'adverts-rejected',
    severity: state === 'MASTER' ? 'critical' : 'warning',
    text: `another router claims mastery of ${name}: ${count} adverts from ${from} rejected, the last ${ago} s ago: ${text}`,
    advice: ADVICE_BY_REASON[reason] ?? 'compare the configurations of both routers',
    since: isoOf(firstAt, moment),
  }
}

const ADVICE_BY_REASON: Readonly<Record<string, string>> = {
  'auth-failure': 'give both routers the same auth_pass',
  'auth-type-mismatch': 'give both routers the same auth_type',
  'ah-missing': 'give both routers the same auth_type',
  'ah-unexpected': 'give both routers the same auth_type',
  'ah-icv': 'give both routers the same auth_pass',
  'advert-interval': 'give both routers the same advert_int',
  version: 'give both routers the same vrrp_version',
  ttl: 'it was forwarded by a router or forged: VRRP is for one LAN',
}

const SET_ANEW = 'the log says what the kernel refused, or who removed it; vrrpd reload sets it anew'

function addressProblems(
  { name, state, addresses, since }: InstanceReport,
  { conditions }: RouterRecord,
): Own[] {
  if (addresses.length === 0) {
    return [
      {
        code: 'no-address',
        severity: 'notice',
        text: `${name} has no virtual address: nothing moves when it changes state but its scripts`,
        advice: null,
        since,
      },
    ]
  }
  const missing = state === 'MASTER' ? addresses.filter(({ present }) => !present) : []
  // Then nobody is told to remove it: the host would have none.
  const isOnlyAddress = conditions.faults.some(({ kind }) => kind === 'only-virtual-address')
  const stray = state === 'MASTER' ? [] : addresses.filter(({ present }) => present)
  return [
    ...missing.map(({ address }): Own => ({
      code: 'address-missing',
      subject: address,
      severity: 'critical',
      text: `${name} is MASTER, but ${address} is missing`,
      advice: SET_ANEW,
    })),
    ...addresses
      .filter(({ duplicate }) => duplicate)
      .map(({ address }): Own => ({
        code: 'address-duplicate',
        subject: address,
        severity: 'critical',
        text: `${address} of ${name} has failed duplicate address detection: another host has it, and this one does not use it`,
        advice:
          'find that host (ip -6 neigh there and here), and mend it; then vrrpd drain and vrrpd resume set it anew',
      })),
    ...stray.map(({ address }): Own => ({
      code: 'address-stray',
      subject: address,
      severity: 'critical',
      text: `${name} is ${state}, but ${address} is present here: two hosts may answer for it`,
      advice: isOnlyAddress
        ? null
        : 'find out who set it (networkd, ifupdown, a script) and remove it: ip address del',
    })),
  ]
}

function notAdvertised(
  { name, interface: link }: InstanceReport,
  { router: { addresses, advertLink }, conditions: { unadvertised = 0 } }: RouterRecord,
): Own[] {
  if (unadvertised === 0) return []
  const carried = addresses.length - unadvertised
  return [
    {
      code: 'not-advertised',
      severity: 'notice',
      text: `${name} advertises ${carried} of its ${addresses.length} addresses, and holds the others like excluded ones: the MTU of ${advertLink ?? link} has no room for more`,
      advice: `the same MTU on all its routers; a larger one, or virtual_ipaddress_excluded for the others`,
    },
  ]
}

/** A Backup may have the same ones for reasons of its own. */
function routingProblems({ name, state, routes, rules }: InstanceReport): Own[] {
  if (state !== 'MASTER') return []
  const missing = (code: 'route-missing' | 'rule-missing', what: string): Own => ({
    code,
    subject: what,
    severity: 'critical',
    text: `${name} is MASTER, but the ${what} is missing`,
    advice: SET_ANEW,
  })
  return [
    ...routes
      .filter(({ present }) => !present)
      .map(({ route }) => missing('route-missing', `route ${route}`)),
    ...rules.filter(({ present }) => !present).map(({ rule }) => missing('rule-missing', `rule ${rule}`)),
  ]
}

function heldBack({ name, group }: InstanceReport, { state }: RouterRecord): Own[] {
  if (state.kind !== 'backup' || !state.wantsMaster) return []
  return [
    {
      code: 'group-held-back',
      severity: 'critical',
      text: `${name} hears no master and would take over, but its sync group ${group ?? ''} holds it back: another member still hears one`,
      advice: `vrrpd status shows which; on the other host the group is divided too`,
    },
  ]
}
