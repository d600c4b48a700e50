/** Checks as a configuration would give them, for tests that care about a few of their fields. */

import { parseIpv4, type Ipv4Address } from '../../src/base/address.ts'
import { seconds } from '../../src/base/time.ts'
import type {
  Connection,
  DnsCheck,
  HttpCheck,
  MiscCheck,
  PingCheck,
  SmtpCheck,
  TcpCheck,
  Timing,
  UdpCheck,
  UrlCheck,
} from '../../src/checkers/types.ts'

export const address = (text: string): Ipv4Address => parseIpv4(text)!

/** delay_loop 2, delay_before_retry 1, retry 1, no warmup: what keepalived was measured with. */
export const timing = (changes: Partial<Timing> = {}): Timing => ({
  delayLoop: seconds(2),
  delayBeforeRetry: seconds(1),
  retry: 1,
  warmup: seconds(0),
  ...changes,
})

export const connection = (port = 80, changes: Partial<Connection> = {}): Connection => ({
  target: { address: address('127.0.0.1'), port },
  bindAddress: undefined,
  bindPort: undefined,
  bindInterface: undefined,
  mark: 0,
  connectTimeout: seconds(1),
  ...changes,
})

const common = { timing: timing(), connection: connection(), alpha: false, logAllFailures: false }

export const urlCheck = (path = '/', changes: Partial<UrlCheck> = {}): UrlCheck => ({
  path,
  host: undefined,
  serverName: undefined,
  digest: undefined,
  statuses: [{ first: 200, last: 299 }],
  regex: undefined,
  ...changes,
})

export const tcpCheck = (changes: Partial<TcpCheck> = {}): TcpCheck => ({
  kind: 'tcp',
  ...common,
  ...changes,
})

export const httpCheck = (changes: Partial<HttpCheck> = {}): HttpCheck => ({
  kind: 'http',
  ...common,
  tls: false,
  protocol: '1.0',
  urls: [urlCheck()],
  fastRecovery: false,
  ...changes,
})

export const smtpCheck = (changes: Partial<SmtpCheck> = {}): SmtpCheck => ({
  kind: 'smtp',
  ...common,
  heloName: 'smtpchecker.keepalived.org',
  ...changes,
})

export const dnsCheck = (changes: Partial<DnsCheck> = {}): DnsCheck => ({
  kind: 'dns',
  ...common,
  type: 'SOA',
  name: '.',
  ...changes,
})

export const udpCheck = (changes: Partial<UdpCheck> = {}): UdpCheck => ({
  kind: 'udp',
  ...common,
  payload: undefined,
  reply: undefined,
  ...changes,
})

export const pingCheck = (changes: Partial<PingCheck> = {}): PingCheck => ({
  kind: 'ping',
  ...common,
  ...changes,
})

export const miscCheck = (changes: Partial<MiscCheck> = {}): MiscCheck => ({
  kind: 'misc',
  timing: timing(),
  alpha: false,
  logAllFailures: false,
  command: ['/usr/local/bin/check'],
  identity: undefined,
  timeout: seconds(2),
  dynamic: false,
  ...changes,
})
