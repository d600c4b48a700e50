/**
 * The validated configuration, as the operator thinks of it. Every value here
 * has passed its range check and carries its default; what was wrong with the
 * text is in the diagnostics, never in here. Names are keepalived's where
 * keepalived.conf has one.
 */

import type { GarpGroup } from './blocks/garp-group.ts'
import type { GlobalDefs } from './blocks/global-defs/global-defs.ts'
import type { LinkDelay } from './blocks/interface-up-down-delays.ts'
import type { ProcessWide } from './blocks/process.ts'
import type { TrackFile } from './blocks/track-file.ts'
import type { TrackGroup } from './blocks/track-group.ts'
import type { VirtualAddress } from './blocks/virtual-address.ts'
import type { VirtualRoute } from './blocks/virtual-route/route.ts'
import type { VirtualRule } from './blocks/virtual-rule/rule.ts'
import type { LoadBalancing } from './blocks/virtual-server/load-balancing.ts'
import type { VrrpInstance } from './blocks/vrrp-instance/vrrp-instance.ts'
import type { VrrpScript } from './blocks/vrrp-script.ts'
import type { SyncGroup } from './blocks/vrrp-sync-group/vrrp-sync-group.ts'
import type { TrackProcess } from './blocks/vrrp-track-process.ts'

export type { GarpGroup } from './blocks/garp-group.ts'
export type { FirewallTable } from './blocks/global-defs/firewall.ts'
export type { GlobalDefs } from './blocks/global-defs/global-defs.ts'
export type { Scheduling } from './blocks/global-defs/scheduling.ts'
export type { LimitedScript, NotifyFifo } from './blocks/global-defs/scripts.ts'
export type { LinkDelay } from './blocks/interface-up-down-delays.ts'
export type { Notify } from './blocks/notify.ts'
export type { ProcessWide } from './blocks/process.ts'
export type { TrackFile } from './blocks/track-file.ts'
export type { TrackGroup } from './blocks/track-group.ts'
export type { TrackedFile, TrackedInterface, TrackedProcess, TrackedScript } from './blocks/tracking.ts'
export type { AddressFlags, VirtualAddress } from './blocks/virtual-address.ts'
export type { VirtualRoute } from './blocks/virtual-route/route.ts'
export type { VirtualRule } from './blocks/virtual-rule/rule.ts'
export type { LoadBalancing } from './blocks/virtual-server/load-balancing.ts'
export type { VirtualMacNames } from './blocks/vrrp-instance/virtual-mac.ts'
export type { VrrpInstance } from './blocks/vrrp-instance/vrrp-instance.ts'
export type { VrrpScript } from './blocks/vrrp-script.ts'
export type { SyncGroup } from './blocks/vrrp-sync-group/vrrp-sync-group.ts'
export type { TrackProcess } from './blocks/vrrp-track-process.ts'
export type { Command } from './values/command.ts'
export type { Scope } from './values/scope.ts'

/** All but the virtual servers. */
export interface VrrpModel {
  readonly process: ProcessWide
  readonly global: GlobalDefs
  readonly scripts: readonly VrrpScript[]
  readonly trackFiles: readonly TrackFile[]
  readonly trackProcesses: readonly TrackProcess[]
  readonly syncGroups: readonly SyncGroup[]
  readonly instances: readonly VrrpInstance[]
  readonly garpGroups: readonly GarpGroup[]
  /** `interface_up_down_delays` as written; heldDelays says what holds. */
  readonly linkDelays: readonly LinkDelay[]
  /** `static_ipaddress`, `static_routes`, `static_rules`: there while the daemon runs, whoever is MASTER. */
  readonly staticAddresses: readonly VirtualAddress[]
  readonly staticRoutes: readonly VirtualRoute[]
  readonly staticRules: readonly VirtualRule[]
  readonly trackGroups: readonly TrackGroup[]
}

export interface Model extends VrrpModel {
  /** `virtual_server` blocks, and what belongs to them. */
  readonly loadBalancing: LoadBalancing
}
