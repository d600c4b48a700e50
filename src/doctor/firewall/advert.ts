/** The packet that a firewall has to let in: an advert of a neighbour's, on one link. Pure. */

import { formatIpv4, parseIpv4, type Ipv4Address } from '../../base/address.ts'
import type { Answer } from './rules.ts'

export interface ExpectedAdvert {
  readonly link: string
  /** 112, or 51 with authentication headers. */
  readonly protocol: number
  readonly destination: Ipv4Address
  /** Where neighbours live: the link's own networks. Whom of them a rule means cannot be known. */
  readonly neighbours: readonly { readonly first: Ipv4Address; readonly last: Ipv4Address }[]
}

export interface Range {
  readonly first: number
  readonly last: number
}

/** `10.0.0.0/8`, `10.0.0.1`, `224.0.0.0/255.0.0.0`; undefined: something else. */
export function parseRange(text: string): Range | undefined {
  const [address = '', prefix = '32'] = text.split('/')
  const base = parseIpv4(address)
  const mask = prefix.includes('.') ? parseIpv4(prefix) : maskOf(Number(prefix))
  if (base === undefined || mask === undefined) return undefined
  const first = (base & mask) >>> 0
  return { first, last: (first | ~mask) >>> 0 }
}

const maskOf = (length: number): number | undefined =>
  Number.isInteger(length) && length >= 0 && length <= 32
    ? length === 0
      ? 0
      : (0xffffffff << (32 - length)) >>> 0
    : undefined

export const isDestination = ({ destination }: ExpectedAdvert, { first, last }: Range): Answer =>
  destination >= first && destination <= last ? 'yes' : 'no'

/** All neighbours are in the range, none is, or some. */
export function isSource({ neighbours }: ExpectedAdvert, range: Range): Answer {
  if (neighbours.length === 0) return 'perhaps'
  if (neighbours.every(({ first, last }) => first >= range.first && last <= range.last)) return 'yes'
  return neighbours.every(({ first, last }) => last < range.first || first > range.last) ? 'no' : 'perhaps'
}

/** `vrrp`, `ah`, `112`, `all`: as iptables and nftables name them. */
export function isProtocol({ protocol }: ExpectedAdvert, name: string): Answer {
  const names = protocol === 51 ? ['ah', '51', 'all', '0'] : ['vrrp', '112', 'all', '0']
  return names.includes(name) ? 'yes' : 'no'
}

export const protocolName = ({ protocol }: ExpectedAdvert): string => (protocol === 51 ? 'ah' : 'vrrp')
export const destinationText = ({ destination }: ExpectedAdvert): string => formatIpv4(destination)
