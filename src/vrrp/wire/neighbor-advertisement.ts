/**
 * Unsolicited neighbour advertisement (RFC 4861 sections 4.4 and 7.2.6): what a gratuitous ARP is to
 * IPv4. Sent as keepalived sends it (captured, 2.2.7): from the address itself to all nodes, with the
 * Override flag.
 *
 *   0  Ethernet: destination 33:33:00:00:00:01, source MAC, type 0x86dd
 *  14  IPv6: version 6, payload length 32, next header 58 (ICMPv6), hop limit 255
 *  22  source: the address, destination ff02::1
 *  54  ICMPv6: type 136, code 0, checksum, flags (4)
 *  62  target: the address
 *  78  option 2 (target link-layer address), length 1, MAC
 */

import { ipToBytes, type Ipv6Address } from '../../base/address.ts'
import { invariant } from '../../base/result.ts'
import { internetChecksum } from './ip.ts'

const MAC_LENGTH = 6
const FRAME_LENGTH = 86
const ETHERTYPE_IPV6 = 0x86dd
const ICMPV6 = 58
const PAYLOAD_LENGTH = 32
const NEIGHBOR_ADVERTISEMENT = 136
const FLAG = { router: 0x80, override: 0x20 } as const
const TARGET_LINK_LAYER_ADDRESS = 2
const ALL_NODES_MAC = Uint8Array.of(0x33, 0x33, 0, 0, 0, 1)
const ALL_NODES = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)

const AT = {
  destinationMac: 0,
  sourceMac: 6,
  etherType: 12,
  version: 14,
  payloadLength: 18,
  nextHeader: 20,
  hopLimit: 21,
  source: 22,
  destination: 38,
  type: 54,
  checksum: 56,
  flags: 58,
  target: 62,
  option: 78,
  optionMac: 80,
} as const

/**
 * @param mac the link's six bytes
 * @param isRouter whether the link forwards: hosts that hear otherwise stop using it as their router
 * @returns a whole Ethernet frame, 86 bytes
 */
export function encodeNeighborAdvertisement(
  mac: Uint8Array,
  address: Ipv6Address,
  isRouter: boolean,
): Uint8Array {
  invariant(mac.length === MAC_LENGTH, 'a neighbour advertisement needs an Ethernet address')
  const frame = new Uint8Array(FRAME_LENGTH)
  const view = new DataView(frame.buffer)
  const own = ipToBytes(address)
  frame.set(ALL_NODES_MAC, AT.destinationMac)
  frame.set(mac, AT.sourceMac)
  view.setUint16(AT.etherType, ETHERTYPE_IPV6)
  view.setUint8(AT.version, 0x60)
  view.setUint16(AT.payloadLength, PAYLOAD_LENGTH)
  view.setUint8(AT.nextHeader, ICMPV6)
  view.setUint8(AT.hopLimit, 255)
  frame.set(own, AT.source)
  frame.set(ALL_NODES, AT.destination)
  view.setUint8(AT.type, NEIGHBOR_ADVERTISEMENT)
  view.setUint8(AT.flags, FLAG.override | (isRouter ? FLAG.router : 0))
  frame.set(own, AT.target)
  frame.set([TARGET_LINK_LAYER_ADDRESS, 1], AT.option)
  frame.set(mac, AT.optionMac)
  view.setUint16(AT.checksum, checksum(frame))
  return frame
}

/** RFC 8200 section 8.1: over the addresses, the length, the protocol and the message. */
const checksum = (frame: Uint8Array): number =>
  internetChecksum(
    frame.subarray(AT.source, AT.type),
    Uint8Array.of(0, 0, 0, PAYLOAD_LENGTH, 0, 0, 0, ICMPV6),
    frame.subarray(AT.type),
  )
