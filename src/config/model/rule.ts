/** A line of virtual_rules or static_rules. */

import type { Cidr } from '../../base/address.ts'
import type { Span } from '../diagnostics.ts'

/** A line of virtual_rules or static_rules. */
export interface VirtualRule {
  readonly family: 4 | 6
  readonly not: boolean
  readonly from?: Cidr
  readonly to?: Cidr
  readonly action: RuleAction
  /** As written, or as keepalived numbers those without: 16384, 16383, … */
  readonly preference: number
  readonly fwmark?: number
  readonly fwmask?: number
  readonly iif?: string
  readonly oif?: string
  readonly tos?: number
  readonly l3mdev: boolean
  /** `suppress_prefixlength`, `suppress_ifgroup` */
  readonly suppressPrefixLength?: number
  readonly suppressInterfaceGroup?: number
  /** As of a route. */
  readonly realms?: number
  readonly uidRange?: NumberRange
  readonly ipProtocol?: number
  readonly sourcePorts?: NumberRange
  readonly destinationPorts?: NumberRange
  /** 64 bits, in decimal digits. */
  readonly tunnelId?: string
  readonly protocol: number
  readonly track: boolean
  /** Static items only. */
  readonly trackGroup?: string
  readonly span: Span
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
