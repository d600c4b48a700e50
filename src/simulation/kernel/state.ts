/** What one host's kernel holds. It changes in place; all rules are in the files beside this one. Pure. */

import type { Cidr, IpAddress, Ipv4Address, Ipv6Address } from '../../base/address.ts'
import type { Encapsulation, RouteMetric, RouteType } from '../../base/routing.ts'
import type { KernelMessage } from '../../netlink/message.ts'
import type { AddressSpec, Link, LinkAddress, PortId, RuleSpec } from '../../netlink/types.ts'

/** Who the kernel says did what nobody asked for. */
export const KERNEL_PORT: PortId = 0
/** RTPROT_KERNEL */
export const KERNEL_PROTOCOL = 2
export const TABLE = { default: 253, main: 254, local: 255 } as const
export const SCOPE = { global: 0, site: 200, link: 253, host: 254, nowhere: 255 } as const

export interface LinkState {
  readonly index: number
  name: string
  readonly kind: 'ethernet' | 'loopback' | 'macvlan'
  /** Of a macvlan. */
  readonly parent?: number
  mac: Uint8Array
  mtu: number
  /** IFF_UP */
  enabled: boolean
  /** Of a macvlan its parent's counts. */
  carrier: boolean
  readonly noArp: boolean
  readonly multicast: boolean
  ipv6Disabled: boolean
  promotesSecondaries: boolean
  /** In the kernel's order: primary ones by scope, the widest last; secondary ones. */
  ipv4: Ipv4Entry[]
  /** In the kernel's order: the widest scope first, and of one scope the newest. */
  ipv6: Ipv6Entry[]
}

export interface Ipv4Entry {
  readonly local: Ipv4Address
  /** IFA_ADDRESS: the other end, or the same. Its network is the one that the address is in. */
  readonly far: Ipv4Address
  readonly prefixLength: number
  readonly broadcast: Ipv4Address | undefined
  readonly scope: number
  readonly prefixRoute: boolean
  readonly protocol: number
  label: string
  secondary: boolean
}

export interface Ipv6Entry {
  readonly local: Ipv6Address
  readonly far: Ipv6Address | undefined
  readonly prefixLength: number
  readonly scope: number
  readonly prefixRoute: boolean
  readonly protocol: number
}

/** An address as somebody asks for it; IFA_PROTO is zero unless it is said. */
export type AddressRequest = AddressSpec & { readonly protocol?: number }

/** One of the ways of a route; `link` 0: none. */
export interface Way {
  readonly link: number
  readonly gateway: IpAddress | undefined
  readonly weight: number
  readonly onlink: boolean
  readonly realms: number | undefined
  /** How far away it is: `SCOPE.nowhere` of an address of this host. IPv4 only. */
  readonly scope: number
  dead: boolean
}

/** A route of IPv4 with all its ways; of IPv6 always one: several that agree are told as one route. */
export interface RouteState {
  readonly destination: Cidr
  readonly table: number
  readonly tos: number
  /** Zero when there is none, which only IPv4 knows. */
  readonly metric: number
  readonly type: RouteType
  readonly scope: number
  readonly protocol: number
  source: IpAddress | undefined
  readonly onlink: boolean
  readonly metrics: readonly RouteMetric[]
  readonly realms: number | undefined
  readonly preference: number | undefined
  readonly encapsulation: Encapsulation | undefined
  readonly ways: readonly Way[]
}

export interface HostState {
  readonly links: Map<number, LinkState>
  lastIndex: number
  /** net.ipv4.conf.all.promote_secondaries: of all links, whatever their own says. */
  promotesSecondaries: boolean
  /** By table; in the order in which the kernel would look at them, but for the length of their prefixes. */
  readonly ipv4Routes: Map<number, RouteState[]>
  readonly ipv6Routes: Map<number, RouteState[]>
  readonly ipv4Rules: RuleSpec[]
  readonly ipv6Rules: RuleSpec[]
  /** Whatever is watched: who listens picks what it is subscribed to. */
  readonly tell: (message: KernelMessage) => void
}

export const linkNamed = (host: HostState, name: string): LinkState | undefined => {
  for (const link of host.links.values()) if (link.name === name) return link
  return undefined
}

/** Of a macvlan its parent's, which has none while it is down. */
export function hasCarrier(host: HostState, link: LinkState): boolean {
  if (link.parent === undefined) return link.carrier
  const parent = host.links.get(link.parent)
  return parent !== undefined && parent.enabled && hasCarrier(host, parent)
}

export function describeLink(host: HostState, link: LinkState): Link {
  return {
    index: link.index,
    name: link.name,
    up: link.enabled && hasCarrier(host, link),
    noArp: link.noArp,
    multicast: link.multicast,
    loopback: link.kind === 'loopback',
    mac: link.mac,
    mtu: link.mtu,
    ...(link.parent !== undefined && { macvlanOn: link.parent }),
  }
}

export function describeIpv4({ index }: LinkState, entry: Ipv4Entry): LinkAddress {
  const { local, far, prefixLength, secondary, scope, label, broadcast, protocol } = entry
  return {
    linkIndex: index,
    ...(far === local
      ? { cidr: { address: local, prefixLength } }
      : { cidr: { address: local, prefixLength: 32 }, peer: { address: far, prefixLength } }),
    secondary,
    scope,
    label,
    ...(broadcast !== undefined && { broadcast }),
    ...(protocol !== 0 && { protocol }),
  }
}

export function describeIpv6({ index }: LinkState, entry: Ipv6Entry): LinkAddress {
  const { local, far, prefixLength, scope, protocol } = entry
  return {
    linkIndex: index,
    ...(far === undefined
      ? { cidr: { address: local, prefixLength } }
      : { cidr: { address: local, prefixLength: 128 }, peer: { address: far, prefixLength } }),
    secondary: false,
    scope,
    ...(protocol !== 0 && { protocol }),
  }
}
