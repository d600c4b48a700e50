/**
 * One line of virtual_routes or static_routes, in ip-route(8)'s words and
 * keepalived's older ones: `src A to N via|gw G dev|oif I scope S table T …`.
 */

import { isIpv4 } from '../../base/address.ts'
import type { Report } from '../diagnostics.ts'
import type { KernelNames } from '../kernel-names.ts'
import type { Word, Words } from '../lexer.ts'
import { spanOf } from '../line.ts'
import type { RouteType, VirtualRoute } from '../model.ts'
import { errorAt, noteAt, warningAt } from '../report.ts'
import { readOptions } from '../values/line-options.ts'
import { nexthopsOf, type RouteDraft } from './route-draft.ts'
import { routeHandlers } from './route-options.ts'

/** RTPROT_KEEPALIVED */
const KEEPALIVED = 18
const MAIN_TABLE = 254

const TYPES: ReadonlyMap<string, RouteType | 'other'> = new Map([
  ['unicast', 'unicast'],
  ['blackhole', 'blackhole'],
  ['unreachable', 'unreachable'],
  ['prohibit', 'prohibit'],
  ['throw', 'throw'],
  ...['local', 'broadcast', 'anycast', 'multicast', 'nat'].map((name) => [name, 'other'] as const),
])

/** Undefined when keepalived leaves the route out, which is then reported. */
export function resolveRoute({ words }: Words, names: KernelNames, report: Report): VirtualRoute | undefined {
  const [first, ...others] = words
  const type = TYPES.get(first.text)
  const rest = type === undefined ? words : others
  const draft: RouteDraft = {
    names,
    type: type === undefined || type === 'other' ? 'unicast' : type,
    onlink: false,
    track: true,
    append: false,
    nexthops: [],
  }
  if (type === 'other') {
    report(
      noteAt(
        first,
        'not-acted-on',
        `routes of type '${first.text}' are not installed yet: this line is ignored`,
      ),
    )
  }
  if (!readOptions(rest, draft, routeHandlers, report) || type === 'other') return undefined
  return finish(draft, first, report)
}

function finish(draft: RouteDraft, first: Word, report: Report): VirtualRoute | undefined {
  const { destination } = draft
  if (destination === undefined) {
    report(errorAt(first, 'no-destination', 'a route needs a destination: the line is ignored'))
    return undefined
  }
  if (isMixed(draft)) {
    report(errorAt(first, 'family-mismatch', 'IPv4 and IPv6 addresses in one route: the line is ignored'))
    return undefined
  }
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
    ...(draft.mtu !== undefined && { mtu: draft.mtu }),
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

function isMixed({ destination, gateway, secondGateway, source, nexthops }: RouteDraft): boolean {
  const addresses = [
    destination?.address,
    gateway,
    secondGateway,
    source,
    ...nexthops.map((one) => one.gateway),
  ]
  const given = addresses.filter((address) => address !== undefined)
  return given.some(isIpv4) && !given.every(isIpv4)
}
