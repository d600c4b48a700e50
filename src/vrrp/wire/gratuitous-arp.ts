/**
 * Gratuitous ARP: tells every host and switch on the link which MAC address
 * answers for a virtual address now. Sent as keepalived sends it: a request
 * for the address from the address itself, target hardware address all ones
 * (RFC 826 leaves that field open, RFC 5227 section 3 explains why a request).
 *
 *   0  Ethernet: destination ff:ff:ff:ff:ff:ff, source MAC, type 0x0806
 *  14  hardware type 1, protocol type 0x0800, lengths 6 and 4, operation 1
 *  22  sender MAC, sender address
 *  32  target MAC ff:ff:ff:ff:ff:ff, target address
 */

import type { Ipv4Address } from '../../base/address.ts'
import { invariant } from '../../base/result.ts'

const MAC_LENGTH = 6
const FRAME_LENGTH = 42
const BROADCAST = new Uint8Array(MAC_LENGTH).fill(0xff)

const AT = {
  destination: 0,
  source: 6,
  etherType: 12,
  hardwareType: 14,
  protocolType: 16,
  hardwareLength: 18,
  protocolLength: 19,
  operation: 20,
  senderMac: 22,
  senderAddress: 28,
  targetMac: 32,
  targetAddress: 38,
} as const

const ETHERTYPE = { arp: 0x0806, ipv4: 0x0800 } as const
const HARDWARE_ETHERNET = 1
const OPERATION_REQUEST = 1

/**
 * @param mac the link's six bytes.
 * @returns a whole Ethernet frame, 42 bytes, not padded.
 */
export function encodeGratuitousArp(mac: Uint8Array, address: Ipv4Address): Uint8Array {
  invariant(mac.length === MAC_LENGTH, 'gratuitous ARP needs an Ethernet address')
  const frame = new Uint8Array(FRAME_LENGTH)
  const view = new DataView(frame.buffer)
  frame.set(BROADCAST, AT.destination)
  frame.set(mac, AT.source)
  view.setUint16(AT.etherType, ETHERTYPE.arp)
  view.setUint16(AT.hardwareType, HARDWARE_ETHERNET)
  view.setUint16(AT.protocolType, ETHERTYPE.ipv4)
  view.setUint8(AT.hardwareLength, MAC_LENGTH)
  view.setUint8(AT.protocolLength, 4)
  view.setUint16(AT.operation, OPERATION_REQUEST)
  frame.set(mac, AT.senderMac)
  view.setUint32(AT.senderAddress, address)
  frame.set(BROADCAST, AT.targetMac)
  view.setUint32(AT.targetAddress, address)
  return frame
}
