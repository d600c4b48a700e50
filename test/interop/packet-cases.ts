/** Adverts with one thing wrong, or merely unusual, each; and what a host makes of them by keepalived's example. */

import { craftAdvert, craftEthernet, craftIp, craftVrrp, type AdvertFields } from '../support/lab/craft.ts'

export interface PacketCase {
  readonly name: string
  /** The instance's; 100 when absent. */
  readonly priority?: number
  /** From a right advert of priority 200 to the frames to send; `own` is the receiver's address. */
  frames(right: AdvertFields, own: string): readonly Buffer[]
  /** A Backup is left alone, and takes over. */
  readonly onlyToMaster?: true
  /** The words by which an operator would look for it in keepalived's log. */
  readonly said?: string
  /** What vrrpd does where it is meant to differ from keepalived 2.2.7. */
  readonly vrrpd?: 'accepts' | 'stays'
}

/** 224.0.0.18 by RFC 1112 section 6.4. */
const vrrpGroupMac = '01:00:5e:00:00:12'

const changed =
  (change: Partial<AdvertFields>): PacketCase['frames'] =>
  (right) => [craftAdvert({ ...right, ...change })]

/** A right advert in an IP packet that `edit` has changed; its header's checksum is right again after that. */
const inPacket =
  (edit: (packet: Buffer, right: AdvertFields) => Buffer, to: string = vrrpGroupMac): PacketCase['frames'] =>
  (right) => [frame(withChecksum(edit(packetOf(right), right)), to)]

const packetOf = (right: AdvertFields): Buffer => inIp(right.source, craftVrrp(right))

/** As a router of this link sends it. */
export const inIp = (source: string, payload: Buffer): Buffer =>
  craftIp(source, '224.0.0.18', 112, payload, 255)

export const frame = (packet: Buffer, to: string = vrrpGroupMac): Buffer =>
  craftEthernet(to, '02:00:00:00:ff:fe', 0x0800, packet)

function withChecksum(packet: Buffer): Buffer {
  const header = packet.subarray(0, ((packet[0] ?? 0) & 15) * 4)
  header.writeUInt16BE(0, 10)
  let sum = 0
  for (let at = 0; at < header.length; at += 2) sum += header.readUInt16BE(at)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  header.writeUInt16BE(~sum & 0xffff, 10)
  return packet
}

function withOptions(packet: Buffer, options: readonly number[]): Buffer {
  const longer = Buffer.concat([packet.subarray(0, 20), Buffer.from(options), packet.subarray(20)])
  longer[0] = 0x40 | (5 + options.length / 4)
  longer.writeUInt16BE(longer.length, 2)
  return longer
}

const MORE_FRAGMENTS = 0x2000

/** @param payload cut into pieces of `size` bytes, a multiple of eight; each becomes a frame */
export function fragments(head: Buffer, payload: Buffer, id: number, size: number): readonly Buffer[] {
  const count = Math.ceil(payload.length / size)
  return Array.from({ length: count }, (_, index) => {
    const packet = Buffer.concat([head, payload.subarray(index * size, (index + 1) * size)])
    packet.writeUInt16BE(packet.length, 2)
    packet.writeUInt16BE(id, 4)
    packet.writeUInt16BE((index < count - 1 ? MORE_FRAGMENTS : 0) | ((index * size) / 8), 6)
    return frame(withChecksum(packet))
  })
}

const fragmented = (right: AdvertFields): readonly Buffer[] => {
  const packet = packetOf(right)
  return fragments(packet.subarray(0, 20), packet.subarray(20), 1000 + right.vrid, 8)
}

export const packetCases: readonly PacketCase[] = [
  { name: 'nothing wrong', frames: changed({}) },
  {
    name: 'TTL 254',
    frames: changed({ ttl: 254 }),
    said: 'invalid TTL/HL. Received 254 and expect 255',
  },
  // The expected length is that of the version in the packet.
  {
    name: 'version 3',
    frames: changed({ version: 3 }),
    said: 'vrrp packet too long, length 40 and expect 32',
  },
  {
    name: 'version 3 and as long as one',
    frames: (right) => {
      const packet = packetOf({ ...right, version: 3 })
      const shorter = packet.subarray(0, packet.length - 8)
      shorter.writeUInt16BE(shorter.length, 2)
      return [frame(withChecksum(shorter))]
    },
    // Newer ones say `wrong VRRP version`.
    said: 'version. Received 3 and expect 2',
  },
  {
    name: 'version 1',
    frames: changed({ version: 1 }),
    said: 'vrrp packet too long, length 40 and expect 32',
  },
  { name: 'type 2', frames: changed({ type: 2 }), said: 'Invalid packet type. 2 and expect 1' },
  { name: 'type 0', frames: changed({ type: 0 }), said: 'Invalid packet type. 0 and expect 1' },
  { name: 'authentication none', frames: changed({ authType: 0 }), said: 'received a 0 auth, expecting 1!' },
  { name: 'authentication 2', frames: changed({ authType: 2 }), said: 'received a 2 auth, expecting 1!' },
  { name: 'authentication 5', frames: changed({ authType: 5 }), said: 'Invalid auth type: 5' },
  { name: 'another password', frames: changed({ password: '1112' }), said: 'received an invalid passwd!' },
  { name: 'a longer password', frames: changed({ password: '11111' }), said: 'received an invalid passwd!' },
  {
    name: 'interval 2',
    frames: changed({ interval: 2 }),
    said: "advertisement interval mismatch mine=3 sec rcv'd=2 sec",
  },
  {
    name: 'interval 0',
    frames: changed({ interval: 0 }),
    said: "advertisement interval mismatch mine=3 sec rcv'd=0 sec",
  },
  { name: 'wrong checksum', frames: changed({ checksum: 0x1234 }), said: 'Invalid VRRPv2 checksum' },
  { name: 'checksum 0', frames: changed({ checksum: 0 }), said: 'Invalid VRRPv2 checksum' },
  {
    name: 'count too high',
    frames: changed({ count: 2 }),
    said: 'vrrp packet too short, length 40 and expect 44',
  },
  {
    name: 'count too low',
    frames: changed({ count: 0 }),
    said: 'vrrp packet too long, length 40 and expect 36',
  },
  {
    name: 'a byte too long',
    frames: changed({ trailer: Buffer.alloc(1) }),
    said: 'vrrp packet too long, length 41 and expect 40',
  },
  { name: 'another VRID', frames: (right) => [craftAdvert({ ...right, vrid: 250 })] },
  { name: 'other addresses', frames: changed({ addresses: ['10.9.9.9'] }), vrrpd: 'accepts' },
  {
    name: 'an address more',
    frames: (right) => [craftAdvert({ ...right, addresses: [...right.addresses, '10.9.9.9'] })],
    vrrpd: 'accepts',
  },
  { name: 'no addresses', frames: changed({ addresses: [] }), vrrpd: 'accepts' },
  { name: 'padding of the link', frames: (right) => [Buffer.concat([craftAdvert(right), Buffer.alloc(20)])] },
  { name: 'IP options', frames: inPacket((packet) => withOptions(packet, [1, 1, 1, 0])) },
  { name: 'router alert', frames: inPacket((packet) => withOptions(packet, [0x94, 4, 0, 0])) },
  { name: 'fragments', frames: fragmented },
  { name: 'one fragment only', frames: (right) => fragmented(right).slice(0, 1) },
  {
    name: 'wrong header checksum',
    frames: (right) => {
      const packet = packetOf(right)
      packet.writeUInt16BE(1, 10)
      return [frame(packet)]
    },
  },
  {
    name: "Don't Fragment",
    frames: inPacket((packet) => {
      packet[6] = 0x40
      return packet
    }),
  },
  {
    name: 'type of service 0',
    frames: inPacket((packet) => {
      packet[1] = 0
      return packet
    }),
  },
  { name: 'another group', frames: changed({ destination: '224.0.0.5' }) },
  { name: 'by link broadcast', frames: inPacket((packet) => packet, 'ff:ff:ff:ff:ff:ff') },
  {
    name: 'to the host alone',
    frames: (right, own) => [craftAdvert({ ...right, destination: own })],
  },
  { name: 'from 0.0.0.0', frames: changed({ source: '0.0.0.0' }) },
  { name: 'from 255.255.255.255', frames: changed({ source: '255.255.255.255' }) },
  { name: 'from a group', frames: changed({ source: '224.0.0.1' }) },
  { name: 'from 127.0.0.1', frames: changed({ source: '127.0.0.1' }) },
  {
    name: 'from a virtual address',
    frames: (right) => [craftAdvert({ ...right, source: right.addresses[0] ?? '' })],
  },
  { name: 'lower priority', frames: changed({ priority: 50 }) },
  // What a Backup makes of it is a matter of Skew_Time, and not of a packet's form.
  { name: 'priority 0', onlyToMaster: true, frames: changed({ priority: 0 }) },
  { name: 'equal priority, lower address', frames: changed({ priority: 100, source: '10.8.0.1' }) },
  { name: 'equal priority, higher address', frames: changed({ priority: 100, source: '10.9.0.200' }) },
  {
    name: 'equal priority, own address',
    frames: (right, own) => [craftAdvert({ ...right, priority: 100, source: own })],
  },
  {
    name: 'higher priority, own address',
    frames: (right, own) => [craftAdvert({ ...right, source: own })],
  },
  { name: 'priority 255', frames: changed({ priority: 255 }) },
  { name: 'an owner hears 254', priority: 255, frames: changed({ priority: 254 }) },
  { name: 'an owner hears 0', priority: 255, frames: changed({ priority: 0 }) },
  {
    name: 'an owner hears an owner, higher address',
    priority: 255,
    frames: changed({ priority: 255, source: '10.9.0.200' }),
  },
  // keepalived 2.2.7 lowers its own priority to 254 and yields, so that two of them leave nobody.
  {
    name: 'an owner hears an owner, lower address',
    priority: 255,
    frames: changed({ priority: 255, source: '10.8.0.1' }),
    vrrpd: 'stays',
  },
]
