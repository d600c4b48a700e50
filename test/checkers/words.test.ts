import { describe, expect, test } from 'vitest'
import { after, instant, seconds } from '../../src/base/time.ts'
import { noResultText, reasonText, type FailureReason } from '../../src/checkers/reason.ts'
import { attempt, begin, dueAt, policyOf, settle } from '../../src/checkers/retry.ts'
import { failure, noResult, SUCCESS, type Outcome, type TimedCheck } from '../../src/checkers/types.ts'
import { activityLine, logLines } from '../../src/checkers/words.ts'
import {
  connection,
  dnsCheck,
  httpCheck,
  miscCheck,
  pingCheck,
  smtpCheck,
  tcpCheck,
  timing,
  udpCheck,
  urlCheck,
} from './specs.ts'

const names = { realServer: '[127.0.0.1]:tcp:80', virtualServer: '[10.8.0.100]:tcp:80' }
const RS = names.realServer
const MISC = `Misc check for [${RS} VS ${names.virtualServer}] by [/usr/local/bin/check]`

const refused: Outcome = failure({ kind: 'connect', error: 'ECONNREFUSED' })
const status: Outcome = failure({
  kind: 'http-status',
  status: 503,
  expected: [{ first: 200, last: 299 }],
})
const greeting: Outcome = failure({ kind: 'smtp-answer', stage: 'greeting', line: '500 no' })
const helo: Outcome = failure({ kind: 'smtp-answer', stage: 'HELO', line: '500 no' })
const lost: Outcome = failure({ kind: 'connection-lost', stage: 'greeting', error: 'ECONNRESET' })
const rcode = (code: number): Outcome => failure({ kind: 'dns-rcode', rcode: code })
const silence: Outcome = failure({ kind: 'no-reply', timeout: seconds(1) })
const unreachable: Outcome = failure({ kind: 'datagram', error: 'ECONNREFUSED' })
const exit: Outcome = failure({ kind: 'exit-code', code: 1 })
const signal: Outcome = failure({ kind: 'signal', signal: 9 })
const hang: Outcome = failure({ kind: 'program-timeout', timeout: seconds(1) })
const bind: Outcome = noResult({ kind: 'bind', error: 'EADDRNOTAVAIL' })

/** What is logged while the attempts come to this. */
function logOf(check: TimedCheck, outcomes: readonly Outcome[]): string[] {
  const policy = policyOf(check)
  let state = begin(policy, check.alpha, instant(1e12), 0)
  return outcomes.flatMap((outcome) => {
    const now = dueAt(state)!
    const step = settle(attempt(state, now)!, policy, outcome, after(now, seconds(0.1)))!
    state = step.state
    return logLines(names, check, step)
  })
}

const all = { logAllFailures: true }
const retry = (count: number): { timing: ReturnType<typeof timing> } => ({ timing: timing({ retry: count }) })
const twoUrls = [urlCheck('/u1'), urlCheck('/u2')] as const
const ok = SUCCESS

/** As keepalived 2.2.7 logged them. */
const logs: readonly (readonly [string, TimedCheck, Outcome[], string[]])[] = [
  [
    'TCP_CHECK',
    tcpCheck(retry(2)),
    [ok, refused, refused, refused, refused, ok, ok],
    [
      `TCP connection to ${RS} success.`,
      `TCP_CHECK on service ${RS} failed after 2 retries.`,
      `TCP connection to ${RS} success.`,
    ],
  ],
  [
    'TCP_CHECK with log_all_failures',
    tcpCheck({ ...retry(2), ...all }),
    [ok, refused, refused, refused, refused],
    [
      `TCP connection to ${RS} success.`,
      `TCP connection to ${RS} failed.`,
      `TCP connection to ${RS} failed.`,
      `TCP connection to ${RS} failed.`,
      `TCP_CHECK on service ${RS} failed after 2 retries.`,
    ],
  ],
  [
    'TCP_CHECK, the first time',
    tcpCheck({ ...retry(2), ...all }),
    [refused],
    [`TCP connection to ${RS} failed.`, `TCP_CHECK on service ${RS} failed.`],
  ],
  [
    'TCP_CHECK, the first time, alpha',
    tcpCheck({ ...retry(0), ...all, alpha: true }),
    [refused, refused],
    [`TCP_CHECK on service ${RS} failed.`],
  ],
  ['TCP_CHECK, a retry that passes', tcpCheck(), [ok, refused, ok], [`TCP connection to ${RS} success.`]],
  [
    'HTTP_GET, two URLs',
    httpCheck({ urls: twoUrls, ...all }),
    [ok, ok, status, status, status, ok, status, ok, ok, ok],
    [
      `Remote Web server ${RS} succeed on service.`,
      `HTTP status code error to server ${RS}.`,
      `HTTP status code error to server ${RS}.`,
      `HTTP_CHECK on service ${RS} failed after 1 retries.`,
      `HTTP status code success to ${RS} url(/u1)`,
      `HTTP status code success to ${RS} url(/u1)`,
      `HTTP status code success to ${RS} url(/u2)`,
      `Remote Web server ${RS} succeed on service.`,
    ],
  ],
  [
    'HTTP_GET, alpha',
    httpCheck({ urls: twoUrls, ...all, alpha: true }),
    [status, ok, status, ok, ok],
    [
      `HTTP status code error to server ${RS}.`,
      `HTTP status code success to ${RS} url(/u1)`,
      `HTTP status code success to ${RS} url(/u1)`,
      `HTTP status code success to ${RS} url(/u2)`,
      `Remote Web server ${RS} succeed on service.`,
    ],
  ],
  [
    'HTTP_GET, the first time',
    httpCheck({ ...retry(2), ...all }),
    [refused],
    [`Connection failed server ${RS}.`, `HTTP_CHECK on service ${RS} failed after 2 retries.`],
  ],
  [
    'HTTP_GET without retries',
    httpCheck(retry(0)),
    [ok, status],
    [`Remote Web server ${RS} succeed on service.`, `HTTP_CHECK on service ${RS} failed.`],
  ],
  [
    'HTTP_GET with digest, on the way back',
    httpCheck({ urls: [urlCheck('/u1', { digest: '0'.repeat(32) })], ...retry(0) }),
    [status, ok, ok],
    [
      `HTTP_CHECK on service ${RS} failed.`,
      `MD5 digest success to ${RS} url(/u1)`,
      `MD5 digest success to ${RS} url(/u1)`,
      `Remote Web server ${RS} succeed on service.`,
    ],
  ],
  [
    'SMTP_CHECK',
    smtpCheck({ ...retry(2), ...all }),
    [ok, greeting, helo, lost, greeting, ok],
    [
      `Remote SMTP server ${RS} succeed on service.`,
      'SMTP_CHECK Bad greeting banner from server [127.0.0.1]:80',
      'SMTP_CHECK Bad HELO response from server [127.0.0.1]:80',
      'SMTP_CHECK Read failure from server [127.0.0.1]:80',
      `Remote SMTP server ${RS} succeed on service.`,
    ],
  ],
  [
    'SMTP_CHECK, the last failure alone',
    smtpCheck(),
    [refused, refused, refused],
    ['SMTP_CHECK Could not connect to server [127.0.0.1]:80'],
  ],
  [
    'DNS_CHECK',
    dnsCheck({ ...retry(1), ...all }),
    [ok, rcode(2), ok, silence, rcode(3), rcode(3), ok],
    [
      `DNS_CHECK (${RS}) read error occurred. (rcode = 2)`,
      `DNS_CHECK (${RS}) read timeout from socket`,
      `DNS_CHECK (${RS}) read error occurred. (rcode = 3) after 1 retries`,
    ],
  ],
  [
    'DNS_CHECK without retries',
    dnsCheck(retry(0)),
    [ok, rcode(2)],
    [`DNS_CHECK (${RS}) read error occurred. (rcode = 2) after 0 retries`],
  ],
  [
    'DNS_CHECK, the first time',
    dnsCheck(retry(2)),
    [unreachable],
    [`DNS_CHECK (${RS}) failed to read socket; errno 111 (Connection refused)`],
  ],
  [
    'UDP_CHECK',
    udpCheck({ ...retry(2), ...all }),
    [ok, unreachable, unreachable, silence, silence, ok],
    [
      `UDP connection to ${RS} success.`,
      `UDP connection to ${RS} failed.`,
      `UDP connection to ${RS} failed.`,
      `UDP connection to ${RS} failed.`,
      `UDP_CHECK on service ${RS} failed after 2 retries.`,
      `UDP connection to ${RS} success.`,
    ],
  ],
  ['UDP_CHECK, the first time', udpCheck(), [unreachable], [`UDP_CHECK on service ${RS} failed.`]],
  [
    'PING_CHECK',
    pingCheck(retry(2)),
    [silence, ok],
    [`ICMP CHECK on service ${RS} failed.`, `ICMP connection to ${RS} success.`],
  ],
  [
    'MISC_CHECK',
    miscCheck({ ...retry(2), ...all }),
    [ok, exit, exit, exit, exit, ok],
    [
      `${MISC} succeeded.`,
      `${MISC} failed, will do 2 retries (exited with status 1).`,
      `${MISC} failed on retry 1/2 (exited with status 1).`,
      `${MISC} failed after 2 retries (exited with status 1).`,
      `${MISC} succeeded.`,
    ],
  ],
  [
    'MISC_CHECK that hangs',
    miscCheck({ ...retry(2), ...all }),
    [ok, hang, hang, hang],
    [
      `${MISC} succeeded.`,
      `${MISC} timed out, will do 2 retries.`,
      `${MISC} timed out on retry 1/2.`,
      `${MISC} timed out after 2 retries.`,
    ],
  ],
  [
    'MISC_CHECK with one retry',
    miscCheck(),
    [ok, exit, exit],
    [`${MISC} succeeded.`, `${MISC} failed after 1 retry (exited with status 1).`],
  ],
  [
    'MISC_CHECK without retries',
    miscCheck(retry(0)),
    [signal],
    [`${MISC} failed with retry disabled (due to signal 9).`],
  ],
  [
    'MISC_CHECK, the first time',
    miscCheck(retry(2)),
    [exit],
    [`${MISC} failed after 2 retries (exited with status 1).`],
  ],
]

describe('keepalived’s log', () => {
  test.each(logs)('%s', (_what, check, outcomes, expected) => {
    expect(logOf(check, outcomes)).toEqual(expected)
  })

  const reasons: readonly (readonly [FailureReason, string])[] = [
    [{ kind: 'connect', error: 'ENETUNREACH' }, `HTTP_CHECK - network unreachable server ${RS}.`],
    [{ kind: 'read-timeout', stage: 'answer', timeout: seconds(1) }, `Timeout WEB read server ${RS}.`],
    [{ kind: 'connect-timeout', timeout: seconds(1) }, `Timeout connecting server ${RS}.`],
    [
      { kind: 'tls', text: 'wrong version number' },
      `SSL handshake/communication error connecting to server ${RS}.`,
    ],
    [{ kind: 'connection-lost', stage: 'answer', error: 'ECONNRESET' }, `Read error with server ${RS}.`],
    [{ kind: 'no-data', received: 0 }, `Read, no data received from  server ${RS}.`],
    [{ kind: 'digest', found: 'a', expected: 'b' }, `MD5 digest error to server ${RS}.`],
    [{ kind: 'regex', pattern: 'a', found: false }, `Regex match failed server ${RS}.`],
    [
      { kind: 'too-long', part: 'answer', bytes: 9 },
      `HTTP_CHECK on service ${RS}: the answer has more than 9 bytes.`,
    ],
  ]

  test.each(reasons)('HTTP_GET with log_all_failures: %j', (reason, expected) => {
    expect(logOf(httpCheck(all), [ok, failure(reason)]).at(-1)).toBe(expected)
  })

  test('a trouble of ours is said once, whatever the period', () => {
    expect(logOf(tcpCheck(), [bind, bind, bind])).toEqual([
      `TCP socket bind failed. Rescheduling. (${RS}: the source address cannot be used (EADDRNOTAVAIL))`,
    ])
    expect(logOf(dnsCheck(), [bind])).toEqual([`DNS_CHECK (${RS}) UDP socket bind failed. Rescheduling.`])
    expect(logOf(tcpCheck(), [noResult({ kind: 'socket', call: 'setsockopt', error: 'EPERM' })])).toEqual([
      `TCP_CHECK on service ${RS}: setsockopt: EPERM.`,
    ])
  })

  test('a body of another length than announced', () => {
    const note = { kind: 'content-length', announced: 500, received: 5 } as const
    expect(logOf(httpCheck(), [ok, { kind: 'success', note }]).at(-1)).toBe(
      `http_check for RS ${RS} VS ${names.virtualServer} url /: content_length (500) does not match received bytes (5)`,
    )
  })

  test('SMTP_CHECK names the address it connects to', () => {
    const target = { address: connection().target.address, port: 2525 }
    const check = smtpCheck({ connection: connection(25, { target }), ...retry(0) })
    expect(logOf(check, [greeting])).toEqual(['SMTP_CHECK Bad greeting banner from server [127.0.0.1]:2525'])
  })

  test('checkers begin and rest', () => {
    expect(activityLine('Suspending', names)).toBe(
      `Suspending healthchecker for service ${RS} for VS ${names.virtualServer}`,
    )
  })
})

describe('reasons for people', () => {
  test.each<readonly [FailureReason, string]>([
    [{ kind: 'connect', error: 'ECONNREFUSED' }, 'connect refused'],
    [{ kind: 'connect-timeout', timeout: seconds(2.5) }, 'no connection within 2.5 s'],
    [
      {
        kind: 'http-status',
        status: 503,
        expected: [
          { first: 200, last: 200 },
          { first: 300, last: 399 },
        ],
      },
      'HTTP 503, expected 200 300-399',
    ],
    [
      { kind: 'http-status', status: undefined, expected: [{ first: 200, last: 200 }] },
      'HTTP without a status, expected 200',
    ],
    [{ kind: 'no-data', received: 0 }, 'no answer'],
    [{ kind: 'no-data', received: 7 }, 'no HTTP header in 7 bytes'],
    [
      { kind: 'smtp-answer', stage: 'greeting', line: '500 \u001b[31mno' },
      "greeting: answered '500 \\x1b[31mno'",
    ],
    [{ kind: 'dns-rcode', rcode: 3 }, 'DNS answer NXDOMAIN'],
    [{ kind: 'dns-rcode', rcode: 9 }, 'DNS answer rcode 9'],
    [{ kind: 'datagram', error: 'ECONNREFUSED' }, 'port unreachable'],
    [{ kind: 'regex', pattern: 'a', found: true }, 'the answer matches a'],
    [{ kind: 'file', value: -5, weight: 3 }, 'number -5 with weight 3'],
  ])('%j', (reason, expected) => {
    expect(reasonText(reason)).toBe(expected)
  })

  test('and for why nothing is known', () => {
    expect(noResultText({ kind: 'socket', call: 'setsockopt', error: 'ENODEV' })).toBe('setsockopt: ENODEV')
  })
})
