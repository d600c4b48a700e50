/** A line of virtual_routes or static_routes. */

import type { NexthopTraits, RouteMetric, RouteTraits } from '../../base/routing.ts'
import type { Span } from '../diagnostics/diagnostics.ts'
import type { Scope } from './address.ts'

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
