/**
 * One line of virtual_routes or static_routes, in ip-route(8)'s words and
 * keepalived's older ones: `src A to N via|gw G dev|oif I scope S table T …`.
 */

import { ipv6FromBytes, isIpv4, type Cidr, type IpAddress } from '../../base/address.ts'
import type { RouteType } from '../../base/routing.ts'
import type { Report } from '../diagnostics.ts'
import type { KernelNames } from '../kernel-names.ts'
import type { Word, Words } from '../lexer.ts'
import { spanOf } from '../line.ts'
import type { VirtualRoute } from '../model.ts'
import { errorAt, warningAt } from '../report.ts'
import { readOptions } from '../values/line-options.ts'
import { nexthopsOf, type RouteDraft } from './route-draft.ts'
import { routeHandlers } from './route-options.ts'

/** RTPROT_KEEPALIVED */
const KEEPALIVED = 18
const MAIN_TABLE = 254
const EVERYWHERE_IPV6: Cidr = { address: ipv6FromBytes(new Uint8Array(16)), prefixLength: 0 }

const TYPES: readonly RouteType[] = [
  ...(['unicast', 'local', 'broadcast', 'anycast', 'multicast', 'nat'] as const),
  ...(['blackhole', 'unreachable', 'prohibit', 'throw'] as const),
]

/** Undefined when keepalived leaves the route out, which is then reported. */
export function resolveRoute({ words }: Words, names: KernelNames, report: Report): VirtualRoute | undefined {
  const [first, ...others] = words
  const type = TYPES.find((name) => name === first.text)
  if (type !== undefined && !isTypeFollowed(words, report)) return undefined
  const draft: RouteDraft = {
    names,
    type: type ?? 'unicast',
    metrics: new Map(),
    isDefault: false,
    onlink: false,
    encapsulating: false,
    track: true,
    append: false,
    nexthops: [],
  }
  if (!readOptions(type === undefined ? words : others, draft, routeHandlers, report)) return undefined
  return finish(draft, first, report)
}

/** The destination itself follows a type, not `to`. */
function isTypeFollowed([type, next]: Words['words'], report: Report): boolean {
  if (next === undefined) {
    const place = { ...type, from: type.to }
    const message = `a destination must follow '${type.text}'`
    report(errorAt(place, 'missing-parameter', message, { fatal: true, inKeepalived: 'abort' }))
    return false
  }
  if (next.text !== 'to') return true
  const message = `the destination itself must follow '${type.text}': the line is ignored`
  report(errorAt(next, 'invalid-address', message))
  return false
}

function finish(draft: RouteDraft, first: Word, report: Report): VirtualRoute | undefined {
  if (draft.isDefault && otherAddresses(draft).some((address) => !isIpv4(address)))
    draft.destination = EVERYWHERE_IPV6
  const { destination } = draft
  if (destination === undefined) {
    report(errorAt(first, 'no-destination', 'a route needs a destination: the line is ignored'))
    return undefined
  }
  if (isMixed(draft)) {
    report(errorAt(first, 'family-mismatch', 'IPv4 and IPv6 addresses in one route: the line is ignored'))
    return undefined
  }
  if (!suitsFamily(draft, isIpv4(destination.address), first, report)) return undefined
  const nexthops = nexthopsOf(draft)
  checkTracking(draft, first, report)
  return {
    type: draft.type,
    destination,
    table: draft.table ?? MAIN_TABLE,
    scope: draft.scope ?? 'global',
    protocol: draft.track ? KEEPALIVED : (draft.protocol ?? KEEPALIVED),
    onlink: draft.onlink,
    track: draft.track,
    append: draft.append,
    nexthops,
    span: spanOf(first),
    ...(nexthops.length === 0 && draft.gateway !== undefined && { gateway: draft.gateway }),
    ...(draft.link !== undefined && nexthops.length === 0 && { link: draft.link }),
    ...(draft.source !== undefined && { source: draft.source }),
    ...(draft.metric !== undefined && { metric: draft.metric }),
    metrics: [...draft.metrics.values()],
    ...(draft.realms !== undefined && { realms: draft.realms }),
    ...(draft.preference !== undefined && { preference: draft.preference }),
    ...(draft.expires !== undefined && { expires: draft.expires }),
    ...(draft.ttlPropagate !== undefined && { ttlPropagate: draft.ttlPropagate }),
    ...(draft.encapsulation !== undefined && { encapsulation: draft.encapsulation }),
    ...(draft.trackGroup !== undefined && { trackGroup: draft.trackGroup }),
    ...(draft.tos !== undefined && { tos: draft.tos }),
  }
}

/** keepalived notices the loss of a route only where it knows the interface, and only of its own protocol. */
function checkTracking(draft: RouteDraft, first: Word, report: Report): void {
  if (!draft.track) return
  if (draft.link === undefined) {
    const message = 'a route without an interface is not watched: say so with no_track, or name its dev'
    report(warningAt(first, 'not-tracked', message))
    draft.track = false
  } else if (draft.protocol !== undefined && draft.protocol !== KEEPALIVED) {
    report(
      warningAt(
        first,
        'rounded',
        `a route that is watched has protocol ${KEEPALIVED}: what is given is ignored`,
      ),
    )
  }
}

/** As keepalived, which leaves such a route out. */
function suitsFamily(draft: RouteDraft, ipv4: boolean, first: Word, report: Report): boolean {
  const word = draft.preference !== undefined ? 'pref' : draft.expires !== undefined ? 'expires' : undefined
  if (!ipv4 || word === undefined) return true
  report(errorAt(first, 'family-mismatch', `'${word}' is for IPv6 routes only: the line is ignored`))
  return false
}

function isMixed(draft: RouteDraft): boolean {
  const given = [draft.destination?.address, ...otherAddresses(draft)].filter(
    (address) => address !== undefined,
  )
  return given.some(isIpv4) && !given.every(isIpv4)
}

const otherAddresses = ({ gateway, secondGateway, source, nexthops }: RouteDraft): readonly IpAddress[] =>
  [gateway, secondGateway, source, ...nexthops.map((one) => one.gateway)].filter(
    (address) => address !== undefined,
  )
