/**
 * Addresses as plain values that compare with `===`: an IPv4 address is an
 * unsigned 32-bit number (so that the protocol's "higher address wins" is `>`),
 * an IPv6 address is its RFC 5952 text.
 */

import { formatIpv6Bytes, parseIpv6Bytes } from './ipv6.ts'

declare const ipv4Brand: unique symbol
declare const ipv6Brand: unique symbol

/** Unsigned 32 bits, network order read as a number: 10.0.0.1 is 0x0a000001. */
export type Ipv4Address = number & { readonly [ipv4Brand]: true }
/** RFC 5952 text: lower case, longest run of zeros compressed. */
export type Ipv6Address = string & { readonly [ipv6Brand]: true }
export type IpAddress = Ipv4Address | Ipv6Address

export interface Cidr {
  readonly address: IpAddress
  readonly prefixLength: number
}

export const isIpv4 = (address: IpAddress): address is Ipv4Address => typeof address === 'number'

/** Strict dotted quad, decimal, no leading zeros beyond a single 0; undefined when it is anything else. */
export function parseIpv4(text: string): Ipv4Address | undefined {
  const octets = text.split('.')
  if (octets.length !== 4) return undefined
  let value = 0
  for (const octet of octets) {
    if (!/^(0|[1-9]\d{0,2})$/.test(octet) || Number(octet) > 255) return undefined
    value = value * 256 + Number(octet)
  }
  return value as Ipv4Address
}

export function parseIpv6(text: string): Ipv6Address | undefined {
  const bytes = parseIpv6Bytes(text)
  return bytes === undefined ? undefined : (formatIpv6Bytes(bytes) as Ipv6Address)
}

export const parseIp = (text: string): IpAddress | undefined => parseIpv4(text) ?? parseIpv6(text)

export const ipv4FromNumber = (value: number): Ipv4Address => (value >>> 0) as Ipv4Address

/** @param bytes at least `offset + 4` long. */
export const ipv4FromBytes = (bytes: Uint8Array, offset = 0): Ipv4Address =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(offset) as Ipv4Address

export const formatIpv4 = (address: Ipv4Address): string =>
  `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`

/** @param bytes exactly 16 of them. */
export const ipv6FromBytes = (bytes: Uint8Array): Ipv6Address => formatIpv6Bytes(bytes) as Ipv6Address

/** A hardware address: `00:00:5e:00:01:33`. */
export const formatMac = (mac: Uint8Array): string =>
  [...mac].map((byte) => byte.toString(16).padStart(2, '0')).join(':')

/** Network order: 4 bytes for IPv4, 16 for IPv6. */
export function ipToBytes(address: IpAddress): Uint8Array {
  if (isIpv4(address)) return Uint8Array.of(address >>> 24, address >>> 16, address >>> 8, address)
  const bytes = parseIpv6Bytes(address)
  if (bytes === undefined) throw new Error(`not an IPv6 address: ${address}`)
  return bytes
}

export const formatIp = (address: IpAddress): string => (isIpv4(address) ? formatIpv4(address) : address)

export const formatCidr = (cidr: Cidr): string => `${formatIp(cidr.address)}/${cidr.prefixLength}`

/** 224.0.0.0/4 */
export const isMulticastIpv4 = (address: Ipv4Address): boolean => address >>> 28 === 0xe

/** ff00::/8 */
const isMulticastIpv6 = (address: Ipv6Address): boolean => /^ff[0-9a-f]{2}:/.test(address)

export const isMulticastIp = (address: IpAddress): boolean =>
  isIpv4(address) ? isMulticastIpv4(address) : isMulticastIpv6(address)

/** fe80::/10 */
export const isLinkLocalIpv6 = (address: IpAddress): address is Ipv6Address =>
  !isIpv4(address) && /^fe[89ab][0-9a-f]:/.test(address)

export type IpFamily = 4 | 6

export const ipFamily = (address: IpAddress): IpFamily => (isIpv4(address) ? 4 : 6)

/**
 * The protocol's “greater address” (RFC 9568 section 6.4.3): as unsigned numbers in network order. All of IPv4 come
 * before those of IPv6.
 *
 * @returns negative, 0 or positive, as for sorting
 */
export function compareIp(a: IpAddress, b: IpAddress): number {
  if (isIpv4(a) || isIpv4(b)) return isIpv4(a) && isIpv4(b) ? a - b : ipFamily(a) - ipFamily(b)
  const [one, other] = [ipToBytes(a), ipToBytes(b)]
  const at = one.findIndex((byte, index) => byte !== other[index])
  return at < 0 ? 0 : (one[at] ?? 0) - (other[at] ?? 0)
}

/** Whether the address is in the network, given as any address of it and its prefix length, 0..32. */
export const inIpv4Network = (address: Ipv4Address, network: Ipv4Address, prefixLength: number): boolean =>
  prefixLength === 0 || (network ^ address) >>> (32 - prefixLength) === 0

/** The broadcast address of a network: all host bits one; undefined for /31 and /32, which have none. */
export function broadcastOf(address: Ipv4Address, prefixLength: number): Ipv4Address | undefined {
  if (prefixLength >= 31) return undefined
  return ipv4FromNumber(address | (0xffffffff >>> prefixLength))
}
