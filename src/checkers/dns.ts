/**
 * DNS_CHECK: one question, and whether anybody answers it (RFC 1035 §4). A reply with the question's id passes when
 * its rcode is 0, empty or not; other ids and what is too short to be a reply are not ours (measured, 2.2.7).
 */

import type { Duration } from '../base/time.ts'
import type { DatagramExchange } from './datagram.ts'
import { isPeerError } from './reason.ts'
import { failure, noResult, SUCCESS, type DnsCheck, type DnsType, type Outcome } from './types.ts'

const TYPES: Readonly<Record<DnsType, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  RRSIG: 46,
  DNSKEY: 48,
}
const CLASS_IN = 1
const HEADER_BYTES = 12
const RECURSION_DESIRED = 0x0100

/**
 * @param id 0..65535
 * @param name labels of 1..63 bytes, at most 255 in all: what the configuration has seen to
 */
export function encodeQuestion(id: number, name: string, type: DnsType): Uint8Array {
  const labels = name.split('.').filter((label) => label !== '')
  const encoded = labels.map((label) => new TextEncoder().encode(label).subarray(0, 63))
  const nameBytes = encoded.reduce((sum, { length }) => sum + 1 + length, 1)
  const bytes = new Uint8Array(HEADER_BYTES + nameBytes + 4)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, id)
  view.setUint16(2, RECURSION_DESIRED)
  view.setUint16(4, 1)
  let at = HEADER_BYTES
  for (const label of encoded) {
    bytes[at] = label.length
    bytes.set(label, at + 1)
    at += 1 + label.length
  }
  view.setUint16(at + 1, TYPES[type])
  view.setUint16(at + 3, CLASS_IN)
  return bytes
}

export interface DnsReply {
  readonly id: number
  /** RFC 1035 §4.1.1; 0 is no error. */
  readonly rcode: number
}

/** Undefined: it is no reply. */
export function decodeReply(bytes: Uint8Array): DnsReply | undefined {
  if (bytes.length < HEADER_BYTES) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const flags = view.getUint16(2)
  const isReply = (flags & 0x8000) !== 0
  return isReply ? { id: view.getUint16(0), rcode: flags & 0x000f } : undefined
}

/** @param id of the question; chance, 0..65535 */
export function dnsExchange({ name, type, connection }: DnsCheck, id: number): DatagramExchange {
  const timeout: Duration = connection.connectTimeout
  return {
    request: encodeQuestion(id, name, type),
    answerBytes: HEADER_BYTES,
    timeout,
    received: (datagram): Outcome | undefined => {
      const reply = decodeReply(datagram)
      if (reply?.id !== id) return undefined
      return reply.rcode === 0 ? SUCCESS : failure({ kind: 'dns-rcode', rcode: reply.rcode })
    },
    failed: (call, error) => {
      if (call === 'bind') return noResult({ kind: 'bind', error })
      return isPeerError(error)
        ? failure({ kind: 'datagram', error })
        : noResult({ kind: 'socket', call, error })
    },
    timedOut: () => failure({ kind: 'no-reply', timeout }),
  }
}
