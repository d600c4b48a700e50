/** vrrp_instance blocks: what keepalived makes of the combination of keywords, once the block is read. */

import { MOST_ADVERTISED } from '../../base/advert-capacity.ts'
import { error, warning, type Report } from '../diagnostics/diagnostics.ts'
import { accept, noAccept, promoteSecondaries } from '../keywords/instance-other.ts'
import { resolveTracking } from '../blocks/tracking.ts'
import { resolveRule } from '../blocks/virtual-rule/rule.ts'
import { resolveRoute } from '../blocks/virtual-route/route.ts'
import type { VrrpInstance } from '../model.ts'
import { type VirtualAddress, resolveAddress } from '../blocks/virtual-address.ts'
import { smtpAlert, resolveNotify } from '../blocks/notify.ts'
import * as keywords from '../keywords/vrrp-instance.ts'
import type { Word } from '../syntax/lexer.ts'
import { spanOf } from '../syntax/line.ts'
import { errorAt, warningAt } from '../syntax/place-diagnostic.ts'
import { entriesOf, type Node } from '../syntax/tree.ts'
import { readValues, type Values } from '../values/values.ts'
import { resolveAuthentication } from './authentication.ts'
import type { Surrounding } from './context.ts'
import { familyOf, isOfFamily, reportOtherFamily } from './family.ts'
import { resolveGarp } from './garp.ts'
import { resolvePreemption } from './preemption.ts'
import { makeStrict } from './strict.ts'
import { resolveAdvertInterval, resolvePriority, resolveState } from './timing.ts'
import { vrf } from '../keywords/transport.ts'
import { resolveTransport } from './transport.ts'

export interface ResolvedInstance {
  readonly instance: VrrpInstance
  /** False when it lacks what nothing can stand in for; that is then reported as fatal. */
  readonly complete: boolean
}

/** Undefined for a block without a name. */
export function resolveInstance(
  node: Node,
  surrounding: Surrounding,
  report: Report,
): ResolvedInstance | undefined {
  const [, name] = node.statement.words
  if (name === undefined) return undefined
  const { defaults, names, preferences } = surrounding
  const values = readValues(node.nodes, report)
  const linkWord = resolveLink(values, report)
  const link = linkWord?.text
  const family = familyOf(node.nodes)
  reportOtherFamily(node.nodes, family, report)
  const version = family === 6 || (values.last(keywords.version) ?? defaults.version) === 3 ? 3 : 2
  const state = resolveState(values, report)
  const priority = resolvePriority(values, state)
  const wantedState = state ?? (priority === 255 ? 'MASTER' : 'BACKUP')
  const addressDefaults = { link: link ?? defaults.link, names }
  const addresses = entriesOf(node, keywords.virtualIpaddress)
    .map((entry) => resolveAddress(entry, addressDefaults, report))
    .filter((address) => address !== undefined && isOfFamily(address, family, report))
    .filter((address): address is VirtualAddress => address !== undefined)
  const strict = values.last(keywords.strictMode) ?? defaults.strict
  const tracked = resolveTracking(node, surrounding, report)
  const resolved: VrrpInstance = {
    name: name.text,
    link: link ?? '',
    linkSpan: spanOf(linkWord ?? name),
    vrid: values.last(keywords.virtualRouterId) ?? 0,
    version,
    family,
    wantedState,
    priority,
    advertInterval: resolveAdvertInterval(values, version, report),
    ...resolvePreemption(values, wantedState, priority, report),
    authentication: resolveAuthentication(node.nodes, report),
    ...resolveTransport(node, values, { family, checkUnicastSource: defaults.checkUnicastSource }, report),
    dontTrackPrimary: values.has(keywords.dontTrackPrimary),
    addresses: addresses.slice(0, MOST_ADVERTISED),
    excludedAddresses: [
      ...entriesOf(node, keywords.virtualIpaddressExcluded)
        .map((entry) => resolveAddress(entry, addressDefaults, report))
        .filter((address) => address !== undefined),
      ...excess(name.text, addresses, report),
    ],
    routes: entriesOf(node, keywords.virtualRoutes)
      .map((entry) => resolveRoute(entry, { names }, report))
      .filter((route) => route !== undefined),
    rules: entriesOf(node, keywords.virtualRules)
      .map((entry) => resolveRule(entry, { names, preferences }, report))
      .filter((rule) => rule !== undefined),
    ...tracked,
    trackInterfaces: withoutOwn(tracked.trackInterfaces, link, report),
    notify: resolveNotify(values, defaults.notifyPriorityChanges, report),
    smtpAlert: values.last(smtpAlert) ?? defaults.smtpAlert,
    garp: resolveGarp(values, defaults.garp),
    downTimerAdverts: values.last(keywords.downTimerAdverts) ?? defaults.downTimerAdverts,
    lowerPrioNoAdvert: values.last(keywords.lowerPrioNoAdvert) ?? defaults.lowerPrioNoAdvert,
    higherPrioSendAdvert: values.last(keywords.higherPrioSendAdvert) ?? defaults.higherPrioSendAdvert,
    skipCheckAdvAddr: values.last(keywords.skipCheckAdvAddr) ?? defaults.skipCheckAdvAddr,
    promoteSecondaries: values.has(promoteSecondaries),
    accept: !isBlocked(values),
    dropsTraffic: isBlocked(values) && priority < 255,
    strict,
    span: spanOf(name),
  }
  const complete = isComplete(resolved, node, values, name, report)
  const settled = settle(strict ? makeStrict(resolved, values, report) : resolved, node, report)
  return { instance: settled, complete }
}

/** What no advert can count: held like excluded addresses and behind those, as by keepalived. */
function excess(
  name: string,
  addresses: readonly VirtualAddress[],
  report: Report,
): readonly VirtualAddress[] {
  const beyond = addresses.slice(MOST_ADVERTISED)
  const [first] = beyond
  if (first === undefined) return []
  const message = `${name} has ${addresses.length} virtual addresses and an advert carries at most ${MOST_ADVERTISED}: from here on they are held, but not advertised, as if in virtual_ipaddress_excluded`
  report(warning('too-many-addresses', first.span, message))
  return beyond
}

/** The later of accept and no_accept holds. */
const isBlocked = (values: Values): boolean => {
  const blocked = values.lastGiven(noAccept)
  return blocked !== undefined && blocked.order > (values.lastGiven(accept)?.order ?? -1)
}

/** `lo` is as good as no interface. */
function resolveLink(values: Values, report: Report): Word | undefined {
  const word = values.last(keywords.interfaceName)
  if (word?.text !== 'lo') return word
  report(errorAt(word, 'invalid-value', 'VRRP cannot run on the loopback interface: the line is ignored'))
  return undefined
}

/** The own interface is tracked anyway, or not, as dont_track_primary says. */
function withoutOwn(
  tracked: VrrpInstance['trackInterfaces'],
  link: string | undefined,
  report: Report,
): VrrpInstance['trackInterfaces'] {
  return tracked.filter((one) => {
    if (one.link !== link) return true
    const message = `${one.link} is the instance's own interface, which track_interface does not change: ignored`
    report(error('own-interface', one.span, message))
    return false
  })
}

function isComplete(instance: VrrpInstance, node: Node, values: Values, name: Word, report: Report): boolean {
  const noAddressMeant = values.has(keywords.noVirtualIpaddress)
  const written = entriesOf(node, keywords.virtualIpaddress).length > 0
  if (instance.addresses.length === 0 && instance.family === 6) {
    report(errorAt(name, 'no-addresses', `${name.text} needs a virtual address`, { fatal: true }))
  } else if (instance.addresses.length === 0 && !noAddressMeant) {
    const what = written
      ? `none of ${name.text}'s virtual addresses can be used`
      : `${name.text} has no virtual address`
    report(warningAt(name, 'no-addresses', `${what}: being MASTER moves nothing`))
  }
  if (instance.vrid === 0)
    report(errorAt(name, 'missing-vrid', `${name.text} needs a virtual_router_id, 1..255`, { fatal: true }))
  const vrfGiven = values.lastGiven(vrf)
  if (vrfGiven !== undefined && instance.link !== '')
    report(
      errorAt(
        vrfGiven.node.statement.place,
        'already-given',
        `${name.text} has an interface: vrf, which stands for one, is ignored`,
      ),
    )
  if (instance.link === '')
    report(errorAt(name, 'missing-interface', `${name.text} needs an interface`, { fatal: true }))
  return instance.vrid !== 0 && instance.link !== ''
}

/** What only the whole block shows. */
function settle(instance: VrrpInstance, node: Node, report: Report): VrrpInstance {
  const { authentication, priority, version, wantedState } = instance
  const place = node.nodes.find(({ keyword }) => keyword.name === 'authentication')?.statement.words[0]
  if (version === 3 && authentication.type !== 'none' && place !== undefined) {
    report(warningAt(place, 'no-authentication', 'VRRPv3 has no authentication: it is ignored'))
    return { ...instance, authentication: { type: 'none', password: new Uint8Array() } }
  }
  if (authentication.type === 'AH' && wantedState === 'MASTER' && priority < 255 && place !== undefined) {
    report(warningAt(place, 'cleared', 'state MASTER does not go with AH authentication: BACKUP is used'))
    return { ...instance, wantedState: 'BACKUP' }
  }
  return instance
}
