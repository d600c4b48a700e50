/** Making frames to inject: every field may be chosen, also wrongly. */

import { createHmac } from 'node:crypto'

export interface AdvertFields {
  readonly source: string
  readonly vrid: number
  readonly priority: number
  readonly addresses: readonly string[]
  readonly destination?: string
  readonly sourceMac?: string
  /** The group's when absent. */
  readonly destinationMac?: string
  readonly ttl?: number
  readonly version?: number
  readonly type?: number
  /** Address count as written; the true one when absent. */
  readonly count?: number
  readonly authType?: number
  /** Seconds, as VRRPv2 has it. */
  readonly interval?: number
  /** Up to eight bytes of text. */
  readonly password?: string
  /** As written; the right one when absent. */
  readonly checksum?: number
  /** Bytes after the packet's proper end. */
  readonly trailer?: Uint8Array
}

/** A whole Ethernet frame with a VRRPv2 advertisement (RFC 2338 section 5.1), right unless told otherwise. */
export function craftAdvert(fields: AdvertFields): Buffer {
  const destination = fields.destination ?? '224.0.0.18'
  const packet = craftIp(fields.source, destination, 112, craftVrrp(fields), fields.ttl ?? 255)
  const { destinationMac = multicastMac(destination), sourceMac = '02:00:00:00:ff:fe' } = fields
  return craftEthernet(destinationMac, sourceMac, 0x0800, packet)
}

export interface SignedFields extends AdvertFields {
  /** auth_pass */
  readonly key: string
  readonly sequence: number
  /** An address; the source when absent. */
  readonly spi?: string
  readonly nextHeader?: number
  /** Turns the right ICV into a wrong one. */
  readonly forged?: boolean
}

/** The same frame with keepalived's authentication header (RFC 2402, HMAC-MD5-96) before the advertisement. */
export function craftSigned(fields: SignedFields): Buffer {
  const { key, sequence, source, destination = '224.0.0.18', sourceMac = '02:00:00:00:ff:fe' } = fields
  const { destinationMac = multicastMac(destination) } = fields
  const header = Buffer.alloc(24)
  header.set([fields.nextHeader ?? 112, 4])
  header.set(quad(fields.spi ?? source), 4)
  header.writeUInt32BE(sequence, 8)
  const payload = Buffer.concat([header, craftVrrp({ authType: 2, ...fields })])
  const packet = craftIp(source, destination, 51, payload, fields.ttl ?? 255)
  const covered = Buffer.from(packet)
  covered.fill(0, 1, 2).fill(0, 6, 8).fill(0, 10, 12)
  if (!destination.startsWith('224.')) covered.fill(0, 8, 9)
  createHmac('md5', key).update(covered).digest().copy(packet, 32, 0, 12)
  if (fields.forged === true) packet.writeUInt8(packet.readUInt8(32) ^ 1, 32)
  return craftEthernet(destinationMac, sourceMac, 0x0800, packet)
}

export function craftVrrp(fields: AdvertFields): Buffer {
  const count = fields.count ?? fields.addresses.length
  const authType = fields.authType ?? (fields.password === undefined ? 0 : 1)
  const head = [((fields.version ?? 2) << 4) | (fields.type ?? 1), fields.vrid, fields.priority, count]
  const password = Buffer.alloc(8)
  password.write(fields.password ?? '', 'latin1')
  const pdu = Buffer.concat([
    Buffer.from([...head, authType, fields.interval ?? 1, 0, 0]),
    ...fields.addresses.map(quad),
    password,
    fields.trailer ?? Buffer.alloc(0),
  ])
  pdu.writeUInt16BE(fields.checksum ?? onesComplement(pdu), 6)
  return pdu
}

/** Type of service and identification as keepalived's packets have them. */
export function craftIp(
  source: string,
  destination: string,
  protocol: number,
  payload: Buffer,
  ttl: number,
): Buffer {
  const header = Buffer.from([0x45, 0xc0, 0, 0, 0, 1, 0, 0, ttl, protocol, 0, 0])
  const packet = Buffer.concat([header, quad(source), quad(destination), payload])
  packet.writeUInt16BE(packet.length, 2)
  packet.writeUInt16BE(onesComplement(packet.subarray(0, 20)), 10)
  return packet
}

export const craftEthernet = (to: string, from: string, type: number, payload: Buffer): Buffer =>
  Buffer.concat([mac(to), mac(from), Buffer.from([type >>> 8, type & 255]), payload])

/** Somebody says that an address is his: an ARP request for it from itself. */
export function craftGratuitousArp(from: string, address: string): Buffer {
  const header = Buffer.from([0, 1, 8, 0, 6, 4, 0, 1])
  const payload = Buffer.concat([header, mac(from), quad(address), Buffer.alloc(6), quad(address)])
  return craftEthernet('ff:ff:ff:ff:ff:ff', from, 0x0806, payload)
}

/** RFC 1112 section 6.4: the low 23 bits of the group. */
function multicastMac(group: string): string {
  const [, b = 0, c = 0, d = 0] = quad(group)
  return ['01', '00', '5e', ...[b & 127, c, d].map((byte) => byte.toString(16))].join(':')
}

const quad = (address: string): Buffer => Buffer.from(address.split('.').map(Number))

const mac = (text: string): Buffer => Buffer.from(text.split(':').map((byte) => Number.parseInt(byte, 16)))

/** RFC 1071. */
function onesComplement(bytes: Buffer): number {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}
