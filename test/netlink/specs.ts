/** Short ways to write down what these tests are about. */

import { type Cidr, type IpAddress, type Ipv4Address, parseIp, parseIpv4 } from '../../src/base/address.ts'
import type { AddressSpec, Link, LinkAddress, RouteSpec } from '../../src/netlink/types.ts'

export function ip(text: string): IpAddress {
  const address = parseIp(text)
  if (address === undefined) throw new Error(`not an address: ${text}`)
  return address
}

export function ipv4(text: string): Ipv4Address {
  const address = parseIpv4(text)
  if (address === undefined) throw new Error(`not an IPv4 address: ${text}`)
  return address
}

/** `10.9.0.1/24`; a whole address without a prefix length. */
export function cidr(text: string): Cidr {
  const [address = '', length] = text.split('/')
  const whole = address.includes(':') ? 128 : 32
  return { address: ip(address), prefixLength: length === undefined ? whole : Number(length) }
}

export const addressSpec = (
  linkIndex: number,
  text: string,
  more: Partial<AddressSpec> = {},
): AddressSpec => ({ linkIndex, cidr: cidr(text), scope: 0, ...more })

export const routeSpec = (destination: string, more: Partial<RouteSpec> = {}): RouteSpec => ({
  type: 'unicast',
  destination: cidr(destination),
  table: 254,
  onlink: false,
  ...more,
})

export const link = (index: number, more: Partial<Link> = {}): Link => ({
  index,
  name: `eth${index}`,
  up: true,
  noArp: false,
  multicast: true,
  loopback: false,
  mac: Uint8Array.of(2, 0, 0, 0, 0, index),
  mtu: 1500,
  ...more,
})

export const linkAddress = (
  linkIndex: number,
  text: string,
  more: Partial<LinkAddress> = {},
): LinkAddress => ({ linkIndex, cidr: cidr(text), secondary: false, scope: 0, ...more })

/** 1.0.0.1, 1.0.0.2, … */
export const manyAddresses = (count: number, linkIndex: number): AddressSpec[] =>
  Array.from({ length: count }, (_, number) =>
    addressSpec(linkIndex, `1.0.${(number + 1) >> 8}.${(number + 1) & 255}`),
  )

export const mtu = (value: number): Pick<RouteSpec, 'metrics'> => ({
  metrics: [{ name: 'mtu', value, locked: false }],
})
