/** Networks of both families: which address lies in which. Pure. */

import {
  ipToBytes,
  ipv4FromNumber,
  ipv6FromBytes,
  isIpv4,
  type Cidr,
  type IpAddress,
  type Ipv4Address,
  type Ipv6Address,
} from '../../base/address.ts'

/** As one number, whose highest bit is the first of the address. */
export function bitsOf(address: Ipv6Address): bigint {
  let bits = 0n
  for (const byte of ipToBytes(address)) bits = (bits << 8n) | BigInt(byte)
  return bits
}

const maskOf = (prefixLength: number): number =>
  prefixLength === 0 ? 0 : (0xffffffff << (32 - prefixLength)) >>> 0

/** The address with all bits behind the prefix zero. */
export function networkOf({ address, prefixLength }: Cidr): IpAddress {
  if (isIpv4(address)) return ipv4FromNumber(address & maskOf(prefixLength))
  const bytes = ipToBytes(address)
  for (let at = 0; at < bytes.length; at++) {
    const kept = Math.min(8, Math.max(0, prefixLength - at * 8))
    bytes[at] = (bytes[at] ?? 0) & (0xff << (8 - kept))
  }
  return ipv6FromBytes(bytes)
}

/** Whether it has no bits behind the prefix. */
export const isNetwork = (cidr: Cidr): boolean => networkOf(cidr) === cidr.address

/** Of one family. */
export function contains({ address: network, prefixLength }: Cidr, address: IpAddress): boolean {
  if (isIpv4(address))
    return isIpv4(network) && (address & maskOf(prefixLength)) === (network & maskOf(prefixLength))
  if (isIpv4(network)) return false
  const shift = BigInt(128 - prefixLength)
  return bitsOf(address) >> shift === bitsOf(network) >> shift
}

export const sameNetwork = (a: Cidr, b: Cidr): boolean =>
  a.prefixLength === b.prefixLength && contains(a, b.address)

/** The network's last address; of /31 and /32, too. */
export const lastOf = (address: Ipv4Address, prefixLength: number): Ipv4Address =>
  ipv4FromNumber(address | ~maskOf(prefixLength))

export const isLinkLocal = (address: Ipv6Address): boolean => /^fe[89ab]/.test(address)
export const isMulticast = (address: IpAddress): boolean =>
  isIpv4(address) ? address >>> 28 === 0xe : address.startsWith('ff')
