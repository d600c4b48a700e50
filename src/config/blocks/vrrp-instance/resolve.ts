/** What keepalived makes of the combination of keywords in a vrrp_instance, once the block is read. */

import { MOST_ADVERTISED } from '../../../base/advert-capacity.ts'
import { error, type Report, warning } from '../../diagnostics/diagnostics.ts'
import type { Word } from '../../syntax/lexer.ts'
import { spanOf } from '../../syntax/line.ts'
import { errorAt, warningAt } from '../../syntax/place-diagnostic.ts'
import { entriesOf, type Node } from '../../syntax/tree.ts'
import { readValues, type Values } from '../../values/values.ts'
import type { Surrounding } from '../context.ts'
import { resolveGarp } from '../garp.ts'
import { resolveNotify, smtpAlert } from '../notify.ts'
import { resolveTracking } from '../tracking.ts'
import { resolveAddress, type VirtualAddress } from '../virtual-address.ts'
import { resolveRoute } from '../virtual-route/route.ts'
import { resolveRule } from '../virtual-rule/rule.ts'
import { resolveAuthentication } from './authentication.ts'
import {
  resolveAdvertInterval,
  resolveAdverts,
  resolvePreemption,
  resolvePriority,
  resolveState,
  resolveVersion,
} from './election.ts'
import { familyOf, isOfFamily, reportOtherFamily } from './family.ts'
import { makeStrict } from './strict.ts'
import { resolveTransport, vrf } from './transport.ts'
import {
  accept,
  dontTrackPrimary,
  interfaceName,
  noAccept,
  noVirtualIpaddress,
  promoteSecondaries,
  strictMode,
  virtualIpaddress,
  virtualIpaddressExcluded,
  virtualRouterId,
  virtualRoutes,
  virtualRules,
  type VrrpInstance,
} from './vrrp-instance.ts'

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
  const version = resolveVersion(values, family, defaults.version)
  const state = resolveState(values, report)
  const priority = resolvePriority(values, state)
  const wantedState = state ?? (priority === 255 ? 'MASTER' : 'BACKUP')
  const addressDefaults = { link: link ?? defaults.link, names }
  const addresses = entriesOf(node, virtualIpaddress)
    .map((entry) => resolveAddress(entry, addressDefaults, report))
    .filter((address) => address !== undefined && isOfFamily(address, family, report))
    .filter((address): address is VirtualAddress => address !== undefined)
  const strict = values.last(strictMode) ?? defaults.strict
  const tracked = resolveTracking(node, surrounding, report)
  const resolved: VrrpInstance = {
    name: name.text,
    link: link ?? '',
    linkSpan: spanOf(linkWord ?? name),
    vrid: values.last(virtualRouterId) ?? 0,
    version,
    family,
    wantedState,
    priority,
    advertInterval: resolveAdvertInterval(values, version, report),
    ...resolvePreemption(values, wantedState, priority, report),
    authentication: resolveAuthentication(node.nodes, report),
    ...resolveTransport(node, values, { ...defaults, family }, report),
    dontTrackPrimary: values.has(dontTrackPrimary),
    addresses: addresses.slice(0, MOST_ADVERTISED),
    excludedAddresses: [
      ...entriesOf(node, virtualIpaddressExcluded)
        .map((entry) => resolveAddress(entry, addressDefaults, report))
        .filter((address) => address !== undefined),
      ...excess(name.text, addresses, report),
    ],
    routes: entriesOf(node, virtualRoutes)
      .map((entry) => resolveRoute(entry, { names }, report))
      .filter((route) => route !== undefined),
    rules: entriesOf(node, virtualRules)
      .map((entry) => resolveRule(entry, { names, preferences }, report))
      .filter((rule) => rule !== undefined),
    ...tracked,
    trackInterfaces: withoutOwn(tracked.trackInterfaces, link, report),
    notify: resolveNotify(values, defaults.notifyPriorityChanges, report),
    smtpAlert: values.last(smtpAlert) ?? defaults.smtpAlert,
    garp: resolveGarp(values, defaults.garp),
    ...resolveAdverts(values, defaults),
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
  const word = values.last(interfaceName)
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
  const noAddressMeant = values.has(noVirtualIpaddress)
  const written = entriesOf(node, virtualIpaddress).length > 0
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
