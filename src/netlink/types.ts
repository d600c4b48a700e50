/** The domain words of this folder's port: what the daemon asks of the kernel and hears from it. */

import type { Cidr, Ipv4Address } from '../base/address.ts'
import type { NexthopTraits, NumberRange, RouteMetric, RouteTraits, RuleTraits } from '../base/routing.ts'

/** A network interface as the kernel has it now. */
export interface Link {
  readonly index: number
  readonly name: string
  /** IFF_UP and IFF_RUNNING: what keepalived calls up. */
  readonly up: boolean
  /** IFF_NOARP: gratuitous ARP is pointless. */
  readonly noArp: boolean
  readonly multicast: boolean
  readonly loopback: boolean
  /** Six bytes for Ethernet; other lengths exist (and none for tunnels). */
  readonly mac: Uint8Array
  readonly mtu: number
  /** Of a macvlan the index of the link it stands on; absent on all other links. */
  readonly macvlanOn?: number
}

/** A link of its own MAC address on top of another one; `private`: it does not talk to its siblings. */
export interface MacvlanSpec {
  readonly name: string
  /** The index of the link it stands on. */
  readonly parent: number
  readonly mac: Uint8Array
}

export interface LinkAddress {
  readonly linkIndex: number
  readonly cidr: Cidr
  /** IFA_F_SECONDARY: not a candidate for an advert's source. */
  readonly secondary: boolean
  /** IFA_F_DADFAILED: another host has answered for it (IPv6), and the kernel does not use it. */
  readonly dadFailed?: true
  readonly scope: number
  readonly label?: string
  readonly broadcast?: Ipv4Address
  /** The other end of a point-to-point address; its prefix length is the connected network's. */
  readonly peer?: Cidr
  /** IFA_PROTO, when the kernel tells it (since 5.18); 18 is keepalived's. */
  readonly protocol?: number
}

/** rtnetlink's numeric scope: 0 global, 200 site, 253 link, 254 host, 255 nowhere. */
export interface AddressSpec {
  readonly linkIndex: number
  readonly cidr: Cidr
  readonly scope: number
  readonly label?: string
  readonly broadcast?: Ipv4Address
  /** With a peer, `cidr` is the whole address (/32, /128) and the network is the peer's, as in ip-address(8). */
  readonly peer?: Cidr
  readonly flags?: AddressFlags
  /**
   * IPv6 only: for how long it may be the source of new connections; 0xffffffff is for ever. When
   * absent: never for a /128, for ever for others.
   */
  readonly preferredSeconds?: number
}

/** Only where they are set; ip-address(8) says what they mean. */
export interface AddressFlags {
  /** IPv6 only: with duplicate address detection, which a virtual address otherwise goes without. */
  readonly detectDuplicates?: true
  /** IPv6 only. */
  readonly home?: true
  /** IPv6 only. */
  readonly manageTemporary?: true
  readonly noPrefixRoute?: true
  /** Of a multicast address. */
  readonly joinGroup?: true
}

/** IFA_PROTO and RTPROT_KEEPALIVED: what keepalived marks as its own, and so do we. */
export const KEEPALIVED_PROTOCOL = 18

/** Absent fields are left to the kernel; an absent scope is global, an absent protocol KEEPALIVED_PROTOCOL. */
export interface RouteSpec extends RouteTraits {
  readonly linkIndex?: number
  readonly scope?: number
  readonly metrics?: readonly RouteMetric[]
  /** With them there is no `gateway` and no `linkIndex`. */
  readonly nexthops?: readonly Nexthop[]
  /** IPv6 only; not known of routes that the kernel tells. */
  readonly expiresSeconds?: number
  /** Behind those that are there already instead of before them. */
  readonly append?: boolean
}

export interface Nexthop extends NexthopTraits {
  readonly linkIndex?: number
}

/** A routing rule (ip-rule(8)). */
export interface RuleSpec extends RuleTraits {
  readonly uids?: NumberRange
  /** KEEPALIVED_PROTOCOL when absent. */
  readonly protocol?: number
}

/** One refused request. `text` is the kernel's own (extended ack) where it gives one. */
export interface Refusal {
  /** A positive errno. */
  readonly errno: number
  /** `ENODEV`, … */
  readonly code: string
  readonly text: string
}

/** One outcome per spec, in the same order; `undefined` is success (including “it was so already”). */
export type Outcome = Refusal | undefined

/** The netlink socket that asked for a change: mostly its process's id. Absent: the kernel did, or it is not known. */
export type PortId = number

export type LinkEvent =
  | { readonly type: 'link-changed'; readonly before: Link | undefined; readonly link: Link }
  | { readonly type: 'link-removed'; readonly link: Link }
  /** New, or something about it changed. `ours`: this process asked for it, as far as is known. */
  | { readonly type: 'address-added'; readonly address: LinkAddress; readonly ours: boolean }
  /**
   * `ours`: this process asked for the removal of this very address. One that the kernel
   * removed along with it (a secondary with its primary, without promote_secondaries) is lost, not given up.
   */
  | {
      readonly type: 'address-removed'
      readonly address: LinkAddress
      readonly ours: boolean
      readonly by?: PortId
    }
  /** A route of a protocol that we install routes with, as the kernel describes it: see `hasRoute` in link-table.ts. */
  | {
      readonly type: 'route-removed'
      readonly route: RouteSpec
      readonly ours: boolean
      readonly by?: PortId
    }
  | { readonly type: 'rule-removed'; readonly rule: RuleSpec; readonly ours: boolean; readonly by?: PortId }
  /** The kernel's queue overran; what was missed has been worked out from a fresh dump and follows as events. */
  | { readonly type: 'resynchronised' }
