/**
 * One line of virtual_routes or static_routes, in ip-route(8)'s words and
 * keepalived's older ones: `src A to N via|gw G dev|oif I scope S table T …`.
 */

import { type Cidr, formatCidr, formatIp, ipv6FromBytes } from '../../../base/address.ts'
import type { NexthopTraits, RouteMetric, RouteTraits } from '../../../base/routing.ts'
import type { Report, Span } from '../../diagnostics/diagnostics.ts'
import type { Word, Words } from '../../syntax/lexer.ts'
import { spanOf } from '../../syntax/line.ts'
import { errorAt, warningAt } from '../../syntax/place-diagnostic.ts'
import type { KernelNames } from '../../values/kernel-names.ts'
import { readOptions } from '../../values/line-options.ts'
import { asWord, joined } from '../../values/printing.ts'
import { realmsWords } from '../../values/realms.ts'
import type { Scope } from '../../values/scope.ts'
import { nexthopsOf, type RouteDraft } from './draft.ts'
import { checkEncapsulation, encapsulationWords } from './encapsulation.ts'
import { metricWords } from './metrics.ts'
import { routeHandlers } from './options.ts'

/** The table is 254 (main) when absent from the file. */
export interface VirtualRoute extends RouteTraits {
  readonly link?: string
  readonly scope?: Scope
  /** At most one of each name. */
  readonly metrics: readonly RouteMetric[]
  /** In seconds, IPv6 only. */
  readonly expires?: number
  readonly track: boolean
  /** Static items only. */
  readonly trackGroup?: string
  /** Several gateways; `gateway` and `link` are then absent. */
  readonly nexthops: readonly Nexthop[]
  /** Where among equal routes: first (the kernel's default) or last. */
  readonly append: boolean
  readonly span: Span
}

export interface Nexthop extends NexthopTraits {
  readonly link?: string
}

/** RTPROT_KEEPALIVED */
const KEEPALIVED = 18
const MAIN_TABLE = 254
const EVERYWHERE_IPV6: Cidr = { address: ipv6FromBytes(new Uint8Array(16)), prefixLength: 0 }

export interface RouteContext {
  readonly names: KernelNames
  /** In static_routes: the track_groups above it. */
  readonly trackGroups?: ReadonlySet<string>
}

/** Undefined when keepalived leaves the route out, which is then reported. */
export function resolveRoute(
  { words }: Words,
  { names, trackGroups }: RouteContext,
  report: Report,
): VirtualRoute | undefined {
  const [first] = words
  const draft: RouteDraft = {
    names,
    trackGroups,
    type: 'unicast',
    metrics: new Map(),
    isDefault: false,
    onlink: false,
    encapsulating: undefined,
    track: true,
    append: false,
    nexthops: [],
  }
  if (!readOptions(words, draft, routeHandlers, report)) return undefined
  return finish(draft, first, report)
}

function finish(draft: RouteDraft, first: Word, report: Report): VirtualRoute | undefined {
  if (draft.isDefault && draft.family === 6) draft.destination = EVERYWHERE_IPV6
  const { destination } = draft
  if (destination === undefined) {
    report(errorAt(first, 'no-destination', 'a route needs a destination: the line is ignored'))
    return undefined
  }
  const nexthops = nexthopsOf(draft)
  checkEncapsulation(draft, first, report)
  checkTracking(draft, first, report)
  if (draft.unusable === true) return undefined
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
  if (draft.trackGroup !== undefined && draft.link === undefined) {
    report(
      errorAt(first, 'not-tracked', 'a route without an interface can be in no track_group: it is in none'),
    )
    delete draft.trackGroup
  }
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

export interface LineOptions {
  /** Say so where it is not watched (`no_track`); default: yes. */
  readonly tracking?: boolean
}

/** @param fallbackLink for a route of several gateways that is watched and names no interface. */
export function routeLine(
  route: VirtualRoute,
  fallbackLink: string,
  { tracking = true }: LineOptions = {},
): string {
  const { destination, gateway, metric, nexthops, protocol, scope, source, table, tos, track, type } = route
  // Of several gateways the interface is each one's own; what stands before them says that it is watched.
  const watched = nexthops.length > 0 && track ? (nexthops.find(hasLink)?.link ?? fallbackLink) : undefined
  const link = route.link ?? watched
  return joined([
    type === 'unicast' ? '' : type,
    formatCidr(destination),
    gateway === undefined ? '' : `via ${formatIp(gateway)}`,
    link === undefined ? '' : `dev ${asWord(link)}`,
    source === undefined ? '' : `src ${formatIp(source)}`,
    table === MAIN_TABLE ? '' : `table ${table}`,
    scope === undefined || scope === 'global' ? '' : `scope ${scope}`,
    metric === undefined ? '' : `metric ${metric}`,
    ...route.metrics.map(metricWords),
    realmsWords(route.realms),
    route.preference === undefined ? '' : `pref ${route.preference}`,
    route.expires === undefined ? '' : `expires ${route.expires}`,
    route.ttlPropagate === undefined ? '' : `ttl-propagate ${route.ttlPropagate ? 'enabled' : 'disabled'}`,
    protocol === undefined || protocol === KEEPALIVED ? '' : `protocol ${protocol}`,
    tos === undefined ? '' : `tos ${tos}`,
    route.onlink ? 'onlink' : '',
    route.append ? 'append' : '',
    route.trackGroup === undefined ? '' : `track_group ${asWord(route.trackGroup)}`,
    encapsulationWords(route.encapsulation),
    track || !tracking ? '' : 'no_track',
    ...nexthops.map(nexthopWords),
  ])
}

const hasLink = ({ link }: Nexthop): boolean => link !== undefined

const nexthopWords = ({ gateway, link, onlink, realms, weight }: Nexthop): string =>
  joined([
    'nexthop',
    gateway === undefined ? '' : `via ${formatIp(gateway)}`,
    link === undefined ? '' : `dev ${asWord(link)}`,
    weight === 1 ? '' : `weight ${weight}`,
    realmsWords(realms),
    onlink ? 'onlink' : '',
  ])
