/**
 * Routes and rules in the words of ip-route(8) and ip-rule(8), as far as a
 * configuration and the kernel mean the same by them. What they differ in
 * (names or indexes of links, defaults) each says for itself.
 */

import type { Cidr, IpAddress } from './address.ts'

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

/** RTAX_* */
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
  /** In the kernel's units: rtt is 1/8 ms, rttvar 1/4 ms, rto_min 1 ms. A name for `congctl` only. */
  readonly value: number | string
  /** `lock`: the kernel may not find a better one by itself. */
  readonly locked: boolean
}

/** Into a tunnel device that takes the tunnel's ends from the route (`encap ip`, `encap ip6`). */
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

/** One of several ways of a route. */
export interface NexthopTraits {
  readonly gateway?: IpAddress
  /** 1..256 */
  readonly weight: number
  readonly onlink: boolean
  /** As of the route. */
  readonly realms?: number
}

export interface RouteTraits {
  readonly type: RouteType
  /** 0.0.0.0/0 for `default`. */
  readonly destination: Cidr
  readonly gateway?: IpAddress
  readonly source?: IpAddress
  readonly table: number
  readonly metric?: number
  readonly protocol?: number
  readonly tos?: number
  readonly onlink: boolean
  /** Source realm << 16 | destination realm. */
  readonly realms?: number
  /** RFC 4191, IPv6 only: 0 medium, 1 high, 3 low. */
  readonly preference?: number
  readonly ttlPropagate?: boolean
  readonly encapsulation?: Encapsulation
}

export type RuleAction =
  | { readonly kind: 'table'; readonly table: number }
  | { readonly kind: 'goto'; readonly preference: number }
  | { readonly kind: 'blackhole' | 'unreachable' | 'prohibit' | 'nop' }

/** Both ends included. */
export interface NumberRange {
  readonly from: number
  readonly to: number
}

/** What is absent is not looked at. */
export interface RuleTraits {
  readonly family: 4 | 6
  /** Lower ones are asked first. */
  readonly preference: number
  readonly action: RuleAction
  /** The rule applies to what does not match. */
  readonly not: boolean
  readonly from?: Cidr
  readonly to?: Cidr
  readonly fwmark?: number
  /** All bits when absent. */
  readonly fwmask?: number
  /** By name: the link need not be there. */
  readonly iif?: string
  readonly oif?: string
  readonly tos?: number
  readonly l3mdev: boolean
  /** `suppress_prefixlength`: a route with this prefix length or a shorter one is not taken. */
  readonly suppressPrefixLength?: number
  /** `suppress_ifgroup` */
  readonly suppressInterfaceGroup?: number
  /** As of a route. */
  readonly realms?: number
  readonly ipProtocol?: number
  readonly sourcePorts?: NumberRange
  readonly destinationPorts?: NumberRange
  /** 64 bits, in decimal digits. */
  readonly tunnelId?: string
}
