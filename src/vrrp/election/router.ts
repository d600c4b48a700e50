/** What the election is told of a router before it begins: the configuration in its own words. */

import type { IpAddress, IpFamily } from '../../base/address.ts'
import type { Duration, Instant } from '../../base/time.ts'

/** A virtual router's fixed properties for as long as one configuration is in force. */
export interface VirtualRouter {
  /** The vrrp_instance's name; unique. */
  readonly name: string
  readonly link: string
  /** The link that its adverts leave on, where that is another one (use_vmac). */
  readonly advertLink?: string
  readonly vrid: number
  /** What else tells routers of one VRID on one link apart: a multicast group or a unicast source. */
  readonly channel?: string
  readonly version: 2 | 3
  readonly family: IpFamily
  /** The configured priority, 1..255; 255 is the address owner. */
  readonly priority: number
  /**
   * keepalived's `state`, which matters for an owner only: one with `state
   * BACKUP` listens for a Master_Down_Interval first (measured). Absent: MASTER.
   */
  readonly initialState?: 'MASTER' | 'BACKUP'
  readonly advertInterval: Duration
  /** How much further apart than advertInterval a Master's adverts are; absent: not at all. */
  readonly advertSlack?: Duration
  readonly preempt: boolean
  readonly preemptDelay: Duration
  /**
   * With nopreempt: a Master that did not run for a whole Master_Down_Interval takes it that it has a
   * successor, and goes back to Backup instead of arguing with it (--pause-guard).
   */
  readonly pauseGuard?: true
  readonly downTimerAdverts: number
  /** To be advertised, in the file's order; the last of them are not while its link has no room for them. */
  readonly addresses: readonly IpAddress[]
  /** Its adverts have an authentication header. */
  readonly signed?: true
  readonly garp: GarpPlan
  readonly lowerPrioNoAdvert: boolean
  readonly higherPrioSendAdvert: boolean
  readonly skipCheckAdvAddr: boolean
  /** `mcast_src_ip`, `unicast_src_ip`; absent: the link's own address. */
  readonly sourceAddress: IpAddress | undefined
  /** Without that address nobody reaches it: unicast, or `track_src_ip`. */
  readonly needsSourceAddress?: boolean
  /** Its adverts go to a group: its link must be able to carry them. */
  readonly usesMulticast?: boolean
  /** `unicast_fault_no_peer`: unicast is meant, but there is nobody to speak to. */
  readonly lacksPeers?: boolean
  /** Links that must be up: its own (unless dont_track_primary) and those its addresses and routes use. */
  readonly requiredLinks: readonly string[]
  readonly trackers: readonly Tracker[]
  /** `vrrp_startup_delay`: nothing that arrives before counts, and no timer begins before. */
  readonly deafUntil?: Instant
  /** What its configuration asks for and this program cannot do: it must not take part half-understood. */
  readonly unsupported?: string
}

/** How often gratuitous ARP is sent, and when again. */
export interface GarpPlan {
  readonly repeat: number
  /** From becoming Master until the second burst; zero for none. */
  readonly delay: Duration
  /** Period of refreshes while Master, the first one period after becoming it; zero for none. */
  readonly refresh: Duration
  readonly refreshRepeat: number
  /** The same as `delay` and `repeat`, after an advert of lower priority. */
  readonly lowerPrioDelay: Duration
  readonly lowerPrioRepeat: number
  /** Period of single requests for addresses that are not on the router's own link; absent: none. */
  readonly elsewhere?: Duration
}

/** Something outside the protocol that alters priority or forces Fault. */
export interface Tracker {
  readonly kind: 'script' | 'interface' | 'file' | 'process'
  readonly name: string
  /** Zero: a failure is a Fault; otherwise see election/priority.ts. */
  readonly weight: number
  readonly reverse: boolean
}
