/** A line of virtual_ipaddress or static_ipaddress. */

import type { Cidr, Ipv4Address } from '../../base/address.ts'
import type { Span } from '../diagnostics/diagnostics.ts'

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

/** rtnetlink's scopes, by name where there is one. */
export type Scope = 'global' | 'site' | 'link' | 'host' | 'nowhere' | number

/** Of an address: what ip-address(8) calls so. Only `noprefixroute` and `autojoin` mean something to IPv4. */
export interface AddressFlags {
  readonly home: boolean
  readonly mngtmpaddr: boolean
  readonly noprefixroute: boolean
  readonly autojoin: boolean
  /** `-nodad`: with duplicate address detection. */
  readonly detectDuplicates: boolean
}
