/**
 * The validated configuration, as the operator thinks of it. Every value here
 * has passed its range check and carries its default; what was wrong with the
 * text is in the diagnostics, never in here. Names are keepalived's where
 * keepalived.conf has one.
 */

import type { Cidr, IpAddress, Ipv4Address, Ipv6Address } from '../base/address.ts'
import type { Duration } from '../base/time.ts'
import type { Span } from './diagnostics.ts'

export interface Model {
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
  /** `vrrp_mcast_group6`, ff02::12 by default. */
  readonly mcastGroup6: Ipv6Address
  /** `vrrp_garp_interval`, `vrrp_gna_interval`: spacing on one link; zero by default. */
  readonly garpInterval: Duration
  readonly gnaInterval: Duration
  /** `default_interface`, eth0 by default: for static addresses that name none. */
  readonly defaultInterface: string
  readonly mail: Mail
  readonly firewall: FirewallTable
  /** `notify_fifo` and `vrrp_notify_fifo`. */
  readonly fifos: readonly NotifyFifo[]
  /** `fifo_write_vrrp_states_on_reload` */
  readonly fifoStatesOnReload: boolean
  readonly startupScript?: LimitedScript
  readonly shutdownScript?: LimitedScript
}

/** Where the rules of `no_accept` go. */
export interface FirewallTable {
  /** `nftables NAME`, `vrrpd` by default; must be nobody else's. */
  readonly name: string
  /** `nftables_priority`, -1 by default. */
  readonly priority: number
  /** `nftables_counters` */
  readonly counters: boolean
}

export interface NotifyFifo {
  readonly keyword: 'notify_fifo' | 'vrrp_notify_fifo'
  readonly path: string
  /** Who owns it when it has to be made; absent: as scripts. */
  readonly owner?: ScriptUser
  /** Reads it; gets its path as the last argument. */
  readonly script?: Command
  readonly span: Span
}

export interface LimitedScript {
  readonly command: Command
  /** 10 s by default. */
  readonly timeout: Duration
}

/** What `notification_email`, `smtp_*` and `router_id` say about mails. */
export interface Mail {
  readonly recipients: readonly string[]
  readonly from?: string
  readonly server?: { readonly host: string; readonly port: number; readonly span: Span }
  /** 30 s by default. */
  readonly connectTimeout: Duration
  readonly heloName?: string
  /** `no_email_faults` */
  readonly notOnFault: boolean
}

export interface ScriptUser {
  readonly user: string
  /** Where it is said. */
  readonly span?: Span
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
  /** The brace that ends the block. */
  readonly end?: Span
}

export interface TrackedScript {
  /** A VrrpScript's name; always one that exists in the model. */
  readonly script: string
  readonly weight: number
  readonly reverse: boolean
  readonly span: Span
}

/** A `track_file` block. */
export interface TrackFile {
  readonly name: string
  readonly path: string
  /** What the number in the file is multiplied by; zero: any other number than 0 means FAULT. */
  readonly weight: number
  readonly reverse: boolean
  /** `init_file`: what the file is made with at start, also in place of an older one with `overwrite`. */
  readonly initial?: { readonly value: number; readonly overwrite: boolean }
  readonly span: Span
}

/** A `vrrp_track_process` block. */
export interface TrackProcess {
  readonly name: string
  /** The program as it is written, and its parameters. */
  readonly program: string
  readonly parameters: readonly string[]
  /**
   * - `name`: by the process's name only
   * - `exact`: by the whole command line
   * - `partial`: it may have more parameters
   * - `initial`: and its last one that is compared may go on
   */
  readonly match: 'name' | 'exact' | 'partial' | 'initial'
  readonly weight: number
  readonly reverse: boolean
  /** So many must run, and no more than `quorumMax` may. */
  readonly quorum: number
  readonly quorumMax?: number
  /** How long the quorum must be lost, or reached, until that counts. */
  readonly terminateDelay: Duration
  readonly forkDelay: Duration
  readonly span: Span
}

export interface TrackedFile {
  /** A TrackFile's name; always one that exists in the model. */
  readonly file: string
  readonly weight: number
  readonly reverse: boolean
  /** The weight is the block's own; false: the line gives it. */
  readonly inherited: boolean
  readonly span: Span
}

export interface TrackedProcess {
  /** A TrackProcess's name; always one that exists in the model. */
  readonly process: string
  readonly weight: number
  readonly reverse: boolean
  /** The weight is the block's own; false: the line gives it. */
  readonly inherited: boolean
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
  /** `notify_master_rx_lower_pri`; instances only. */
  readonly masterRxLowerPriority?: Command
  /** `notify_deleted`, which may name no program; instances only. */
  readonly deleted?: Command | true
  /** `notify_priority_changes`, or the default that global_defs sets: FIFOs hear of them. */
  readonly priorityChanges: boolean
}

export interface SyncGroup {
  readonly name: string
  /** Names of instances that exist, in the file's order. */
  readonly members: readonly string[]
  readonly trackScripts: readonly TrackedScript[]
  readonly trackInterfaces: readonly TrackedInterface[]
  readonly trackFiles: readonly TrackedFile[]
  readonly trackProcesses: readonly TrackedProcess[]
  /** `sync_group_tracking_weight` (or the older `global_tracking`): members keep their tracker weights. */
  readonly trackingWeight: boolean
  readonly notify: Notify
  /** `smtp_alert`, or the default that global_defs sets. */
  readonly smtpAlert: boolean
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
  readonly linkSpan: Span
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
  /** `mcast_src_ip`, `unicast_src_ip` */
  readonly sourceAddress?: Ipv4Address
  /** `track_src_ip`: FAULT while the host does not have that address. */
  readonly trackSourceAddress: boolean
  readonly dontTrackPrimary: boolean
  readonly addresses: readonly VirtualAddress[]
  readonly excludedAddresses: readonly VirtualAddress[]
  readonly routes: readonly VirtualRoute[]
  readonly trackScripts: readonly TrackedScript[]
  readonly trackInterfaces: readonly TrackedInterface[]
  readonly trackFiles: readonly TrackedFile[]
  readonly trackProcesses: readonly TrackedProcess[]
  readonly notify: Notify
  readonly garp: Garp
  /** `down_timer_adverts`, 3 by default. */
  readonly downTimerAdverts: number
  readonly lowerPrioNoAdvert: boolean
  readonly higherPrioSendAdvert: boolean
  readonly skipCheckAdvAddr: boolean
  /** 3 in `version 3` and in every IPv6 instance. */
  readonly version: 2 | 3
  /** That of the first address in the block; an instance without any is an IPv4 one. */
  readonly family: 4 | 6
  /** `unicast_peer`; empty: multicast. */
  readonly unicastPeers: readonly UnicastPeer[]
  /** 255 by default. */
  readonly unicastTtl: number
  readonly checkUnicastSource: boolean
  /** `unicast_fault_no_peer` although there is no peer: the instance stays in FAULT. */
  readonly faultWithoutPeers: boolean
  /** `mcast_dst_ip`; the global group when absent. */
  readonly mcastGroup?: IpAddress
  /** `strict_mode` or `vrrp_strict`; what it changes is already in the other values. */
  readonly strict: boolean
  /** false: packets to the addresses of a router that does not own them are dropped. */
  readonly accept: boolean
  /** `no_accept` is written, and this is no owner: what vrrpd acts on. Strict mode alone is not enough. */
  readonly dropsTraffic: boolean
  readonly promoteSecondaries: boolean
  /** `use_vmac` */
  readonly virtualMac?: VirtualMac
  /** `use_vmac_addr`: addresses on other interfaces get virtual MAC interfaces there. */
  readonly virtualMacElsewhere: boolean
  readonly rules: readonly VirtualRule[]
  /** `smtp_alert`, or the default that global_defs sets. */
  readonly smtpAlert: boolean
  readonly span: Span
}

export interface UnicastPeer {
  readonly address: IpAddress
  readonly minTtl: number
  readonly maxTtl: number
  readonly span: Span
}

export interface VirtualMac {
  /** Name of the interface to make; the daemon chooses when absent. */
  readonly name?: string
  /** `vmac_xmit_base`: advertise from the real interface. */
  readonly transmitOnBase: boolean
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
  /** `garp_extra_if`: how often for addresses on other links than the instance's; zero for not at all. */
  readonly extraInterval: Duration
  /** With `all`: on every such link; without: on virtual MAC interfaces only. */
  readonly extraOnAll: boolean
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
  /** `peer ADDR`, with the length of one address. */
  readonly peer?: Cidr
  readonly flags: AddressFlags
  /** `preferred_lft`, in seconds; absent: keepalived's default, which for an IPv6 /128 is 0. */
  readonly preferredLifetime?: number | 'forever'
  /** `no_track`: a link that is down does not put the instance into FAULT. */
  readonly track: boolean
  /** Static items only. */
  readonly trackGroup?: string
  readonly span: Span
}

/** Of an address: what ip-address(8) calls so. Only `noprefixroute` and `autojoin` mean something to IPv4. */
export interface AddressFlags {
  readonly home: boolean
  readonly mngtmpaddr: boolean
  readonly noprefixroute: boolean
  readonly autojoin: boolean
  /** `-nodad`: with duplicate address detection. */
  readonly detectDuplicates: boolean
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

export type RuleAction =
  | { readonly kind: 'table'; readonly table: number }
  | { readonly kind: 'goto'; readonly preference: number }
  | { readonly kind: 'blackhole' | 'unreachable' | 'prohibit' | 'nop' }

/** Both ends included. */
export interface NumberRange {
  readonly from: number
  readonly to: number
}

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

/** `track_group`: instances that need the links of some static items. */
export interface TrackGroup {
  readonly name: string
  readonly members: readonly string[]
}
