/**
 * ARP as one asks who has an address without claiming it (RFC 5227 section
 * 2.1.1): a request from the address 0.0.0.0, so that no neighbour's cache
 * changes; and the answers.
 *
 *   0  Ethernet: destination, source, type 0x0806
 *  14  hardware type 1, protocol type 0x0800, lengths 6 and 4, operation 1 or 2
 *  22  sender MAC, sender address
 *  32  target MAC, target address
 */

import { formatMac, ipv4FromNumber, type Ipv4Address } from '../../base/address.ts'
import { encodeGratuitousArp } from './gratuitous-arp.ts'

const AT = { operation: 20, senderMac: 22, senderAddress: 28, targetMac: 32 } as const
const FRAME_LENGTH = 42
const OPERATION_REPLY = 2

/** @param mac the link's six bytes, to which the answers go */
export function encodeArpProbe(mac: Uint8Array, address: Ipv4Address): Uint8Array {
  const frame = encodeGratuitousArp(mac, address)
  frame.fill(0, AT.senderAddress, AT.senderAddress + 4)
  frame.fill(0, AT.targetMac, AT.targetMac + 6)
  return frame
}

export interface ArpReply {
  readonly address: Ipv4Address
  /** `02:00:00:00:00:01` */
  readonly mac: string
}

/** Undefined: no answer of anybody's. */
export function decodeArpReply(frame: Uint8Array): ArpReply | undefined {
  if (frame.length < FRAME_LENGTH) return undefined
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  if (view.getUint16(12) !== 0x0806 || view.getUint16(AT.operation) !== OPERATION_REPLY) return undefined
  return {
    address: ipv4FromNumber(view.getUint32(AT.senderAddress)),
    mac: formatMac(frame.subarray(AT.senderMac, AT.senderMac + 6)),
  }
}
