/** What routes of both families have in common: how they are asked for, and how they are told. Pure. */

import { formatIp, isIpv4 } from '../../base/address.ts'
import { encapsulationKey, isSet, metricsKey } from '../../netlink/route-keys.ts'
import { KEEPALIVED_PROTOCOL, type RouteSpec } from '../../netlink/types.ts'
import type { RoutePlace } from '../../netlink/requests.ts'
import type { ErrorCode } from './refusals.ts'
import { KERNEL_PROTOCOL, TABLE, type LinkState, type RouteState, type Way } from './state.ts'
import type { Refusal } from '../../netlink/types.ts'

/** `replace`: instead of the first one to the destination, if there is one; `change`: there has to be one. */
export type RouteMode = RoutePlace | 'replace' | 'change'

/** Which routes are meant by somebody who wants one removed: what is absent may be whatever. */
export type RouteQuery = Partial<RouteSpec> & Pick<RouteSpec, 'destination' | 'table'>

/** As a request to remove exactly this one has it. */
export const exactly = (spec: RouteSpec): RouteQuery => ({
  ...spec,
  scope: spec.scope ?? 0,
  protocol: spec.protocol ?? KEEPALIVED_PROTOCOL,
})

/** What the types that lead nowhere answer; `throw` sends on to the next table. */
export const DEAD_ENDS: Readonly<Partial<Record<RouteSpec['type'], ErrorCode | 'next'>>> = {
  blackhole: 'EINVAL',
  unreachable: 'EHOSTUNREACH',
  prohibit: 'EACCES',
  throw: 'next',
}

export const tableOf = (table: number): number => (table === 0 ? TABLE.main : table)

export function describeRoute(route: RouteState, ways: readonly Way[]): RouteSpec {
  const [first] = ways
  const { tos, metric, source, metrics, preference, encapsulation } = route
  const realms = route.realms ?? (ways.length === 1 ? first?.realms : undefined)
  const single = ways.length === 1 ? first : undefined
  return {
    type: route.type,
    destination: route.destination,
    table: route.table,
    scope: route.scope,
    protocol: route.protocol,
    tos,
    onlink: single === undefined ? isIpv4(route.destination.address) && route.onlink : single.onlink,
    ...(single?.gateway !== undefined && { gateway: single.gateway }),
    ...(single !== undefined && single.link !== 0 && { linkIndex: single.link }),
    ...(source !== undefined && { source }),
    ...((metric !== 0 || !isIpv4(route.destination.address)) && { metric }),
    ...(metrics.length > 0 && { metrics }),
    ...(ways.length > 1 && { nexthops: ways.map(describeWay) }),
    ...(realms !== undefined && realms !== 0 && { realms }),
    ...(preference !== undefined && { preference }),
    ...(encapsulation !== undefined && { encapsulation }),
  }
}

const describeWay = ({
  link,
  gateway,
  weight,
  onlink,
  realms,
}: Way): NonNullable<RouteSpec['nexthops']>[number] => ({
  linkIndex: link,
  weight,
  onlink,
  ...(gateway !== undefined && { gateway }),
  ...(realms !== undefined && realms !== 0 && { realms }),
})

export const setMetrics = (spec: RouteSpec): NonNullable<RouteSpec['metrics']> =>
  (spec.metrics ?? []).filter(isSet)

/** A metric that is asked for has to be there with this value. */
export const hasMetrics = (route: RouteState, { metrics = [] }: RouteQuery): boolean =>
  metrics
    .filter(isSet)
    .every(({ name, value }) => route.metrics.some((each) => each.name === name && each.value === value))

export const wayKey = (route: RouteState, { link, gateway, weight, onlink, realms, scope }: Way): string =>
  [
    link,
    gateway === undefined ? '-' : formatIp(gateway),
    route.ways.length > 1 ? weight : 1,
    onlink,
    realms ?? 0,
    scope,
    encapsulationKey(route.encapsulation),
  ].join(' ')

export const sameMetrics = (a: RouteState, b: RouteState): boolean =>
  metricsKey(a.metrics) === metricsKey(b.metrics)

export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === 'object' && value !== null && 'errno' in value

/**
 * A route that the kernel makes itself, for an address or a network of a link.
 *
 * @param scope of its one way: how far away that is
 */
export const kernelRoute = (
  link: LinkState,
  more: Pick<RouteState, 'destination' | 'table' | 'metric' | 'type' | 'scope' | 'source' | 'preference'>,
  scope: number,
): RouteState => ({
  ...more,
  tos: 0,
  protocol: KERNEL_PROTOCOL,
  onlink: false,
  metrics: [],
  realms: undefined,
  encapsulation: undefined,
  ways: [
    {
      link: link.index,
      gateway: undefined,
      weight: 1,
      onlink: false,
      realms: undefined,
      scope,
      dead: false,
    },
  ],
})
