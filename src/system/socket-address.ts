/** Socket addresses as the kernel reads them: the C structures' bytes, in this machine's order where it matters. */

import { endianness } from 'node:os'
import {
  ipToBytes,
  ipv6FromBytes,
  isIpv4,
  type IpAddress,
  type Ipv4Address,
  type Ipv6Address,
} from '../base/address.ts'
import { AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_UNIX } from './constants.ts'

export const littleEndian: boolean = endianness() === 'LE'

/** struct sockaddr_in: family, port (network order), address, 8 zeros. */
export function ipv4SocketAddress(address: Ipv4Address, port = 0): Uint8Array {
  const bytes = new Uint8Array(16)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, AF_INET, littleEndian)
  view.setUint16(2, port)
  bytes.set(ipToBytes(address), 4)
  return bytes
}

/**
 * struct sockaddr_in6: family, port (network order), flow, address, scope.
 *
 * @param linkIndex of a link-local address; 0: a socket that is bound to a link knows it
 */
export function ipv6SocketAddress(address: IpAddress, port = 0, linkIndex = 0): Uint8Array {
  const bytes = new Uint8Array(28)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, AF_INET6, littleEndian)
  view.setUint16(2, port)
  bytes.set(ipToBytes(address), 8)
  view.setUint32(24, linkIndex, littleEndian)
  return bytes
}

/** The address of a struct sockaddr_in6; undefined when it is something else. */
export function ipv6OfSocketAddress(bytes: Uint8Array): Ipv6Address | undefined {
  if (bytes.length < 24) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return view.getUint16(0, littleEndian) === AF_INET6 ? ipv6FromBytes(bytes.subarray(8, 24)) : undefined
}

/** Of its own family. */
export const ipSocketAddress = (address: IpAddress, port: number): Uint8Array =>
  isIpv4(address) ? ipv4SocketAddress(address, port) : ipv6SocketAddress(address, port)

/** struct sockaddr_nl: family, padding, port id, legacy group mask (unused: groups are joined by number). */
export function netlinkSocketAddress(portId: number): Uint8Array {
  const bytes = new Uint8Array(12)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, AF_NETLINK, littleEndian)
  view.setUint32(4, portId, littleEndian)
  return bytes
}

/** The port id of a struct sockaddr_nl; 0 is the kernel. Undefined when it is something else. */
export function netlinkPortOf(address: Uint8Array): number | undefined {
  if (address.length < 12) return undefined
  const view = new DataView(address.buffer, address.byteOffset, address.byteLength)
  return view.getUint16(0, littleEndian) === AF_NETLINK ? view.getUint32(4, littleEndian) : undefined
}

/** struct sockaddr_ll: to a link, for frames that carry their own Ethernet header of this type. */
export function packetSocketAddress(linkIndex: number, etherType: number): Uint8Array {
  const bytes = new Uint8Array(20)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, AF_PACKET, littleEndian)
  view.setUint16(2, etherType)
  view.setInt32(4, linkIndex, littleEndian)
  return bytes
}

/**
 * struct sockaddr_un. A path starting with `@` is in the abstract namespace
 * (systemd's spelling). Undefined when it is empty or longer than the 107 bytes it may have.
 */
export function unixSocketAddress(path: string): Uint8Array | undefined {
  const text = new TextEncoder().encode(path)
  if (text.length === 0 || text.length > 107 || text.includes(0)) return undefined
  const abstract = path.startsWith('@')
  if (abstract) text[0] = 0
  const bytes = new Uint8Array(2 + text.length + (abstract ? 0 : 1))
  new DataView(bytes.buffer).setUint16(0, AF_UNIX, littleEndian)
  bytes.set(text, 2)
  return bytes
}
