/**
 * Who an ARP packet is from (RFC 826), as a packet socket without link headers gives it:
 *
 *   0  hardware type 1, protocol type 0x0800, lengths 6 and 4, operation
 *   8  sender MAC, sender address
 *  18  target MAC, target address
 */

import { ipv4FromNumber, type Ipv4Address } from '../../base/address.ts'

export interface ArpSender {
  /** Six bytes. */
  readonly mac: Uint8Array
  readonly address: Ipv4Address
}

/** Where the sender's address is; filters look for it there. */
export const SENDER_ADDRESS_AT = 14
const SENDER_MAC_AT = 8
const LENGTH = 28
const ETHERNET_AND_IPV4 = [0, 1, 8, 0, 6, 4]

/** Undefined for what is not ARP for IPv4 over Ethernet. */
export function decodeArpSender(payload: Uint8Array): ArpSender | undefined {
  if (payload.length < LENGTH) return undefined
  if (ETHERNET_AND_IPV4.some((byte, at) => payload[at] !== byte)) return undefined
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength)
  return {
    mac: payload.slice(SENDER_MAC_AT, SENDER_ADDRESS_AT),
    address: ipv4FromNumber(view.getUint32(SENDER_ADDRESS_AT)),
  }
}
