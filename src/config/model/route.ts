/** A line of virtual_routes or static_routes. */

import type { Cidr, IpAddress } from '../../base/address.ts'
import type { Span } from '../diagnostics.ts'
import type { Scope } from './address.ts'

export interface VirtualRoute {
  readonly type: RouteType
  /** 0.0.0.0/0 for `default`. */
  readonly destination: Cidr
  readonly gateway?: IpAddress
  readonly link?: string
  readonly source?: IpAddress
  /** 254 (main) when absent from the file. */
  readonly table: number
  readonly scope?: Scope
  readonly metric?: number
  /** At most one of each name. */
  readonly metrics: readonly RouteMetric[]
  readonly protocol?: number
  readonly tos?: number
  readonly onlink: boolean
  /** Source realm << 16 | destination realm. */
  readonly realms?: number
  /** `pref`, IPv6 only: 0 medium, 1 high, 3 low. */
  readonly preference?: number
  /** `expires`, in seconds, IPv6 only. */
  readonly expires?: number
  readonly ttlPropagate?: boolean
  readonly encapsulation?: Encapsulation
  readonly track: boolean
  /** Static items only. */
  readonly trackGroup?: string
  /** Several gateways; `gateway` and `link` are then absent. */
  readonly nexthops: readonly Nexthop[]
  /** Where among equal routes: first (the kernel's default) or last. */
  readonly append: boolean
  readonly span: Span
}

export interface Nexthop {
  readonly gateway?: IpAddress
  readonly link?: string
  /** 1..256 */
  readonly weight: number
  readonly onlink: boolean
  /** As of the route. */
  readonly realms?: number
}

export type RouteType =
  | 'unicast'
  | 'local'
  | 'broadcast'
  | 'anycast'
  | 'multicast'
  | 'blackhole'
  | 'unreachable'
  | 'prohibit'
  | 'throw'
  | 'nat'

export type MetricName =
  | 'mtu'
  | 'advmss'
  | 'rtt'
  | 'rttvar'
  | 'reordering'
  | 'window'
  | 'cwnd'
  | 'initcwnd'
  | 'initrwnd'
  | 'ssthresh'
  | 'rto_min'
  | 'hoplimit'
  | 'quickack'
  | 'features'
  | 'congctl'
  | 'fastopen_no_cookie'

/** What a route says about the connections over it. */
export interface RouteMetric {
  readonly name: MetricName
  /** In the kernel's units; a name for `congctl`. */
  readonly value: number | string
  /** `lock`: the kernel may not find a better one by itself. */
  readonly locked: boolean
}

export interface Encapsulation {
  readonly kind: 'ip' | 'ip6'
  /** 64 bits, in decimal digits. */
  readonly id?: string
  readonly source?: IpAddress
  readonly destination?: IpAddress
  /** `ttl`, for ip6 `hoplimit` */
  readonly ttl?: number
  /** `tos`, for ip6 `tc` */
  readonly tos?: number
}
