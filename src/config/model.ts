/**
 * The validated configuration, as the operator thinks of it. Every value here
 * has passed its range check and carries its default; what was wrong with the
 * text is in the diagnostics, never in here. Names are keepalived's where
 * keepalived.conf has one.
 */

import type { Cidr, IpAddress, Ipv4Address } from '../base/address.ts'
import type { Duration } from '../base/time.ts'
import type { Span } from './diagnostics.ts'

export interface Model {
  readonly global: GlobalDefs
  readonly scripts: readonly VrrpScript[]
  readonly syncGroups: readonly SyncGroup[]
  readonly instances: readonly VrrpInstance[]
  /** Blocks that keepalived's checker process runs and vrrpd does not (`virtual_server`). */
  readonly notServed: readonly NotServed[]
}

export interface NotServed {
  readonly keyword: 'virtual_server'
  /** The block's own words, e.g. `10.0.0.1 80`. */
  readonly name: string
  readonly span: Span
}

export interface GlobalDefs {
  readonly routerId?: string
  readonly enableScriptSecurity: boolean
  /** `script_user`; absent: keepalived_script if that user exists, else the daemon's own. */
  readonly scriptUser?: ScriptUser
  readonly dynamicInterfaces: boolean
  /** `vrrp_mcast_group4`, 224.0.0.18 by default. */
  readonly mcastGroup4: Ipv4Address
  /** `vrrp_startup_delay`; zero by default. */
  readonly startupDelay: Duration
}

export interface ScriptUser {
  readonly user: string
  /** The user's own group when absent. */
  readonly group?: string
}

/** A command line as keepalived splits it: a program and its arguments, no shell. */
export interface Command {
  /** At least one word: the program. */
  readonly argv: readonly [string, ...string[]]
  readonly user?: ScriptUser
  readonly span: Span
}

export interface VrrpScript {
  readonly name: string
  readonly command: Command
  readonly interval: Duration
  /** The interval when the file gives none. */
  readonly timeout: Duration
  /** -253..253; zero: failure means FAULT. */
  readonly weight: number
  readonly reverse: boolean
  readonly rise: number
  readonly fall: number
  readonly initFail: boolean
  readonly span: Span
}

export interface TrackedScript {
  /** A VrrpScript's name; always one that exists in the model. */
  readonly script: string
  readonly weight: number
  readonly reverse: boolean
  readonly span: Span
}

export interface TrackedInterface {
  readonly link: string
  readonly weight: number
  readonly reverse: boolean
  readonly span: Span
}

export interface Notify {
  readonly master?: Command
  readonly backup?: Command
  readonly fault?: Command
  /** Instances only; a group has none of its own in keepalived before it is stopped. */
  readonly stop?: Command
  /** `notify`: gets type, name, state and priority appended. */
  readonly any?: Command
}

export interface SyncGroup {
  readonly name: string
  /** Names of instances that exist, in the file's order. */
  readonly members: readonly string[]
  readonly trackScripts: readonly TrackedScript[]
  readonly trackInterfaces: readonly TrackedInterface[]
  /** `sync_group_tracking_weight` (or the older `global_tracking`): members keep their tracker weights. */
  readonly trackingWeight: boolean
  readonly notify: Notify
  readonly span: Span
}

export type AuthType = 'none' | 'PASS' | 'AH'

export interface Authentication {
  readonly type: AuthType
  /** Up to 8 bytes; empty for `none`. Never logged, dumped or shown. */
  readonly password: Uint8Array
}

export interface VrrpInstance {
  readonly name: string
  /** `interface`. */
  readonly link: string
  readonly vrid: number
  /** `state`, as written or as keepalived derives it from the priority. */
  readonly wantedState: 'MASTER' | 'BACKUP'
  /** 1..255 */
  readonly priority: number
  /** Whole seconds in VRRPv2. */
  readonly advertInterval: Duration
  /** false with `nopreempt`, unless keepalived would clear it (state MASTER, priority 255). */
  readonly preempt: boolean
  readonly preemptDelay: Duration
  readonly authentication: Authentication
  /** `mcast_src_ip` */
  readonly sourceAddress?: Ipv4Address
  readonly dontTrackPrimary: boolean
  readonly addresses: readonly VirtualAddress[]
  readonly excludedAddresses: readonly VirtualAddress[]
  readonly routes: readonly VirtualRoute[]
  readonly trackScripts: readonly TrackedScript[]
  readonly trackInterfaces: readonly TrackedInterface[]
  readonly notify: Notify
  readonly garp: Garp
  /** `down_timer_adverts`, 3 by default. */
  readonly downTimerAdverts: number
  readonly lowerPrioNoAdvert: boolean
  readonly higherPrioSendAdvert: boolean
  readonly skipCheckAdvAddr: boolean
  readonly span: Span
}

export interface Garp {
  /** `garp_master_repeat`: requests per address and burst. */
  readonly masterRepeat: number
  /** `garp_master_delay`: the second burst; zero for none. */
  readonly masterDelay: Duration
  /** `garp_master_refresh`: zero for none. */
  readonly masterRefresh: Duration
  readonly masterRefreshRepeat: number
  readonly lowerPrioDelay: Duration
  readonly lowerPrioRepeat: number
}

/** rtnetlink's scopes, by name where there is one. */
export type Scope = 'global' | 'site' | 'link' | 'host' | 'nowhere' | number

export interface VirtualAddress {
  readonly cidr: Cidr
  /** The instance's own interface when the file names none; always set. */
  readonly link: string
  readonly scope: Scope
  readonly label?: string
  /** `brd`: `+` and `-` are already computed; absent means none is set. */
  readonly broadcast?: Ipv4Address
  /** `peer ADDR[/n]` */
  readonly peer?: Cidr
  /** `no_track`: a link that is down does not put the instance into FAULT. */
  readonly track: boolean
  readonly span: Span
}

export type RouteType = 'unicast' | 'blackhole' | 'unreachable' | 'prohibit' | 'throw'

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
  readonly mtu?: number
  readonly protocol?: number
  readonly tos?: number
  readonly onlink: boolean
  readonly track: boolean
  readonly span: Span
}
