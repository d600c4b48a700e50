/**
 * keepalived's log sentences about checks, so that what watches its log goes on to work. What follows from a verdict
 * (`Removing service …`, weights, quorum) is told by whoever draws the consequences.
 *
 * Source: logs of 2.2.7, each sentence as it was written (test/checkers/words.test.ts). Where keepalived has none, our
 * own; what it repeats in each period for a trouble of ours is said once.
 */

import { formatIp } from '../base/address.ts'
import { assertNever } from '../base/result.ts'
import { noResultText, reasonText, type FailureReason, type NoResultReason } from './reason.ts'
import type { Finding, Step } from './retry.ts'
import type {
  DnsCheck,
  HttpCheck,
  MiscCheck,
  PingCheck,
  SmtpCheck,
  TcpCheck,
  TimedCheck,
  UdpCheck,
} from './types.ts'

/** As keepalived calls them: `[10.9.0.21]:tcp:80`, `[10.8.0.100]:tcp:80`, `FWM 3`, `[G]:0`. */
export interface CheckedNames {
  readonly realServer: string
  readonly virtualServer: string
}

type Success = Extract<Finding, { kind: 'success' }>
type Failure = Extract<Finding, { kind: 'failure' }>

/** What to log of one attempt, in this order; most of the time nothing. */
export function logLines(names: CheckedNames, check: TimedCheck, step: Step): string[] {
  const { finding } = step
  switch (finding.kind) {
    case 'success':
      return successLines(names, check, finding)
    case 'failure':
      return failureLines(names, check, finding, step)
    case 'no-result':
      return finding.isRepeated ? [] : [noResultLine(names, check, finding.reason)]
  }
}

/** The checker begins (`Activating`), or rests while the host has not the address (ha_suspend). */
export const activityLine = (
  what: 'Activating' | 'Deactivating' | 'Suspending',
  { realServer, virtualServer }: CheckedNames,
): string => `${what} healthchecker for service ${realServer} for VS ${virtualServer}`

function successLines(names: CheckedNames, check: TimedCheck, finding: Success): string[] {
  const { realServer } = names
  const news = (line: string): string[] => (finding.isNews ? [line] : [])
  switch (check.kind) {
    case 'tcp':
      return news(`TCP connection to ${realServer} success.`)
    case 'udp':
      return news(`UDP connection to ${realServer} success.`)
    case 'ping':
      return news(`ICMP connection to ${realServer} success.`)
    case 'smtp':
      return news(`Remote SMTP server ${realServer} succeed on service.`)
    case 'misc':
      return news(`${miscSubject(names, check)} succeeded.`)
    case 'dns':
      return []
    case 'http':
      return [
        ...lengthLines(names, check, finding),
        ...(finding.verdict === 'down' ? [urlPassed(realServer, check, finding.url)] : []),
        ...news(`Remote Web server ${realServer} succeed on service.`),
      ]
    default:
      return assertNever(check)
  }
}

function lengthLines(names: CheckedNames, { urls }: HttpCheck, { note, url }: Success): string[] {
  if (note === undefined) return []
  const where = `http_check for RS ${names.realServer} VS ${names.virtualServer} url ${urls[url]?.path ?? ''}`
  return [`${where}: content_length (${note.announced}) does not match received bytes (${note.received})`]
}

/** The last of what was looked at. */
function urlPassed(realServer: string, { urls }: HttpCheck, index: number): string {
  const url = urls[index]
  const what =
    url?.regex !== undefined ? 'Regex match' : url?.digest !== undefined ? 'MD5 digest' : 'HTTP status code'
  return `${what} success to ${realServer} url(${url?.path ?? ''})`
}

interface Failed<Kind extends TimedCheck> {
  readonly names: CheckedNames
  readonly check: Kind
  readonly finding: Failure
  /** It is the failure that takes the server out, or the first one of a server that was not in. */
  readonly isDecisive: boolean
  /** log_all_failures, of a server that is up. */
  readonly isLogged: boolean
}

function failureLines(names: CheckedNames, check: TimedCheck, finding: Failure, { change }: Step): string[] {
  const isDecisive = change === 'down' || (finding.isFinal && finding.isFirst)
  const failed = { names, finding, isDecisive, isLogged: check.logAllFailures && finding.verdict === 'up' }
  switch (check.kind) {
    case 'tcp':
      return tcpFailed({ ...failed, check })
    case 'http':
      return httpFailed({ ...failed, check })
    case 'smtp':
      return smtpFailed({ ...failed, check })
    case 'dns':
      return dnsFailed({ ...failed, check })
    case 'udp':
      return datagramFailed({ ...failed, check }, 'UDP connection to', 'UDP_CHECK')
    case 'ping':
      return datagramFailed({ ...failed, check }, 'ICMP connection to', 'ICMP CHECK')
    case 'misc':
      return miscFailed({ ...failed, check })
    default:
      return assertNever(check)
  }
}

function tcpFailed({ names, check, finding, isDecisive, isLogged }: Failed<TcpCheck>): string[] {
  const { realServer } = names
  const how = finding.reason.kind === 'connect-timeout' ? 'timeout' : 'failed'
  return [
    ...(isLogged ? [`TCP connection to ${realServer} ${how}.`] : []),
    ...(isDecisive ? [`TCP_CHECK on service ${realServer} failed${afterRetries(check, finding)}.`] : []),
  ]
}

/** Of the first check of all, which has no retries: nothing. */
const afterRetries = ({ timing }: TimedCheck, { isFirst }: Failure): string =>
  isFirst || timing.retry === 0 ? '' : ` after ${timing.retry} retries`

function datagramFailed(
  { names, check, finding, isDecisive, isLogged }: Failed<UdpCheck | PingCheck>,
  connectionTo: string,
  checkName: string,
): string[] {
  const { realServer } = names
  return [
    ...(isLogged ? [`${connectionTo} ${realServer} failed.`] : []),
    ...(isDecisive ? [`${checkName} on service ${realServer} failed${afterRetries(check, finding)}.`] : []),
  ]
}

function httpFailed({ names, check, finding, isLogged }: Failed<HttpCheck>): string[] {
  const { realServer } = names
  const { retry } = check.timing
  // Also of a server that never was up, until one URL has failed (measured).
  const isTold = isLogged || (check.logAllFailures && finding.stage === 'first-round')
  const goesDown = finding.verdict === 'up' && finding.isFinal
  return [
    ...(isTold ? [httpReason(realServer, finding.reason)] : []),
    ...(goesDown
      ? [`HTTP_CHECK on service ${realServer} failed${retry === 0 ? '' : ` after ${retry} retries`}.`]
      : []),
  ]
}

function httpReason(realServer: string, reason: FailureReason): string {
  switch (reason.kind) {
    case 'connect':
      return reason.error === 'ENETUNREACH'
        ? `HTTP_CHECK - network unreachable server ${realServer}.`
        : `Connection failed server ${realServer}.`
    case 'connect-timeout':
      return `Timeout connecting server ${realServer}.`
    case 'tls':
      return `SSL handshake/communication error connecting to server ${realServer}.`
    case 'connection-lost':
      return `Read error with server ${realServer}.`
    case 'read-timeout':
      return `Timeout WEB read server ${realServer}.`
    case 'no-data':
      return `Read, no data received from  server ${realServer}.`
    case 'http-status':
      return `HTTP status code error to server ${realServer}.`
    case 'digest':
      return `MD5 digest error to server ${realServer}.`
    case 'regex':
      return `Regex match failed server ${realServer}.`
    default:
      return `HTTP_CHECK on service ${realServer}: ${reasonText(reason)}.`
  }
}

function smtpFailed({ names, check, finding, isDecisive, isLogged }: Failed<SmtpCheck>): string[] {
  if (!isDecisive && !isLogged) return []
  const { address, port } = check.connection.target
  return [`SMTP_CHECK ${smtpReason(finding.reason, names, formatIp(address), port)}`]
}

function smtpReason(reason: FailureReason, names: CheckedNames, address: string, port: number): string {
  const server = `[${address}]:${port}`
  switch (reason.kind) {
    case 'connect':
      return reason.error === 'ENETUNREACH'
        ? `Network unreachable for server ${address} - real server ${names.realServer}`
        : `Could not connect to server ${server}`
    case 'connect-timeout':
      return `Connection timeout to server ${server}`
    case 'read-timeout':
      return `Read timeout from server ${server}`
    case 'connection-lost':
      return `Read failure from server ${server}`
    case 'smtp-answer':
      return reason.stage === 'greeting'
        ? `Bad greeting banner from server ${server}`
        : `Bad HELO response from server ${server}`
    default:
      return `${reasonText(reason)} from server ${server}`
  }
}

function dnsFailed({ names, check, finding, isDecisive, isLogged }: Failed<DnsCheck>): string[] {
  if (!isDecisive && !isLogged) return []
  // Of a first check nothing, of a later one also that there were none (measured).
  const suffix = isDecisive && !finding.isFirst ? ` after ${check.timing.retry} retries` : ''
  return [`DNS_CHECK (${names.realServer}) ${dnsReason(finding.reason)}${suffix}`]
}

function dnsReason(reason: FailureReason): string {
  if (reason.kind === 'dns-rcode') return `read error occurred. (rcode = ${reason.rcode})`
  if (reason.kind === 'no-reply') return 'read timeout from socket'
  if (reason.kind === 'datagram' && reason.error === 'ECONNREFUSED')
    return 'failed to read socket; errno 111 (Connection refused)'
  return `failed to read socket; ${reasonText(reason)}`
}

const miscSubject = ({ realServer, virtualServer }: CheckedNames, { command }: MiscCheck): string =>
  `Misc check for [${realServer} VS ${virtualServer}] by [${command[0]}]`

function miscFailed({ names, check, finding, isDecisive, isLogged }: Failed<MiscCheck>): string[] {
  const when = isDecisive ? miscDecision(check) : isLogged ? miscRetry(check, finding) : undefined
  if (when === undefined) return []
  const { reason } = finding
  const how = reason.kind === 'program-timeout' ? 'timed out' : 'failed'
  const detail =
    reason.kind === 'exit-code'
      ? ` (exited with status ${reason.code})`
      : reason.kind === 'signal'
        ? ` (due to signal ${reason.signal})`
        : ''
  return [`${miscSubject(names, check)} ${how}${when}${detail}.`]
}

const retries = (count: number): string => (count === 1 ? '1 retry' : `${count} retries`)

const miscDecision = ({ timing }: MiscCheck): string =>
  timing.retry === 0 ? ' with retry disabled' : ` after ${retries(timing.retry)}`

/** The first failure is followed by retries, the second one was the first of them. */
const miscRetry = ({ timing }: MiscCheck, { attempt }: Failure): string =>
  attempt === 1 ? `, will do ${retries(timing.retry)}` : ` on retry ${attempt - 1}/${timing.retry}`

function noResultLine({ realServer }: CheckedNames, check: TimedCheck, reason: NoResultReason): string {
  const why = noResultText(reason)
  if (reason.kind !== 'bind') return `${CHECK_NAMES[check.kind]} on service ${realServer}: ${why}.`
  switch (check.kind) {
    case 'tcp':
      return `TCP socket bind failed. Rescheduling. (${realServer}: ${why})`
    case 'http':
      return `WEB socket bind failed. Rescheduling (${realServer}: ${why})`
    case 'smtp':
      return `SMTP_CHECK socket bind failed. Rescheduling. (${realServer}: ${why})`
    case 'dns':
      return `DNS_CHECK (${realServer}) UDP socket bind failed. Rescheduling.`
    case 'udp':
    case 'ping':
    case 'misc':
      return `${CHECK_NAMES[check.kind]} on service ${realServer}: ${why}.`
    default:
      return assertNever(check)
  }
}

const CHECK_NAMES: Readonly<Record<TimedCheck['kind'], string>> = {
  tcp: 'TCP_CHECK',
  http: 'HTTP_CHECK',
  smtp: 'SMTP_CHECK',
  dns: 'DNS_CHECK',
  udp: 'UDP_CHECK',
  ping: 'PING_CHECK',
  misc: 'MISC_CHECK',
}
