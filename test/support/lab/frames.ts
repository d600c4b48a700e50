/**
 * Frames as the laboratory sees and makes them. Written apart from src/vrrp/wire
 * on purpose: what tests compare must not come from the code they test.
 */

import type { WallTime } from './time.ts'

export interface Frame {
  /** The kernel's time stamp. */
  readonly at: WallTime
  /** From the Ethernet header on. */
  readonly bytes: Buffer
}

export interface SeenAdvert {
  readonly at: WallTime
  /** Of the frame, which tells whose it is where the packet may lie. */
  readonly mac: string
  readonly source: string
  readonly destination: string
  readonly ttl: number
  readonly vrid: number
  readonly priority: number
  readonly addresses: readonly string[]
  /** The authentication header's; undefined: there is none. */
  readonly sequence: number | undefined
  /** The IP packet without Ethernet header and padding. */
  readonly bytes: Buffer
}

export interface SeenArp {
  readonly at: WallTime
  /** Sender and target protocol address. */
  readonly address: string
  readonly mac: string
  /** The whole frame. */
  readonly bytes: Buffer
}

const ethernetHeader = 14

/** VRRP (IP protocol 112), version 2 or 3, over IPv4 (also behind an authentication header, 51) and IPv6. */
export function asAdvert({ at, bytes }: Frame): SeenAdvert | undefined {
  const ip = ipPacket(bytes)
  if (ip === undefined) return asIpv6Advert({ at, bytes })
  if (ip[9] !== 112 && ip[9] !== 51) return undefined
  const signed = ip[9] === 51
  const payload = ip.subarray(headerLength(ip))
  const vrrp = payload.subarray(signed ? 24 : 0)
  const count = vrrp[3] ?? 0
  return {
    at,
    mac: macText(bytes, 6),
    source: dotted(ip, 12),
    destination: dotted(ip, 16),
    ttl: ip[8] ?? 0,
    vrid: vrrp[1] ?? 0,
    priority: vrrp[2] ?? 0,
    addresses: Array.from({ length: count }, (_, index) => dotted(vrrp, 8 + 4 * index)),
    sequence: signed ? payload.readUInt32BE(8) : undefined,
    bytes: ip,
  }
}

const ETHERTYPE_IPV6 = 0x86dd

function ipv6Packet(frame: Buffer): Buffer | undefined {
  if (frame.length < ethernetHeader + 40 || frame.readUInt16BE(12) !== ETHERTYPE_IPV6) return undefined
  return frame.subarray(ethernetHeader, ethernetHeader + 40 + frame.readUInt16BE(ethernetHeader + 4))
}

/** As RFC 5952 has it, by what browsers do. */
function ipv6Text(bytes: Buffer, offset: number): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(offset + 2 * index).toString(16))
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1)
}

function asIpv6Advert({ at, bytes }: Frame): SeenAdvert | undefined {
  const ip = ipv6Packet(bytes)
  if (ip?.[6] !== 112) return undefined
  const vrrp = ip.subarray(40)
  const count = vrrp[3] ?? 0
  return {
    at,
    mac: macText(bytes, 6),
    source: ipv6Text(ip, 8),
    destination: ipv6Text(ip, 24),
    ttl: ip[7] ?? 0,
    vrid: vrrp[1] ?? 0,
    priority: vrrp[2] ?? 0,
    addresses: Array.from({ length: count }, (_, index) => ipv6Text(vrrp, 8 + 16 * index)),
    sequence: undefined,
    bytes: ip,
  }
}

/** A neighbour advertisement that nobody has asked for: to all nodes. */
export function asUnsolicitedAdvertisement({ at, bytes }: Frame): SeenArp | undefined {
  const ip = ipv6Packet(bytes)
  if (ip?.[6] !== 58 || ip[40] !== 136 || ipv6Text(ip, 24) !== 'ff02::1') return undefined
  return { at, address: ipv6Text(ip, 48), mac: macText(bytes, 6), bytes }
}

/** An ARP packet that speaks of its own sender. */
export function asGratuitousArp({ at, bytes }: Frame): SeenArp | undefined {
  if (bytes.length < 42 || bytes.readUInt16BE(12) !== 0x0806) return undefined
  const address = dotted(bytes, 28)
  if (address !== dotted(bytes, 38)) return undefined
  return { at, address, mac: macText(bytes, 22), bytes }
}

/** IGMPv3 membership reports (RFC 3376 section 4.2) naming the group. */
export function joinsGroup({ bytes }: Frame, group: string): boolean {
  const ip = ipPacket(bytes)
  if (ip?.[9] !== 2) return false
  const igmp = ip.subarray(headerLength(ip))
  return igmp[0] === 0x22 && dotted(igmp, 12) === group
}

function ipPacket(frame: Buffer): Buffer | undefined {
  if (frame.length < ethernetHeader + 20 || frame.readUInt16BE(12) !== 0x0800) return undefined
  return frame.subarray(ethernetHeader, ethernetHeader + frame.readUInt16BE(16))
}

const headerLength = (ip: Buffer): number => ((ip[0] ?? 0) & 15) * 4

const dotted = (bytes: Buffer, offset: number): string => bytes.subarray(offset, offset + 4).join('.')

const macText = (bytes: Buffer, offset: number): string =>
  [...bytes.subarray(offset, offset + 6)].map((byte) => byte.toString(16).padStart(2, '0')).join(':')
