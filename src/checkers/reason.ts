/** Why an attempt failed, or came to nothing, as values; and in words, for status, events and `why`. */

import { printable } from '../base/printable.ts'
import { assertNever } from '../base/result.ts'
import { toSeconds, type Duration } from '../base/time.ts'
import type { StatusRange } from './types.ts'

/** Errors of a connection that say something about the server (measured, 2.2.7). All others are our own trouble. */
export const PEER_ERRORS = [
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ECONNREFUSED',
  'EHOSTDOWN',
  'ENETDOWN',
  'ECONNRESET',
  'ECONNABORTED',
  'ETIMEDOUT',
] as const
export type PeerError = (typeof PEER_ERRORS)[number]

export const isPeerError = (code: string): code is PeerError =>
  (PEER_ERRORS as readonly string[]).includes(code)

/** In which step of a dialogue. */
export type Stage = 'TLS handshake' | 'answer' | 'greeting' | 'HELO' | 'QUIT'

export type FailureReason =
  | { readonly kind: 'connect'; readonly error: PeerError }
  | { readonly kind: 'connect-timeout'; readonly timeout: Duration }
  | { readonly kind: 'tls'; readonly text: string }
  | { readonly kind: 'connection-lost'; readonly stage: Stage; readonly error: string }
  | { readonly kind: 'read-timeout'; readonly stage: Stage; readonly timeout: Duration }
  /** HTTP: the connection ended before the header did. */
  | { readonly kind: 'no-data'; readonly received: number }
  | {
      readonly kind: 'http-status'
      /** Absent: the first line has none. */
      readonly status: number | undefined
      readonly expected: readonly StatusRange[]
    }
  | { readonly kind: 'digest'; readonly found: string; readonly expected: string }
  | { readonly kind: 'regex'; readonly pattern: string; readonly found: boolean }
  | { readonly kind: 'too-long'; readonly part: 'header' | 'answer'; readonly bytes: number }
  | { readonly kind: 'endless'; readonly limit: Duration }
  | { readonly kind: 'smtp-answer'; readonly stage: 'greeting' | 'HELO'; readonly line: string }
  | { readonly kind: 'dns-rcode'; readonly rcode: number }
  | { readonly kind: 'no-reply'; readonly timeout: Duration }
  /** UDP and ping: what came back instead, or why nothing could be sent. */
  | { readonly kind: 'datagram'; readonly error: string }
  | {
      readonly kind: 'reply-length'
      readonly bytes: number
      readonly minLength: number
      readonly maxLength: number
    }
  | { readonly kind: 'reply-content' }
  | { readonly kind: 'exit-code'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: number }
  | { readonly kind: 'program-timeout'; readonly timeout: Duration }
  | { readonly kind: 'file'; readonly value: number; readonly weight: number }

export type NoResultReason =
  | { readonly kind: 'bind'; readonly error: string }
  | { readonly kind: 'socket'; readonly call: string; readonly error: string }
  | { readonly kind: 'regex'; readonly text: string }
  /** OpenSSL has no MD5 (FIPS mode). */
  | { readonly kind: 'md5'; readonly text: string }
  | { readonly kind: 'program'; readonly error: string }

const peerErrors: Readonly<Record<PeerError, string>> = {
  ENETUNREACH: 'network unreachable',
  EHOSTUNREACH: 'host unreachable',
  ECONNREFUSED: 'connect refused',
  EHOSTDOWN: 'host down',
  ENETDOWN: 'network down',
  ECONNRESET: 'connection reset',
  ECONNABORTED: 'connection aborted',
  ETIMEDOUT: 'connect timed out',
}

const spanText = (span: Duration): string => `${toSeconds(span)} s`

const rangeText = ({ first, last }: StatusRange): string => (first === last ? `${first}` : `${first}-${last}`)

/** `connect refused`, `HTTP 503, expected 200-299`: lower case, no full stop, safe to print. */
export function reasonText(reason: FailureReason): string {
  switch (reason.kind) {
    case 'connect':
      return peerErrors[reason.error]
    case 'connect-timeout':
      return `no connection within ${spanText(reason.timeout)}`
    case 'tls':
      return `TLS: ${printable(reason.text)}`
    case 'connection-lost':
      return `${reason.stage}: connection lost (${reason.error})`
    case 'read-timeout':
      return `${reason.stage}: nothing within ${spanText(reason.timeout)}`
    case 'no-data':
      return reason.received === 0 ? 'no answer' : `no HTTP header in ${reason.received} bytes`
    case 'http-status':
      return `HTTP ${reason.status ?? 'without a status'}, expected ${reason.expected.map(rangeText).join(' ')}`
    case 'digest':
      return `MD5 ${reason.found}, expected ${reason.expected}`
    case 'regex':
      return reason.found
        ? `the answer matches ${printable(reason.pattern)}`
        : `the answer does not match ${printable(reason.pattern)}`
    case 'too-long':
      return `the ${reason.part} has more than ${reason.bytes} bytes`
    case 'endless':
      return `the answer did not end within ${spanText(reason.limit)}`
    case 'smtp-answer':
      return reason.line === ''
        ? `${reason.stage}: no answer`
        : `${reason.stage}: answered '${printable(reason.line)}'`
    case 'dns-rcode':
      return `DNS answer ${rcodes[reason.rcode] ?? `rcode ${reason.rcode}`}`
    case 'no-reply':
      return `no reply within ${spanText(reason.timeout)}`
    case 'datagram':
      return isPeerError(reason.error) ? datagramErrors[reason.error] : reason.error
    case 'reply-length':
      return `a reply of ${reason.bytes} bytes, expected ${reason.minLength}-${reason.maxLength}`
    case 'reply-content':
      return 'another reply than expected'
    case 'exit-code':
      return `exit code ${reason.code}`
    case 'signal':
      return `ended by signal ${reason.signal}`
    case 'program-timeout':
      return `still running after ${spanText(reason.timeout)}`
    case 'file':
      return `number ${reason.value} with weight ${reason.weight}`
    default:
      return assertNever(reason)
  }
}

/** Why nothing is known, and where there is one, what to do about it. */
export function noResultText(reason: NoResultReason): string {
  switch (reason.kind) {
    case 'bind':
      return `the source address cannot be used (${reason.error})`
    case 'socket':
      return `${reason.call}: ${reason.error}`
    case 'regex':
      return `regex: ${printable(reason.text)}`
    case 'md5':
      return `no digest can be made (${printable(reason.text)})`
    case 'program':
      return `the program cannot be started (${reason.error})`
    default:
      return assertNever(reason)
  }
}

const datagramErrors: Readonly<Record<PeerError, string>> = {
  ...peerErrors,
  ECONNREFUSED: 'port unreachable',
}

/** RFC 1035 §4.1.1, RFC 2136 §2.2. */
const rcodes: readonly string[] = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED']
