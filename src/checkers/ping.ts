/**
 * PING_CHECK: an ICMP echo request (RFC 792, RFC 4443 §4.1) over a datagram socket of protocol ICMP, to which the
 * kernel gives an identifier, a checksum, and only its own replies.
 */

import { isIpv4 } from '../base/address.ts'
import type { DatagramExchange } from './datagram.ts'
import { isPeerError } from './reason.ts'
import { failure, noResult, SUCCESS, type PingCheck } from './types.ts'

const ECHO_REQUEST_V4 = 8
const ECHO_REPLY_V4 = 0
const ECHO_REQUEST_V6 = 128
const ECHO_REPLY_V6 = 129
const HEADER_BYTES = 8
const PAYLOAD = new TextEncoder().encode('vrrpd PING_CHECK')

/**
 * Type, code 0, checksum and identifier, which the kernel fills in, sequence number, payload.
 *
 * @param sequence 0..65535
 */
export function encodeEchoRequest(family: 'ipv4' | 'ipv6', sequence: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + PAYLOAD.length)
  bytes[0] = family === 'ipv4' ? ECHO_REQUEST_V4 : ECHO_REQUEST_V6
  new DataView(bytes.buffer).setUint16(6, sequence)
  bytes.set(PAYLOAD, HEADER_BYTES)
  return bytes
}

/** The sequence number that an echo reply answers; undefined: it is none. */
export function decodeEchoReply(family: 'ipv4' | 'ipv6', bytes: Uint8Array): number | undefined {
  const type = family === 'ipv4' ? ECHO_REPLY_V4 : ECHO_REPLY_V6
  if (bytes.length < HEADER_BYTES || bytes[0] !== type || bytes[1] !== 0) return undefined
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint16(6)
}

/** @param sequence of this attempt, 0..65535 */
export function pingExchange({ connection }: PingCheck, sequence: number): DatagramExchange {
  const family = isIpv4(connection.target.address) ? 'ipv4' : 'ipv6'
  const timeout = connection.connectTimeout
  return {
    request: encodeEchoRequest(family, sequence),
    answerBytes: HEADER_BYTES,
    timeout,
    // A late reply to the attempt before is none to this one.
    received: (datagram) => (decodeEchoReply(family, datagram) === sequence ? SUCCESS : undefined),
    failed: (call, error) => {
      if (call === 'bind') return noResult({ kind: 'bind', error })
      return isPeerError(error)
        ? failure({ kind: 'datagram', error })
        : noResult({ kind: 'socket', call, error })
    },
    timedOut: () => failure({ kind: 'no-reply', timeout }),
  }
}
