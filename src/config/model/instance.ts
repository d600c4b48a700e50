/** vrrp_instance and vrrp_sync_group. */

import type { IpAddress, Ipv4Address } from '../../base/address.ts'
import type { Duration } from '../../base/time.ts'
import type { Span } from '../diagnostics/diagnostics.ts'
import type { VirtualRule } from '../blocks/virtual-rule/rule.ts'
import type { VirtualRoute } from '../blocks/virtual-route/route.ts'
import type { VirtualAddress } from '../blocks/virtual-address.ts'
import type { Tracking } from '../blocks/tracking.ts'
import type { Notify } from '../blocks/notify.ts'

export interface VrrpInstance extends Tracking {
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

export interface SyncGroup extends Tracking {
  readonly name: string
  /** Names of instances that exist, in the file's order. */
  readonly members: readonly string[]
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

export interface UnicastPeer {
  readonly address: IpAddress
  readonly minTtl: number
  readonly maxTtl: number
  readonly span: Span
}

export interface VirtualMac {
  /** Name of the interface to make; the daemon chooses when absent. */
  readonly name?: string
  /** In place of the virtual router's own; `02:00:00:00:00:01`, in lower case and two digits each. */
  readonly mac?: string
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
