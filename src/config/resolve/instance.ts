/** vrrp_instance blocks: what keepalived makes of the combination of keywords, once the block is read. */

import { isIpv4 } from '../../base/address.ts'
import { seconds, toSeconds, type Duration } from '../../base/time.ts'
import type { Report } from '../diagnostics.ts'
import * as keywords from '../keywords/vrrp-instance.ts'
import { spanOf } from '../line.ts'
import type { Garp, VirtualAddress, VrrpInstance, VrrpScript } from '../model.ts'
import { errorAt, warningAt } from '../report.ts'
import type { Node } from '../tree.ts'
import { readValues, type Values } from '../values/values.ts'
import { resolveAddress } from './address.ts'
import { resolveAuthentication } from './authentication.ts'
import { resolveNotify } from './notify.ts'
import { resolveTrackedInterfaces, resolveTrackedScripts } from './tracking.ts'

/** Undefined when it lacks what nothing can stand in for; that is then reported as fatal. */
export function resolveInstance(
  node: Node,
  scripts: ReadonlyMap<string, VrrpScript>,
  report: Report,
): VrrpInstance | undefined {
  const [, name] = node.statement.words
  if (name === undefined) return undefined
  const values = readValues(node.nodes, report)
  const link = values.last(keywords.interfaceName)?.text
  const vrid = values.last(keywords.virtualRouterId)
  const entries = (keyword: typeof keywords.trackScript): Node['entries'] =>
    node.nodes.filter((one) => one.keyword === keyword).flatMap((one) => one.entries)
  const addresses = (keyword: typeof keywords.trackScript): VirtualAddress[] =>
    entries(keyword)
      .map((entry) => resolveAddress(entry, link ?? '', report))
      .filter((address) => address !== undefined)
  const advertised = addresses(keywords.virtualIpaddress)
  const excludedAddresses = addresses(keywords.virtualIpaddressExcluded)
  const wantedState = values.last(keywords.state)
  const priority = values.last(keywords.priority) ?? (wantedState === 'MASTER' ? 255 : 100)
  const trackScripts = resolveTrackedScripts(entries(keywords.trackScript), scripts, report)
  const trackInterfaces = resolveTrackedInterfaces(entries(keywords.trackInterface), link, report)
  const authentication = resolveAuthentication(node.nodes, report)
  const preemption = resolvePreemption(values, wantedState ?? 'BACKUP', priority, report)
  const notify = resolveNotify(values, report)
  if (advertised.length === 0)
    report(warningAt(name, 'no-addresses', `vrrp_instance ${name.text} has no virtual address`))
  if (link === undefined)
    report(
      errorAt(name, 'missing-interface', `vrrp_instance ${name.text} needs an interface`, { fatal: true }),
    )
  if (vrid === undefined)
    report(
      errorAt(name, 'missing-vrid', `vrrp_instance ${name.text} needs a virtual_router_id`, { fatal: true }),
    )
  if (link === undefined || vrid === undefined) return undefined
  const source = values.last(keywords.mcastSrcIp)
  return {
    name: name.text,
    link,
    vrid,
    wantedState: wantedState ?? (priority === 255 ? 'MASTER' : 'BACKUP'),
    priority,
    advertInterval: resolveAdvertInterval(values, report),
    ...preemption,
    authentication,
    ...(source !== undefined && isIpv4(source) && { sourceAddress: source }),
    dontTrackPrimary: values.has(keywords.dontTrackPrimary),
    addresses: advertised,
    excludedAddresses,
    routes: [],
    trackScripts,
    trackInterfaces,
    notify,
    garp: resolveGarp(values),
    downTimerAdverts: values.last(keywords.downTimerAdverts) ?? 3,
    lowerPrioNoAdvert: values.last(keywords.lowerPrioNoAdvert) ?? false,
    higherPrioSendAdvert: values.last(keywords.higherPrioSendAdvert) ?? false,
    skipCheckAdvAddr: values.last(keywords.skipCheckAdvAddr) ?? false,
    span: spanOf(name),
  }
}

/** VRRPv2 carries whole seconds. */
function resolveAdvertInterval(values: Values, report: Report): Duration {
  const given = values.lastGiven(keywords.advertInt)
  if (given === undefined) return seconds(1)
  const rounded = Math.max(1, Math.round(toSeconds(given.value)))
  const word = given.node.statement.words[1]
  if (rounded !== toSeconds(given.value) && word !== undefined)
    report(errorAt(word, 'rounded', `VRRPv2 has whole seconds only: advert_int is rounded to ${rounded}`))
  return seconds(rounded)
}

function resolvePreemption(
  values: Values,
  wanted: 'MASTER' | 'BACKUP',
  priority: number,
  report: Report,
): { preempt: boolean; preemptDelay: Duration } {
  const off = values.lastGiven(keywords.nopreempt)
  const on = values.lastGiven(keywords.preempt)
  const delay = values.lastGiven(keywords.preemptDelay)
  const nopreempt = off !== undefined && !(on !== undefined && isAfter(on.node, off.node))
  const none = seconds(0)
  if (nopreempt && priority === 255) {
    report(warningAt(off.node.statement.words[0], 'cleared', 'the address owner always preempts: ignored'))
    return { preempt: true, preemptDelay: none }
  }
  if (nopreempt && wanted === 'MASTER') {
    const message = 'state MASTER clears nopreempt: this router will preempt; use state BACKUP on both'
    report(warningAt(off.node.statement.words[0], 'cleared', message))
    return { preempt: true, preemptDelay: none }
  }
  if (delay === undefined || delay.value === 0) return { preempt: !nopreempt, preemptDelay: none }
  const place = delay.node.statement.words[0]
  if (wanted === 'MASTER') {
    report(warningAt(place, 'cleared', 'state MASTER clears preempt_delay: there will be no delay'))
    return { preempt: !nopreempt, preemptDelay: none }
  }
  if (nopreempt) {
    report(warningAt(place, 'cleared', 'with nopreempt there is nothing to delay: ignored'))
    return { preempt: false, preemptDelay: none }
  }
  return { preempt: true, preemptDelay: delay.value }
}

const isAfter = (a: Node, b: Node): boolean =>
  spanOf(a.statement.place).start > spanOf(b.statement.place).start

function resolveGarp(values: Values): Garp {
  const masterDelay = values.last(keywords.garpMasterDelay) ?? seconds(5)
  const masterRepeat = values.last(keywords.garpMasterRepeat) ?? 5
  return {
    masterRepeat,
    masterDelay,
    masterRefresh: values.last(keywords.garpMasterRefresh) ?? seconds(0),
    masterRefreshRepeat: values.last(keywords.garpMasterRefreshRepeat) ?? 1,
    lowerPrioDelay: values.last(keywords.garpLowerPrioDelay) ?? masterDelay,
    lowerPrioRepeat: values.last(keywords.garpLowerPrioRepeat) ?? masterRepeat,
  }
}
