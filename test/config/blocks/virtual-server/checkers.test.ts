/** Checkers: defaults and inheritance as keepalived 2.2.7 dumps them, and what each kind has of its own. */

import { describe, expect, test } from 'vitest'
import type { Checker } from '../../../../src/config/blocks/virtual-server/load-balancing.ts'
import { parseIp } from '../../../../src/base/address.ts'
import { findings, load, modelOf } from '../../support.ts'

const fileOf = (check: string, server = '', service = '', port = '80'): string =>
  [
    'track_file tf {\nfile /tmp/x\nweight 7 reverse\n}',
    `virtual_server 10.8.0.1 443 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\n${service}`,
    `real_server 10.9.0.1 ${port} {\n${server}\n${check}\n}\n}`,
    'bfd_instance B {\nneighbor_ip 10.0.0.2\n}',
  ].join('\n')

async function checkersOf(...file: Parameters<typeof fileOf>): Promise<readonly Checker[]> {
  const { loadBalancing } = await modelOf(fileOf(...file))
  return loadBalancing.virtualServers[0]!.realServers[0]!.checkers
}

async function checkerOf(...file: Parameters<typeof fileOf>): Promise<Record<string, unknown>> {
  const [checker] = await checkersOf(...file)
  return checker as unknown as Record<string, unknown>
}

const S = 1_000_000
const URL = 'url {\npath /\n}'

describe('timing (measured, 2.2.7)', () => {
  test.each([
    ['TCP_CHECK {\n}', 1, 1],
    [`HTTP_GET {\n${URL}\n}`, 1, 3],
    [`SSL_GET {\n${URL}\n}`, 1, 3],
    ['SMTP_CHECK {\n}', 1, 1],
    ['DNS_CHECK {\n}', 3, 60],
    ['MISC_CHECK {\nmisc_path /bin/x\n}', 0, 1],
    ['PING_CHECK {\n}', 1, 1],
    ['UDP_CHECK {\n}', 1, 1],
  ])('of %j', async (check, retry, delay) => {
    expect(await checkerOf(check)).toMatchObject({
      retry,
      delayBeforeRetry: delay * S,
      delayLoop: 60 * S,
      warmup: 60 * S,
      alpha: false,
      logAllFailures: false,
    })
  })

  const all = 'retry 9\ndelay_before_retry 8\nwarmup 7\ndelay_loop 6\nalpha\nconnect_timeout 4'
  const others = 'retry 2\ndelay_before_retry 1.5\nwarmup 0\ndelay_loop 3\nalpha off\nconnect_timeout 1'
  const asAll = { retry: 9, delayBeforeRetry: 8 * S, warmup: 7 * S, delayLoop: 6 * S, alpha: true }
  const asOthers = { retry: 2, delayBeforeRetry: 1.5 * S, warmup: 0, delayLoop: 3 * S, alpha: false }

  test.each([
    ['the virtual server', '', all, '', asAll, 4],
    ['the real server before it', '', all, others, asOthers, 1],
    ['the checker before both', others, all, all, asOthers, 1],
  ])('of %s', async (_who, own, service, server, timing, timeout) => {
    expect(await checkerOf(`TCP_CHECK {\n${own}\n}`, server, service)).toMatchObject({
      ...timing,
      connection: { connectTimeout: timeout * S },
    })
  })

  test.each([
    [
      'delay_loop is the default of warmup',
      'DNS_CHECK {\ndelay_loop 7\n}',
      { warmup: 7 * S, delayBeforeRetry: 7 * S },
    ],
    ['a checker may try once', 'TCP_CHECK {\nretry 0\n}', { retry: 0 }],
    ['nb_get_retry is retry', `HTTP_GET {\nretry 2\nnb_get_retry 6\n${URL}\n}`, { retry: 6 }],
    ['of both the last', `HTTP_GET {\nnb_get_retry 6\nretry 2\n${URL}\n}`, { retry: 2 }],
    ['an invalid one does not count', 'TCP_CHECK {\nretry x\n}', { retry: 1 }],
  ])('%s', async (_what, check, expected) => {
    expect(await checkerOf(check)).toMatchObject(expected)
  })

  test('nb_get_retry is no keyword of TCP_CHECK', async () => {
    expect(await checkerOf('TCP_CHECK {\nnb_get_retry 3\n}')).toMatchObject({ retry: 1 })
  })

  test('what global_defs logs no checker keeps silent', async () => {
    const text = fileOf('TCP_CHECK {\nlog_all_failures off\n}')
    const { loadBalancing } = await modelOf(`global_defs {\nchecker_log_all_failures\n}\n${text}`)
    expect(loadBalancing.virtualServers[0]!.realServers[0]!.checkers).toMatchObject([
      { logAllFailures: true },
    ])
  })
})

describe('connections', () => {
  test.each([
    ['the server', '', '8080', { address: parseIp('10.9.0.1'), port: 8080, mark: 0 }],
    ['the virtual server’s port', '', '', { port: 443 }],
    ['another', 'connect_ip 10.9.0.7\nconnect_port 81', '80', { address: parseIp('10.9.0.7'), port: 81 }],
    [
      'from an address',
      'bindto 10.0.0.1\nbind_port 1024\nbind_if eth0\nfwmark 5',
      '80',
      { bindAddress: parseIp('10.0.0.1'), bindPort: 1024, bindInterface: 'eth0', mark: 5 },
    ],
  ])('to %s', async (_what, lines, port, connection) => {
    expect(await checkerOf(`TCP_CHECK {\n${lines}\n}`, '', '', port)).toMatchObject({ connection })
  })

  test.each([
    ['bindto 2001:db8::1', ['9:8 family-mismatch'], { address: parseIp('10.9.0.1') }],
    [
      'bindto 10.0.0.1\nconnect_ip 2001:db8::1',
      ['10:12 family-mismatch'],
      { address: parseIp('10.9.0.1'), bindAddress: parseIp('10.0.0.1') },
    ],
  ])('of one family: %j', async (lines, found, connection) => {
    const loaded = await load(fileOf(`TCP_CHECK {\n${lines}\n}`))
    // The three lines of track_file are in front.
    expect(findings(loaded).map((one) => one.replace(/^\d+/, ''))).toEqual(
      found.map((one) => one.replace(/^\d+/, '')),
    )
    const [checker] = loaded.model.loadBalancing.virtualServers[0]!.realServers[0]!.checkers
    expect(checker).toMatchObject({ connection })
    expect(checker).toHaveProperty('connection')
  })

  test('link-local ones need an interface', async () => {
    expect(await checkersOf('TCP_CHECK {\nconnect_ip fe80::1\n}')).toEqual([])
    expect(await checkersOf('TCP_CHECK {\nconnect_ip fe80::1\nbind_if eth0\n}')).toHaveLength(1)
  })
})

describe('HTTP', () => {
  const urlOf = async (lines: string, check = '', server = '', service = ''): Promise<unknown> => {
    const checker = await checkerOf(`SSL_GET {\n${check}\nurl {\npath /\n${lines}\n}\n}`, server, service)
    return (checker as { urls: readonly unknown[] }).urls[0]
  }

  test.each([
    ['', { path: '/', statuses: [{ first: 200, last: 299 }] }],
    [
      'status_code 200 400-499',
      {
        statuses: [
          { first: 200, last: 200 },
          { first: 400, last: 499 },
        ],
      },
    ],
    ['status_code 99 3xx', { statuses: [{ first: 200, last: 299 }] }],
    ['digest 0123456789ABCDEF0123456789abcdef', { digest: '0123456789abcdef0123456789abcdef' }],
    [String.raw`regex "k\s\\d a"`, { regex: { pattern: String.raw`ks\d a`, options: [], minOffset: 0 } }],
    [
      'regex a\nregex_no_match\nregex_options caseless multiline\nregex_min_offset 5\nregex_max_offset 9',
      { regex: { mustNotMatch: true, options: ['caseless', 'multiline'], minOffset: 5, maxOffset: 9 } },
    ],
  ])('url of %j', async (lines, expected) => {
    expect(await urlOf(lines)).toMatchObject(expected)
  })

  test.each([
    ['virtualhost u', 'virtualhost c', 'virtualhost r', 'virtualhost v', 'u', 'u'],
    ['', 'virtualhost c', 'virtualhost r', 'virtualhost v', 'c', 'c'],
    ['', '', 'virtualhost r', 'virtualhost v', 'r', 'v'],
    ['', '', '', 'virtualhost v', 'v', 'v'],
    ['', '', 'virtualhost r', '', 'r', undefined],
  ])('names: %j %j %j %j', async (url, check, server, service, host, serverName) => {
    const one = (await urlOf(url, `enable_sni\n${check}`, server, service)) as Record<string, unknown>
    expect([one['host'], one['serverName']]).toEqual([host, serverName])
  })

  test('without enable_sni TLS is told no name', async () => {
    expect(await urlOf('virtualhost u')).not.toHaveProperty('serverName')
  })

  test.each(['HTTP_GET {\n}', 'HTTP_GET {\nurl {\n}\n}', 'MISC_CHECK {\n}', 'FILE_CHECK {\n}'])(
    '%j lacks what it needs and is left out',
    async (check) => {
      const loaded = await load(fileOf(check))
      expect(findings(loaded).every((one) => one.endsWith('incomplete-check'))).toBe(true)
      expect(findings(loaded).length).toBeGreaterThan(0)
      expect(loaded.model.loadBalancing.virtualServers[0]!.realServers[0]!.checkers).toEqual([])
    },
  )
})

describe('others', () => {
  test.each([
    ['DNS_CHECK {\n}', { kind: 'dns', type: 'SOA', name: '.' }],
    ['DNS_CHECK {\ntype dnskey\nname a.b\n}', { type: 'DNSKEY', name: 'a.b' }],
    ['DNS_CHECK {\nname a..b\n}', { name: '.' }],
    ['SMTP_CHECK {\n}', { kind: 'smtp', heloName: 'smtpchecker.keepalived.org' }],
    [
      'UDP_CHECK {\npayload 0A1 22\nrequire_reply 1XfF x2\n}',
      { payload: '00a122', reply: { pattern: '1xffx2', minLength: 0, maxLength: 255 } },
    ],
    ['UDP_CHECK {\nrequire_reply\nmin_reply_length 2\n}', { reply: { pattern: '', minLength: 2 } }],
    ['FILE_CHECK {\ntrack_file tf\n}', { kind: 'file', trackFile: 'tf', weight: 7, reverse: true }],
    ['FILE_CHECK {\ntrack_file tf\nweight -3\n}', { weight: -3, reverse: false }],
    ['BFD_CHECK {\nname B\n}', { kind: 'bfd', name: 'B' }],
    [
      'MISC_CHECK {\nmisc_path "/bin/x a"\nuser nobody\nmisc_dynamic off\n}',
      { command: { argv: ['/bin/x', 'a'], user: { user: 'nobody' } }, dynamic: true, timeout: 60 * S },
    ],
    ['MISC_CHECK {\nmisc_path /bin/x\nmisc_timeout 4\n}', { timeout: 4 * S, dynamic: false }],
    ['MISC_CHECK {\nmisc_path /bin/x\ndelay_loop 9\nmisc_timeout 0\n}', { timeout: 60 * S }],
  ])('%j', async (check, expected) => {
    expect(await checkerOf(check)).toMatchObject(expected)
  })

  /** What stands outside of hosts counts if it says something of a connection; their timing is common. */
  test.each([
    ['host {\nconnect_port 26\n}\nhost {\nretry 5\n}\nretry 2', [26, 80], 2],
    ['retry 2\nhost {\nconnect_port 26\nretry 5\n}', [26], 5],
    ['connect_port 27\nhost {\n}', [27, 80], 1],
    ['fwmark 3\nhost {\n}', [80, 80], 1],
  ])('hosts of a mail server: %j', async (lines, ports, retry) => {
    const checkers = await checkersOf(`SMTP_CHECK {\n${lines}\n}`)
    expect(checkers).toMatchObject(ports.map((port) => ({ kind: 'smtp', connection: { port }, retry })))
    expect(checkers).toHaveLength(ports.length)
  })
})
