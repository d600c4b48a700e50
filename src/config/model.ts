/**
 * The validated configuration, as the operator thinks of it. Every value here
 * has passed its range check and carries its default; what was wrong with the
 * text is in the diagnostics, never in here. Names are keepalived's where
 * keepalived.conf has one.
 */

import type { Duration } from '../base/time.ts'
import type { Span } from './diagnostics/diagnostics.ts'
import type { VirtualAddress } from './model/address.ts'
import type { GlobalDefs } from './model/global.ts'
import type { SyncGroup, VrrpInstance } from './model/instance.ts'
import type { ProcessWide } from './model/process.ts'
import type { VirtualRoute } from './model/route.ts'
import type { VirtualRule } from './model/rule.ts'
import type { TrackFile, TrackGroup, TrackProcess, VrrpScript } from './model/tracking.ts'

export type * from './model/global.ts'
export type * from './model/process.ts'
export type * from './model/programs.ts'
export type * from './model/tracking.ts'
export type * from './model/instance.ts'
export type * from './model/address.ts'
export type * from './model/route.ts'
export type * from './model/rule.ts'

export interface Model {
  readonly process: ProcessWide
  readonly global: GlobalDefs
  readonly scripts: readonly VrrpScript[]
  readonly trackFiles: readonly TrackFile[]
  readonly trackProcesses: readonly TrackProcess[]
  readonly syncGroups: readonly SyncGroup[]
  readonly instances: readonly VrrpInstance[]
  readonly garpGroups: readonly GarpGroup[]
  /** `interface_up_down_delays` as written; link-delays.ts says what holds. */
  readonly linkDelays: readonly LinkDelay[]
  /** Blocks that keepalived's checker process runs and vrrpd does not (`virtual_server`). */
  readonly notServed: readonly NotServed[]
  /** `static_ipaddress`, `static_routes`, `static_rules`: there while the daemon runs, whoever is MASTER. */
  readonly staticAddresses: readonly VirtualAddress[]
  readonly staticRoutes: readonly VirtualRoute[]
  readonly staticRules: readonly VirtualRule[]
  readonly trackGroups: readonly TrackGroup[]
}

/** `garp_group`: these links share one pace. */
export interface GarpGroup {
  readonly links: readonly string[]
  /** Zero: none. */
  readonly garpInterval: Duration
  readonly gnaInterval: Duration
}

export interface LinkDelay {
  readonly link: string
  /** How long it must have been down before that counts. */
  readonly down: Duration
  readonly up: Duration
  readonly span: Span
}

export interface NotServed {
  readonly keyword: 'virtual_server'
  /** The block's own words, e.g. `10.0.0.1 80`. */
  readonly name: string
  readonly span: Span
}
