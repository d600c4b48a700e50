/** virtual_server, real_server and groups: what is served, and what is left out. */

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatIp, parseIp } from '../../../../src/base/address.ts'
import type { VirtualServer } from '../../../../src/config/blocks/virtual-server/load-balancing.ts'
import { configTestExitCode } from '../../../../src/config/diagnostics/exit-code.ts'
import { findings, instance, load, modelOf } from '../../support.ts'

const SERVER = 'real_server 10.9.0.1 80 {\n}'

const fileOf = (lines: string, head = '10.8.0.1 80', servers = SERVER): string =>
  `virtual_server ${head} {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\n${lines}\n${servers}\n}\n`

async function serversOf(...file: Parameters<typeof fileOf>): Promise<readonly VirtualServer[]> {
  return (await modelOf(fileOf(...file))).loadBalancing.virtualServers
}

const codes = (all: readonly string[]): string[] => all.map((one) => one.split(' ')[1]!)

describe('a virtual server', () => {
  test.each([
    ['', { scheduler: 'rr', quorum: 1, hysteresis: 0, onePacket: false, omega: false, smtpAlert: false }],
    ['lvs_sched lc', { scheduler: 'lc' }],
    ['protocol sctp', { target: { protocol: 'sctp' } }],
    ['persistence_timeout', { persistence: { timeoutSeconds: 360 } }],
    ['persistence_timeout 7\npersistence_engine sip', { persistence: { timeoutSeconds: 7, engine: 'sip' } }],
    ['persistence_granularity 24', { persistence: { timeoutSeconds: 360, netmask: 24 } }],
    ['persistence_granularity 255.255.255.0', { persistence: { netmask: 0xffffff00 } }],
    ['lb_algo sh\nsh-port', { schedulerFlags: { flag1: false, flag2: true, flag3: false } }],
    ['lb_algo mh\nmh-fallback\nsh-port', { schedulerFlags: { flag1: true, flag2: false, flag3: false } }],
    ['flag-3', { schedulerFlags: { flag1: false, flag2: false, flag3: true } }],
    ['weight 7', { realServers: [{ weight: 7 }] }],
    ['inhibit_on_failure', { realServers: [{ inhibitOnFailure: true }] }],
    ['quorum_up "/bin/a b" root\nquorum_up /bin/c', { quorumUp: { argv: ['/bin/a', 'b'] } }],
    [
      'sorry_server 10.9.0.9\nsorry_server_inhibit\nsorry_server_lvs_method DR',
      { sorryServer: { port: 0, inhibit: true, forwarding: { method: 'route' } } },
    ],
    ['sorry_server_inhibit\nsorry_server 10.9.0.9 80', { sorryServer: { inhibit: false } }],
  ])('with %j', async (lines, expected) => {
    expect(await serversOf(lines)).toMatchObject([expected])
  })

  test('has no netmask where each client is for itself', async () => {
    const [server] = await serversOf('persistence_granularity 255.255.255.255')
    expect(server!.persistence).toEqual({ timeoutSeconds: 360 })
  })

  /** Codes, and whether the block is served; exit codes and sentences as keepalived 2.2.7 has them. */
  test.each<[string, string, string, string[], number, number]>([
    ['no servers', '', '', ['no-real-servers'], 5, 0],
    ['a sorry server alone', 'sorry_server 10.9.9.9 80', '', ['no-real-servers'], 5, 0],
    ['another family', '', 'real_server 2001:db8::1 80 {\n}', ['no-real-servers', 'family-mismatch'], 5, 0],
    ['another family by a tunnel', 'lb_kind TUN', 'real_server 2001:db8::1 80 {\n}', [], 0, 1],
    ['one server twice', '', `${SERVER}\n${SERVER}`, ['duplicate-name'], 5, 1],
    ['flags of another scheduler', 'sh-port', SERVER, ['cleared'], 5, 1],
    ['flags of sh and mh mixed up', 'lb_algo sh\nmh-port', SERVER, ['cleared'], 0, 1],
    [
      'thresholds the wrong way round',
      '',
      'real_server 10.9.0.1 80 {\nuthreshold 3\nlthreshold 5\n}',
      [],
      0,
      1,
    ],
    ['a sorry server of another family', 'sorry_server 2001:db8::9 80', SERVER, ['family-mismatch'], 5, 1],
    ['weight 0 for all', 'weight 0', SERVER, ['value-out-of-range'], 5, 1],
  ])('%s', async (_what, lines, servers, found, exit, served) => {
    const loaded = await load(fileOf(lines, '10.8.0.1 80', servers))
    expect(codes(findings(loaded))).toEqual(found)
    expect(configTestExitCode(loaded.diagnostics, loaded.unreadable)).toBe(exit)
    expect(loaded.model.loadBalancing.virtualServers).toHaveLength(served)
  })

  test('two of one address are both there, with a warning that changes no exit code', async () => {
    const loaded = await load(fileOf('') + fileOf('', '10.8.0.1 80', 'real_server 10.9.0.2 80 {\n}'))
    expect(codes(findings(loaded))).toEqual(['duplicate-service'])
    expect(configTestExitCode(loaded.diagnostics, loaded.unreadable)).toBe(0)
    expect(loaded.model.loadBalancing.virtualServers).toHaveLength(2)
  })

  test.each([
    ['fwmark 5', SERVER, '', 'ipv4'],
    ['fwmark 5', 'real_server 2001:db8::1 80 {\n}', '', 'ipv6'],
    ['fwmark 5', SERVER, 'lb_kind TUN\nip_family inet6', 'ipv6'],
    ['fwmark 5', 'real_server 2001:db8::1 80 {\n}', 'lb_kind TUN', 'ipv4'],
  ])('%s before %j with %j', async (head, servers, lines, family) => {
    const all = await serversOf(lines, head, servers)
    expect(all).toMatchObject([{ target: { kind: 'mark', mark: 5, family } }])
  })

  test('fwmark 0 is none', async () => {
    expect(await serversOf('', 'fwmark 0')).toEqual([])
  })
})

describe('forwarding', () => {
  const tunnel = (type: string, port = 0, checksum = 'none'): unknown => ({
    method: 'tunnel',
    tunnel: { type, port, checksum },
  })
  test.each([
    ['lb_kind DR', { method: 'route' }, 0],
    ['lb_kind TUN', tunnel('ipip'), 0],
    ['lb_kind TUN type gue port 9 remcsum', tunnel('gue', 9, 'remote'), 0],
    ['lb_kind TUN type gre csum', tunnel('gre', 0, 'checksum'), 0],
    // What is wrong behind the method does not take it away (measured, 2.2.7).
    ['lb_kind TUN type gue', tunnel('ipip'), 5],
    ['lb_kind TUN type gre remcsum', tunnel('ipip'), 5],
    ['lb_kind TUN csum', tunnel('ipip'), 5],
    ['lb_kind TUN port 8', tunnel('ipip'), 5],
    ['lb_kind DR foo', { method: 'route' }, 5],
    ['lb_kind foo', { method: 'masquerade' }, 5],
  ])('%s', async (line, forwarding, exit) => {
    const loaded = await load(fileOf(line, '10.8.0.1 80'))
    expect(loaded.model.loadBalancing.virtualServers).toMatchObject([{ realServers: [{ forwarding }] }])
    expect(configTestExitCode(loaded.diagnostics, loaded.unreadable)).toBe(exit)
  })

  test('is the one chosen above a server, or else the one below', async () => {
    const text = (above: string): string =>
      `virtual_server 10.8.0.1 80 {\nprotocol TCP\nlb_algo rr\n${above}\n${SERVER}\nlb_kind DR\n}`
    const methodOf = async (above: string): Promise<string> => {
      const { loadBalancing } = await modelOf(text(above))
      return loadBalancing.virtualServers[0]!.realServers[0]!.forwarding.method
    }
    expect([await methodOf(''), await methodOf('lb_kind TUN')]).toEqual(['route', 'tunnel'])
  })
})

describe('a group', () => {
  const groupFile = (entries: string, lines = '', servers = SERVER): string =>
    `${fileOf(lines, 'group G', servers)}virtual_server_group G {\n${entries}\n}\n`

  test.each([
    ['10.8.0.1-3 80', ['10.8.0.1 80', '10.8.0.2 80', '10.8.0.3 80'], []],
    ['10.8.0.0/30', ['10.8.0.0 0', '10.8.0.1 0', '10.8.0.2 0', '10.8.0.3 0'], []],
    ['10.8.0.255-10.8.1.0 8', ['10.8.0.255 8', '10.8.1.0 8'], []],
    ['10.8.0.1 80\n10.8.0.1-1 80\n10.8.0.1-10.8.0.1 80', ['10.8.0.1 80'], ['invalid-address']],
    ['10.8.0.1 80\n10.8.0.9-3 80', ['10.8.0.1 80'], ['invalid-address']],
    ['10.8.0.1 80\n10.8.0.1/24 80', ['10.8.0.1 80'], ['invalid-address']],
    ['10.8.0.1 80\n10.8.0.1/0 80', ['10.8.0.1 80'], ['invalid-address']],
    ['10.8.0.1 80\n10.8.0.1-256 80', ['10.8.0.1 80'], ['invalid-address']],
    ['10.8.0.1 80\n10.0.0.0/8 80', ['10.8.0.1 80'], ['value-out-of-range']],
    ['10.8.0.1 80\nfwmark 7', ['10.8.0.1 80', 'fwmark 7 ipv4'], []],
    ['fwmark 7', ['fwmark 7 ipv4'], []],
    ['10.8.0.1 80\nfwmark x\nfwmark 3 foo', ['10.8.0.1 80'], ['invalid-number', 'unknown-option']],
  ])('of %j', async (entries, members, found) => {
    const loaded = await load(groupFile(entries))
    const [server] = loaded.model.loadBalancing.virtualServers
    const target = server!.target as Extract<VirtualServer['target'], { kind: 'group' }>
    expect(
      target.members.map((member) =>
        member.kind === 'mark'
          ? `fwmark ${member.mark} ${member.family}`
          : `${formatIp(member.address)} ${member.port}`,
      ),
    ).toEqual(members)
    expect(codes(findings(loaded))).toEqual(found)
  })

  test('of IPv6 addresses', async () => {
    const { loadBalancing } = await modelOf(
      groupFile('2001:db8::fe-101 80\n2001:db8::8/127 80', '', 'real_server 2001:db8:1::1 80 {\n}'),
    )
    expect(loadBalancing.virtualServers[0]!.target).toMatchObject({
      members: ['::fe', '::ff', '::100', '::101', '::8', '::9'].map((end) => ({
        address: parseIp(`2001:db8${end}`),
        port: 80,
      })),
    })
  })

  test.each([
    ['that is missing', fileOf('', 'group G'), ['no-such-group'], 0],
    ['of another family', groupFile('2001:db8::1 80'), ['no-such-group'], 0],
    [
      'of both and a mark of neither',
      groupFile('10.8.0.1\n2001:db8::1\nfwmark 3'),
      ['no-such-group', 'empty-group'],
      5,
    ],
    ['without a line', groupFile(''), ['no-such-group', 'empty-group'], 5],
  ])('%s is served to nobody', async (_what, text, found, exit) => {
    const loaded = await load(text)
    expect(loaded.model.loadBalancing.virtualServers).toEqual([])
    expect(codes(findings(loaded))).toEqual(found)
    expect(configTestExitCode(loaded.diagnostics, loaded.unreadable)).toBe(exit)
  })
})

describe('mail', () => {
  test.each([
    ['', '', '', [false, true]],
    ['smtp_alert off', '', '', [false, false]],
    ['smtp_alert on', '', '', [true, true]],
    ['smtp_alert on\nsmtp_alert_checker off', '', '', [false, false]],
    ['', 'smtp_alert', '', [true, true]],
    ['smtp_alert_checker', 'smtp_alert off', 'smtp_alert off', [false, false]],
    ['', 'smtp_alert off', '', [false, true]],
  ])('global %j, virtual %j, real %j (measured, 2.2.7)', async (globals, service, server, expected) => {
    const servers = `real_server 10.9.0.1 80 {\n${server}\n}`
    const { loadBalancing } = await modelOf(
      `global_defs {\n${globals}\n}\n${fileOf(service, '10.8.0.1 80', servers)}`,
    )
    const [one] = loadBalancing.virtualServers
    expect([one!.smtpAlert, one!.realServers[0]!.smtpAlert]).toEqual(expected)
  })
})

describe('globals', () => {
  test.each([
    ['lvs_flush off', { flush: true }],
    ['lvs_flush_on_stop', { flushOnStop: 'all' }],
    ['lvs_flush_on_stop\nlvs_flush_onstop VS', { flushOnStop: 'services' }],
    ['lvs_timeouts tcp 5\nlvs_timeouts udp 0', { timeouts: { tcpSeconds: 5, udpSeconds: 0 } }],
    ['rs_init_notifies', { notifyAtStart: true }],
    ['lvs_sync_daemon eth0', { syncDaemon: { interface: 'eth0', syncId: 0 } }],
    ['lvs_sync_daemon eth0 VI_1', { syncDaemon: { interface: 'eth0', instance: 'VI_1', syncId: 51 } }],
    ['lvs_sync_daemon eth0 VI_1 7', { syncDaemon: { instance: 'VI_1', syncId: 7 } }],
    ['lvs_sync_daemon eth0 inst VI_1 id 300', { syncDaemon: { instance: 'VI_1', syncId: 51 } }],
    [
      'lvs_sync_daemon eth0 id 9 maxlen 100 port 5 ttl 7 group 224.0.0.9',
      { syncDaemon: { syncId: 9, maxLength: 100, port: 5, ttl: 7, group: parseIp('224.0.0.9') } },
    ],
  ])('%j', async (lines, expected) => {
    const { loadBalancing } = await modelOf(`global_defs {\n${lines}\n}\n${instance()}`)
    expect(loadBalancing.globals).toMatchObject(expected)
  })

  test('a sync daemon of an instance that is not there is none', async () => {
    const loaded = await load(`global_defs {\nlvs_sync_daemon eth0 inst NO\n}\n${instance()}`)
    expect(loaded.model.loadBalancing.globals).not.toHaveProperty('syncDaemon')
    expect(codes(findings(loaded))).toEqual(['no-such-instance'])
  })

  test('lvs_sync_daemon_interface is one of its instance, unless global_defs has one', async () => {
    const of = async (globals: string): Promise<unknown> => {
      const text = `global_defs {\n${globals}\n}\n${instance('lvs_sync_daemon_interface eth3')}`
      return (await modelOf(text)).loadBalancing.globals.syncDaemon
    }
    expect(await of('')).toEqual({ interface: 'eth3', instance: 'VI_1', syncId: 51 })
    expect(await of('lvs_sync_daemon eth0')).toEqual({ interface: 'eth0', syncId: 0 })
  })

  test('net_namespace_ipvs, SSL and the FIFO', async () => {
    const { global, loadBalancing } = await modelOf(
      'global_defs {\nnotify_fifo /n\nlvs_notify_fifo /l\nlvs_notify_fifo_script /bin/s\n}\nnet_namespace_ipvs lb\nSSL {\nkey /k\n}\nSSL {\nca "/c a"\n}\n',
    )
    expect(loadBalancing).toMatchObject({ ssl: { ca: '/c a' }, globals: { ipvsNamespace: 'lb' } })
    expect(loadBalancing.ssl).toEqual({ ca: '/c a' })
    expect(global.lvsFifos.map(({ keyword, path }) => [keyword, path])).toEqual([
      ['notify_fifo', '/n'],
      ['lvs_notify_fifo', '/l'],
    ])
    expect(global.lvsFifos[1]!.script!.argv).toEqual(['/bin/s'])
    expect(global.fifos.map(({ path }) => path)).toEqual(['/n'])
  })
})

test('whatever stands around and in a virtual server, reading it never throws', async () => {
  const piece = fc.constantFrom(
    ...['virtual_server 10.8.0.1 80 {\n', 'real_server 10.9.0.1 80 {\n', 'real_server {\n', '}\n', '{\n'],
    ...['virtual_server group G {\n', 'virtual_server fwmark {\n', 'virtual_server_group G {\n', 'SSL {\n'],
    ...['HTTP_GET {\n', 'url {\n', 'SMTP_CHECK {\n', 'host {\n', 'MISC_CHECK {\n', 'misc_path "\n'],
    ...[
      'fwmark\n',
      '10.0.0.1-\n',
      '10.0.0.0/0\n',
      '::/1\n',
      '-\n',
      'lb_kind TUN type\n',
      'regex "\n',
      'regex\n',
    ],
    ...[
      'persistence_granularity 1.2.3.4.5\n',
      'lvs_sync_daemon eth0 id\n',
      'status_code -\n',
      'global_defs {\n',
    ],
    ...[
      'track_file\n',
      'quorum 0\n',
      'weight\n',
      'require_reply\n',
      'payload\n',
      'sorry_server\n',
      'retry\n',
    ],
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof({ weight: 5, arbitrary: piece }, fc.string({ maxLength: 6 })), { maxLength: 30 }),
      async (pieces) => {
        const { model } = await load(fileOf('') + pieces.join(''))
        expect(model.loadBalancing.virtualServers.length).toBeGreaterThan(0)
      },
    ),
    { numRuns: 200 },
  )
})
