/** What the doctor says of load balancing to which facts, and where it finds them. */

import { describe, expect, test } from 'vitest'
import { accepted, rejected } from '../../src/base/result.ts'
import { checkConfiguration } from '../../src/doctor/checks/configuration.ts'
import { checkDirector } from '../../src/doctor/checks/director.ts'
import { collectDirector } from '../../src/doctor/collect/director.ts'
import type { Host } from '../../src/doctor/collect/host.ts'
import { diagnose } from '../../src/doctor/diagnose.ts'
import type { DirectorFacts, Facts, Method, Module, Route, Service } from '../../src/doctor/facts.ts'
import { littleEndian } from '../../src/system/socket-address.ts'
import { modelOf } from '../config/support.ts'
import { cidr, configuration, facts, ip, link, running, said } from './kit.ts'

const service = (change: Partial<Service> = {}, method: Method = 'NAT', server = '10.0.1.11'): Service => ({
  name: '10.0.0.100:80',
  addresses: [ip('10.0.0.100')],
  isAddressed: true,
  scheduler: 'wlc',
  methods: [method],
  servers: [{ address: ip(server), method }],
  pings: false,
  keepsDead: false,
  ...change,
})

const onLink: Route = { link: 'eth0', network: cidr('10.0.0.0/24') }
const gateway: Route = { link: 'eth0', network: cidr('0.0.0.0/0'), gateway: ip('10.0.0.254') }

const director = (change: Partial<DirectorFacts> = {}): DirectorFacts => ({
  services: [service()],
  ipvs: accepted('loaded'),
  schedulers: new Map([['wlc', accepted('loaded')]]),
  ipForward: true,
  ipForward6: true,
  expireNodest: true,
  expireQuiescent: true,
  conntrack: true,
  pingGroups: { first: 0, last: 0 },
  sendRedirects: new Map([['eth0', true]]),
  masquerades: accepted(false),
  routes: accepted([onLink, gateway]),
  ...change,
})

const findings = (change: Partial<DirectorFacts>, others: Partial<Facts> = {}): readonly string[] =>
  said(checkDirector(facts({ director: director(change), ...others })))

const WELL = 'ok: IPVS, forwarding and routes suit the virtual servers'
const missing = accepted<Module>('missing')

describe('load balancing', () => {
  test('is not spoken of where there is none', () => {
    expect(checkDirector(facts())).toEqual([])
    expect(findings({})).toEqual([WELL])
  })

  test('alone is something to run', () => {
    const of = (change: Partial<Facts>): readonly string[] =>
      said(
        checkConfiguration(facts({ configuration: accepted(configuration({ instances: [] })), ...change })),
      )
    expect(of({})[0]).toMatch(/^problem: /)
    expect(of({ director: director() })[0]).toMatch(/^ok: /)
  })

  test.each<readonly [string, Partial<DirectorFacts>, readonly string[]]>([
    ['no IPVS', { ipvs: missing }, ['problem: the kernel has no IPVS: there is no module ip_vs']],
    ['IPVS that can be loaded', { ipvs: accepted('loadable') }, [WELL]],
    [
      'IPVS of which nothing is known',
      { ipvs: rejected('/lib/modules/6.1 cannot be read') },
      ['unknown: whether the kernel has IPVS: /lib/modules/6.1 cannot be read', WELL],
    ],
    [
      'no scheduler',
      { schedulers: new Map([['wlc', missing]]) },
      ['problem: the kernel has no scheduler wlc, which 10.0.0.100:80 needs'],
    ],
    [
      'NAT without forwarding',
      { ipForward: false },
      ['problem: net.ipv4.ip_forward is 0, and 10.0.0.100:80 uses NAT'],
    ],
    ['NAT without forwarding of the other family', { ipForward6: false }, [WELL]],
    [
      'a firewall that does not see IPVS',
      { conntrack: false, masquerades: accepted(true) },
      ['hint: the firewall has MASQUERADE or SNAT, and net.ipv4.vs.conntrack is 0', WELL],
    ],
    ['a firewall that translates nothing', { conntrack: false }, [WELL]],
    ['connections that hang', { expireNodest: false }, ['hint: net.ipv4.vs.expire_nodest_conn is 0', WELL]],
    [
      'persistence to dead servers',
      { expireQuiescent: false, services: [service({ keepsDead: true })] },
      [
        'warning: net.ipv4.vs.expire_quiescent_template is 0, and 10.0.0.100:80 has persistence with inhibit_on_failure',
      ],
    ],
    ['persistence alone', { expireQuiescent: false }, [WELL]],
    [
      'NAT on one link',
      { services: [service({}, 'NAT', '10.0.0.11')] },
      ['warning: 10.0.0.100:80 and its servers of NAT are on one link, eth0, and send_redirects is on there'],
    ],
    [
      'NAT on one link that tells nobody',
      { services: [service({}, 'NAT', '10.0.0.11')], sendRedirects: new Map([['eth0', false]]) },
      [WELL],
    ],
  ])('%s', (_what, change, expected) => {
    expect(findings(change)).toEqual(expected)
  })

  const PAST = 'hint: 10.0.0.100:80 cannot be tried out from this host'

  test.each<readonly [string, string, readonly Route[], readonly string[]]>([
    ['on the link', '10.0.0.11', [onLink, gateway], [PAST, WELL]],
    [
      'behind a router',
      '110.65.32.23',
      [onLink, gateway],
      ['problem: 110.65.32.23 is a server of DR, and the route goes through 10.0.0.254 on eth0', PAST],
    ],
    [
      'of no route',
      '10.0.9.1',
      [onLink],
      ['problem: 10.0.9.1 is a server of DR, and there is no route to it', PAST],
    ],
    [
      'of the longer route',
      '10.0.0.11',
      [onLink, { link: 'eth1', network: cidr('10.0.0.11/32'), gateway: ip('10.0.0.3') }],
      ['problem: 10.0.0.11 is a server of DR, and the route goes through 10.0.0.3 on eth1', PAST],
    ],
    ['that is this host', '10.0.0.1', [], [PAST, WELL]],
  ])('a server of DR %s', (_what, server, routes, expected) => {
    expect(
      findings({ services: [service({}, 'DR', server)], routes: accepted(routes), ipForward: false }),
    ).toEqual(expected)
  })

  test('routes that cannot be read', () => {
    expect(findings({ services: [service({}, 'DR', '10.0.0.11')], routes: rejected('no /proc') })).toContain(
      'unknown: whether servers of DR are on a link of this host: no /proc',
    )
  })

  test('the virtual address', () => {
    const held = new Map([['eth0', link({ addresses: [cidr('10.0.0.1/24'), cidr('10.0.0.100/24')] })]])
    expect(findings({}, { daemon: running('MASTER'), links: held })).toEqual([WELL])
    expect(findings({}, { daemon: running('MASTER') })).toEqual([
      'problem: 10.0.0.100 is not on this host, which is MASTER',
    ])
    expect(findings({}, { daemon: running('BACKUP') })).toEqual([WELL])
    const other = { services: [service({ addresses: [ip('10.0.0.7')] })] }
    expect(findings(other)).toEqual([
      'warning: 10.0.0.7: no vrrp_instance has this address of virtual servers, nor has this host',
    ])
  })

  test('PING_CHECK', () => {
    const asked = { services: [service({ pings: true })], pingGroups: { first: 1, last: 0 } }
    expect(findings(asked)).toEqual([WELL])
    const { report, ...rest } = running('BACKUP')
    const lvsProcess = { pid: 4712 } as NonNullable<typeof report.lvsProcess>
    const daemon = { ...rest, report: { ...report, lvsProcess } }
    expect(findings(asked, { daemon })).toEqual([
      'warning: net.ipv4.ping_group_range is 1 0, and 10.0.0.100:80 has PING_CHECK',
    ])
    expect(findings({ services: [service()], pingGroups: { first: 1, last: 0 } }, { daemon })).toEqual([WELL])
  })

  test('has a name of its own in the report', () => {
    const report = diagnose(facts({ director: director({ ipvs: missing }) }))
    expect(report.findings[0]).toMatchObject({ check: 'director', severity: 'problem' })
  })
})

const CONFIGURATION = `virtual_server 10.0.0.100 80 {
  lb_algo rr
  lb_kind DR
  protocol TCP
  persistence_timeout 50
  inhibit_on_failure
  real_server 10.0.0.11 80 {
    PING_CHECK {
    }
  }
}
virtual_server fwmark 7 {
  lb_algo wlc
  lb_kind NAT
  real_server 10.0.0.12 {
  }
}
`

function hostOf(
  files: Readonly<Record<string, string>>,
  programs: Readonly<Record<string, string>> = {},
): Host {
  return {
    read: (path) => Promise.resolve(files[path]),
    list: () => Promise.resolve([]),
    readLink: () => Promise.resolve(undefined),
    run: (program) => {
      const output = programs[program]
      return Promise.resolve(
        output === undefined ? rejected(`${program} is not installed`) : accepted(output),
      )
    },
    addresses: () => new Map(),
  }
}

describe('where it is found', () => {
  const collected = async (host: Host, root = true): Promise<DirectorFacts> =>
    (await collectDirector(host, await modelOf(CONFIGURATION), ['eth0'], root))!

  test('nothing is asked without virtual servers', async () => {
    expect(await collectDirector(hostOf({}), await modelOf(''), [], true)).toBeUndefined()
    expect(await collectDirector(hostOf({}), undefined, [], true)).toBeUndefined()
  })

  test('virtual servers', async () => {
    const { services } = await collected(hostOf({}))
    expect(services).toEqual([
      {
        name: '10.0.0.100:80',
        addresses: [ip('10.0.0.100')],
        isAddressed: true,
        scheduler: 'rr',
        methods: ['DR'],
        servers: [{ address: ip('10.0.0.11'), method: 'DR' }],
        pings: true,
        keepsDead: true,
      },
      {
        name: 'fwmark 7',
        addresses: [],
        isAddressed: false,
        scheduler: 'wlc',
        methods: ['NAT'],
        servers: [{ address: ip('10.0.0.12'), method: 'NAT' }],
        pings: false,
        keepsDead: false,
      },
    ])
  })

  test('modules', async () => {
    const dep =
      'kernel/net/netfilter/ipvs/ip_vs.ko.xz: kernel/lib/x.ko.xz\nkernel/net/netfilter/ipvs/ip_vs_rr.ko:\n'
    const files = { '/proc/sys/kernel/osrelease': '6.1\n', '/lib/modules/6.1/modules.dep': dep }
    const loadable = await collected(hostOf(files))
    expect(loadable.ipvs).toEqual(accepted('loadable'))
    expect(loadable.schedulers).toEqual(
      new Map([
        ['rr', accepted('loadable')],
        ['wlc', accepted('missing')],
      ]),
    )
    const loaded = await collected(
      hostOf({ ...files, '/proc/modules': 'ip_vs_wlc 16384 0\nip_vs 200704 2\n' }),
    )
    expect(loaded.ipvs).toEqual(accepted('loaded'))
    expect(loaded.schedulers.get('wlc')).toEqual(accepted('loaded'))
    const builtIn = await collected(
      hostOf({ ...files, '/lib/modules/6.1/modules.builtin': 'kernel/net/netfilter/ipvs/ip_vs_wlc.ko\n' }),
    )
    expect(builtIn.schedulers.get('wlc')).toEqual(accepted('loaded'))
    const container = await collected(
      hostOf({ '/proc/sys/kernel/osrelease': '6.1\n', '/proc/net/ip_vs': '' }),
    )
    expect(container.ipvs).toEqual(accepted('loaded'))
    expect(container.schedulers.get('rr')).toEqual(rejected('/lib/modules/6.1 cannot be read'))
  })

  test('settings', async () => {
    const sys = '/proc/sys/net/ipv4'
    const found = await collected(
      hostOf({
        [`${sys}/ip_forward`]: '0\n',
        [`${sys}/vs/conntrack`]: '1\n',
        [`${sys}/ping_group_range`]: '1\t0\n',
        [`${sys}/conf/all/send_redirects`]: '0\n',
        [`${sys}/conf/eth0/send_redirects`]: '1\n',
      }),
    )
    expect(found).toMatchObject({
      ipForward: false,
      ipForward6: undefined,
      conntrack: true,
      expireNodest: undefined,
      pingGroups: { first: 1, last: 0 },
      sendRedirects: new Map([['eth0', true]]),
      routes: rejected('/proc/net/route cannot be read'),
      masquerades: rejected('iptables-save is not installed; nft is not installed'),
    })
  })

  test.each([
    [{ 'iptables-save': '-A POSTROUTING -o eth0 -j MASQUERADE\n' }, true],
    [{ nft: 'chain p {\n ip saddr 10.0.0.0/8 masquerade\n}\n' }, true],
    [{ nft: 'chain p {\n oif eth0 snat to 10.0.0.1\n}\n', 'iptables-save': '' }, true],
    [{ 'iptables-save': '-A PREROUTING -j DNAT --to 10.0.0.1\n' }, false],
  ])('whether the firewall translates: %j', async (programs, expected) => {
    expect((await collected(hostOf({}, programs))).masquerades).toEqual(accepted(expected))
    expect((await collected(hostOf({}, programs), false)).masquerades).toEqual(
      rejected('only root may read the rules'),
    )
  })

  test.skipIf(!littleEndian)('routes', async () => {
    const text = [
      'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
      'eth0\t00000000\tFE00000A\t0003\t0\t0\t0\t00000000\t0\t0\t0',
      'eth0\t0000000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
      'eth1\t0B00000A\t00000000\t0000\t0\t0\t0\tFFFFFFFF\t0\t0\t0',
      '',
    ].join('\n')
    expect((await collected(hostOf({ '/proc/net/route': text }))).routes).toEqual(accepted([gateway, onLink]))
  })
})
