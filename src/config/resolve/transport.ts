/** Source address, multicast group, unicast peers and virtual MAC of an instance. */

import { isIpv4, type IpAddress, type Ipv4Address } from '../../base/address.ts'
import { error, type Report } from '../diagnostics/diagnostics.ts'
import * as keywords from '../keywords/transport.ts'
import type { Words } from '../syntax/lexer.ts'
import { spanOf } from '../syntax/line.ts'
import type { UnicastPeer, VirtualMac, VrrpInstance } from '../model.ts'
import { errorAt, warningAt } from '../syntax/place-diagnostic.ts'
import { entriesOf, type Node } from '../syntax/tree.ts'
import { hostOf, readHost } from '../values/address.ts'
import { readInteger } from '../values/number.ts'
import type { Values } from '../values/values.ts'
import { canonicalMac, isMac } from '../values/virtual-mac.ts'

type Transport = Pick<
  VrrpInstance,
  | 'sourceAddress'
  | 'trackSourceAddress'
  | 'unicastPeers'
  | 'unicastTtl'
  | 'checkUnicastSource'
  | 'faultWithoutPeers'
  | 'mcastGroup'
  | 'virtualMac'
  | 'virtualMacElsewhere'
>

export function resolveTransport(
  node: Node,
  values: Values,
  { family, checkUnicastSource }: { readonly family: 4 | 6; readonly checkUnicastSource: boolean },
  report: Report,
): Transport {
  const unicastPeers = entriesOf(node, keywords.unicastPeer)
    .map((entry) => readPeer(entry, report))
    .filter((peer) => peer !== undefined)
    .filter((peer) => isPeerOf(peer, family, report))
  const source = sourceOf(values, family)
  const group = values.last(keywords.mcastDstIp)
  const virtualMac = virtualMacOf(values, unicastPeers.length > 0, report)
  const noPeers = unicastPeers.length === 0 && isUnicastMeant(node, values)
  const faultWithoutPeers = noPeers && values.has(keywords.unicastFaultNoPeer)
  if (noPeers && !faultWithoutPeers) reportNoPeers(node, report)
  reportIdleTtl(values, unicastPeers, report)
  return {
    unicastPeers,
    unicastTtl: values.last(keywords.unicastTtl) ?? 255,
    checkUnicastSource:
      (checkUnicastSource && unicastPeers.length > 0) ||
      values.has(keywords.checkUnicastSrc) ||
      unicastPeers.some(({ minTtl, maxTtl }) => minTtl > 0 || maxTtl < 255),
    faultWithoutPeers,
    trackSourceAddress: values.has(keywords.trackSrcIp),
    ...(source !== undefined && { sourceAddress: source }),
    ...(group !== undefined && isOf(group, family) && { mcastGroup: group }),
    ...(virtualMac !== undefined && { virtualMac }),
    virtualMacElsewhere: values.has(keywords.useVmacAddr),
  }
}

function isPeerOf({ address, span }: UnicastPeer, family: 4 | 6, report: Report): boolean {
  if (isOf(address, family)) return true
  const message = `the instance is an IPv${family} one, as its first address says: this peer is ignored`
  report(error('family-mismatch', span, message))
  return false
}

const isOf = (address: IpAddress, family: 4 | 6): boolean => isIpv4(address) === (family === 4)

/** The later of the two keywords holds. */
function sourceOf(values: Values, family: 4 | 6): Ipv4Address | undefined {
  const multicast = values.lastGiven(keywords.mcastSrcIp)
  const unicast = values.lastGiven(keywords.unicastSrcIp)
  const later = unicast !== undefined && unicast.order > (multicast?.order ?? -1) ? unicast : multicast
  const address = later === undefined ? undefined : hostOf(later.value.text)
  return address !== undefined && family === 4 && isIpv4(address) ? address : undefined
}

/** `ADDRESS [min_ttl N] [max_ttl N]` */
function readPeer({ words }: Words, report: Report): UnicastPeer | undefined {
  const [first, ...rest] = words
  const address = readHost(first, 'the peer is ignored', report)
  if (address === undefined) return undefined
  const ttl = { min_ttl: 0, max_ttl: 255 }
  for (let index = 0; index < rest.length; index += 2) {
    const [option, value] = [rest[index], rest[index + 1]]
    if (option === undefined) break
    if (option.text !== 'min_ttl' && option.text !== 'max_ttl') {
      const message = `only min_ttl and max_ttl may follow, and each peer needs its own line; ignored`
      report(errorAt(option, 'unknown-option', message))
    } else if (value === undefined) {
      report(
        errorAt({ ...option, from: option.to }, 'missing-value', `'${option.text}' needs a number; ignored`),
      )
    } else {
      const number = readInteger(value, { minimum: 0, maximum: 255 }, 'it is ignored', report)
      if (number !== undefined) ttl[option.text] = number
    }
  }
  if (ttl.min_ttl > ttl.max_ttl) {
    const message = `min_ttl ${ttl.min_ttl} is above max_ttl ${ttl.max_ttl}: nothing of this peer will be accepted`
    report(warningAt(first, 'value-out-of-range', message))
  }
  return { address, minTtl: ttl.min_ttl, maxTtl: ttl.max_ttl, span: spanOf(first) }
}

const UNICAST_WORDS = [keywords.unicastSrcIp, keywords.checkUnicastSrc, keywords.oldUnicastChecksum]

const isUnicastMeant = (node: Node, values: Values): boolean =>
  UNICAST_WORDS.some((keyword) => values.has(keyword)) ||
  node.nodes.some(({ keyword }) => keyword === keywords.unicastPeer)

function reportNoPeers(node: Node, report: Report): void {
  const meant: readonly unknown[] = [...UNICAST_WORDS, keywords.unicastPeer]
  const place = node.nodes.find(({ keyword }) => meant.includes(keyword))?.statement.words[0]
  if (place !== undefined)
    report(warningAt(place, 'no-peers', 'unicast without any usable unicast_peer: multicast is used'))
}

function reportIdleTtl(values: Values, peers: readonly UnicastPeer[], report: Report): void {
  const given = values.lastGiven(keywords.unicastTtl)
  if (given === undefined || peers.length > 0) return
  report(warningAt(given.node.statement.words[0], 'cleared', 'unicast_ttl without unicast_peer: ignored'))
}

function virtualMacOf(values: Values, unicast: boolean, report: Report): VirtualMac | undefined {
  const given = values.lastGiven(keywords.useVmac)
  const base = values.lastGiven(keywords.vmacXmitBase)
  if (given === undefined) {
    if (base !== undefined)
      report(warningAt(base.node.statement.words[0], 'cleared', 'vmac_xmit_base without use_vmac: ignored'))
    return undefined
  }
  if (unicast && base === undefined)
    report(
      warningAt(given.node.statement.words[0], 'cleared', 'unicast with use_vmac means vmac_xmit_base, too'),
    )
  const name = given.value.find(({ text }) => !isMac(text))
  const mac = given.value.findLast(({ text }) => isMac(text))
  return {
    transmitOnBase: base !== undefined || unicast,
    ...(name !== undefined && { name: name.text }),
    ...(mac !== undefined && { mac: canonicalMac(mac.text) }),
  }
}
