/**
 * UDP_CHECK: a datagram; that nothing comes back is a success, unless a reply is required. What fails is what the
 * host or a router says of it (port, host or network unreachable), and, other than elsewhere, a source address that
 * cannot be bound, too (measured, 2.2.7).
 */

import type { DatagramExchange } from './datagram.ts'
import type { FailureReason } from './reason.ts'
import { failure, noResult, SUCCESS, type UdpCheck, type UdpReply } from './types.ts'

/** 32 bytes, as keepalived's own are. */
const DEFAULT_PAYLOAD = new TextEncoder().encode('vrrpd UDP_CHECK is anybody there')

export function udpExchange({ payload, reply, connection }: UdpCheck): DatagramExchange {
  const timeout = connection.connectTimeout
  return {
    request: payload === undefined ? DEFAULT_PAYLOAD : fromHex(payload),
    // Whether it is too long, too.
    answerBytes: (reply?.maxLength ?? 0) + 1,
    timeout,
    received: (datagram) => {
      const reason = reply === undefined ? undefined : checkReply(datagram, reply)
      return reason === undefined ? SUCCESS : failure(reason)
    },
    failed: (call, error) =>
      call === 'socket' || call === 'setsockopt'
        ? noResult({ kind: 'socket', call, error })
        : failure({ kind: 'datagram', error }),
    timedOut: () => (reply === undefined ? SUCCESS : failure({ kind: 'no-reply', timeout })),
  }
}

function checkReply(
  datagram: Uint8Array,
  { pattern, minLength, maxLength }: UdpReply,
): FailureReason | undefined {
  const bytes = datagram.length
  if (bytes < minLength || bytes > maxLength) return { kind: 'reply-length', bytes, minLength, maxLength }
  const digits = Array.from(datagram, (byte) => byte.toString(16).padStart(2, '0')).join('')
  const differs = Array.from(pattern.toLowerCase()).some(
    (wanted, at) => at < digits.length && wanted !== 'x' && wanted !== digits.charAt(at),
  )
  return differs ? { kind: 'reply-content' } : undefined
}

const fromHex = (text: string): Uint8Array =>
  Uint8Array.from(text.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16))
