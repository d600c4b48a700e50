/**
 * What a health check is, as values: what is asked, of whom, how often, and what one attempt can come to. The words
 * are those of keepalived.conf(5), “healthcheckers”; what is inherited from the virtual and the real server is in
 * them already.
 */

import type { IpAddress } from '../base/address.ts'
import type { Duration } from '../base/time.ts'
import type { FailureReason, NoResultReason } from './reason.ts'

export interface Endpoint {
  readonly address: IpAddress
  /** 1..65535; 0 where there is none (PING_CHECK). */
  readonly port: number
}

/** connect_ip, connect_port, bindto, bind_port, bind_if, fwmark, connect_timeout. */
export interface Connection {
  readonly target: Endpoint
  readonly bindAddress: IpAddress | undefined
  readonly bindPort: number | undefined
  /** SO_BINDTODEVICE. */
  readonly bindInterface: string | undefined
  /** SO_MARK; 0 is none. */
  readonly mark: number
  /** For connecting, and then for each read. */
  readonly connectTimeout: Duration
}

export interface Timing {
  /** Between the end of one check and the beginning of the next one (MISC_CHECK: between beginnings). */
  readonly delayLoop: Duration
  /** Attempts after the first failed one, before a server that is up counts as down. */
  readonly retry: number
  readonly delayBeforeRetry: Duration
  /** The first check comes up to so much later than after one second. */
  readonly warmup: Duration
}

interface Timed {
  readonly timing: Timing
  /** Down until it has passed. */
  readonly alpha: boolean
  /** A line for each failed attempt, and not for the last one alone. */
  readonly logAllFailures: boolean
}

interface Connected extends Timed {
  readonly connection: Connection
}

export interface TcpCheck extends Connected {
  readonly kind: 'tcp'
}

/** From and to, both included; 100..599. */
export interface StatusRange {
  readonly first: number
  readonly last: number
}

export interface RegexCheck {
  /** PCRE, as written. */
  readonly pattern: string
  /** regex_options, PCRE's names. */
  readonly options: readonly string[]
  /** regex_no_match: the check fails where it is found. */
  readonly mustNotMatch: boolean
  /** Bytes of the whole answer, header included, from which on is searched. */
  readonly minOffset: number
  /** Where a match may begin at the latest. */
  readonly maxOffset: number | undefined
}

export interface UrlCheck {
  readonly path: string
  /** Of the header Host; absent: address and port of the target. */
  readonly host: string | undefined
  /** What TLS is told of the name (enable_sni); absent: nothing. */
  readonly serverName: string | undefined
  /** 32 hexadecimal digits, lower case. */
  readonly digest: string | undefined
  readonly statuses: readonly StatusRange[]
  readonly regex: RegexCheck | undefined
}

/** HTTP_GET and, with `tls`, SSL_GET. */
export interface HttpCheck extends Connected {
  readonly kind: 'http'
  readonly tls: boolean
  /** 1.0C is 1.0 with “Connection: close”. */
  readonly protocol: '1.0' | '1.0C' | '1.1'
  readonly urls: readonly [UrlCheck, ...UrlCheck[]]
  /** No pause between URLs of a server that comes back. */
  readonly fastRecovery: boolean
}

export interface SmtpCheck extends Connected {
  readonly kind: 'smtp'
  readonly heloName: string
}

export interface DnsCheck extends Connected {
  readonly kind: 'dns'
  readonly type: DnsType
  /** `.` is the root; a dot at the end changes nothing. */
  readonly name: string
}

export type DnsType = 'A' | 'NS' | 'CNAME' | 'SOA' | 'MX' | 'TXT' | 'AAAA' | 'RRSIG' | 'DNSKEY'

export interface UdpCheck extends Connected {
  readonly kind: 'udp'
  /** Hexadecimal, two digits a byte; absent: a text of 32 bytes. */
  readonly payload: string | undefined
  /** require_reply; absent: silence is success. */
  readonly reply: UdpReply | undefined
}

export interface UdpReply {
  /** Hexadecimal, `x` for four bits that do not matter; only what both have is compared. */
  readonly pattern: string
  /** Bytes. */
  readonly minLength: number
  readonly maxLength: number
}

export interface PingCheck extends Connected {
  readonly kind: 'ping'
}

/** As whom a program runs; absent: as the daemon does. */
export interface ProgramIdentity {
  readonly uid: number
  readonly gid: number
  readonly groups: readonly number[]
}

export interface MiscCheck extends Timed {
  readonly kind: 'misc'
  readonly command: readonly [string, ...string[]]
  readonly identity: ProgramIdentity | undefined
  /** misc_timeout, or the virtual server's delay_loop. */
  readonly timeout: Duration
  /** misc_dynamic: exit codes from 2 on are weights. */
  readonly dynamic: boolean
}

/** FILE_CHECK. Nothing is asked: whoever reads the file says what is in it. */
export interface FileCheck {
  readonly kind: 'file'
  readonly trackFile: string
  /** -2147483647..2147483647; the file's number is multiplied by it. */
  readonly weight: number
  /** The product counts with the other sign. */
  readonly reverse: boolean
}

/** Checks that are a connection or a datagram. */
export type NetworkCheck = TcpCheck | HttpCheck | SmtpCheck | DnsCheck | UdpCheck | PingCheck
/** Checks that run by a clock. */
export type TimedCheck = NetworkCheck | MiscCheck
export type Check = TimedCheck | FileCheck

/** What a success says about the server's weight. */
export type WeightEffect =
  | { readonly kind: 'configured' }
  /** MISC_CHECK: this in place of the configured weight, 0..253. */
  | { readonly kind: 'replace'; readonly weight: number }
  /** FILE_CHECK: so much more. */
  | { readonly kind: 'add'; readonly delta: number }

/** What was odd, and no reason to fail. */
export interface LengthNote {
  readonly kind: 'content-length'
  readonly announced: number
  readonly received: number
}

/** What one attempt comes to. */
export type Outcome =
  | {
      readonly kind: 'success'
      /** Of programs and files. */
      readonly weight?: WeightEffect
      readonly note?: LengthNote
    }
  | { readonly kind: 'failure'; readonly reason: FailureReason }
  /** It says nothing about the server: it could not be asked. Nothing changes, the next period tries again. */
  | { readonly kind: 'no-result'; readonly reason: NoResultReason }

export const SUCCESS: Outcome = { kind: 'success' }
export const failure = (reason: FailureReason): Outcome => ({ kind: 'failure', reason })
export const noResult = (reason: NoResultReason): Outcome => ({ kind: 'no-result', reason })

/**
 * What a checker adds to its server's configured weight. The effective weight is the configured one and the sum of
 * these of all its checkers, made anew each time, so that nothing of an earlier result is left over (keepalived
 * 2.2.7 leaves it after a timeout).
 */
export function weightDelta(effect: WeightEffect | undefined, configuredWeight: number): number {
  if (effect === undefined || effect.kind === 'configured') return 0
  return effect.kind === 'replace' ? effect.weight - configuredWeight : effect.delta
}
