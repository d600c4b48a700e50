/** Each check: what it says to which facts. */

import { describe, expect, test } from 'vitest'
import { accepted, rejected } from '../../src/base/result.ts'
import { checkClock } from '../../src/doctor/checks/clock.ts'
import { checkConfiguration } from '../../src/doctor/checks/configuration.ts'
import { checkDaemon } from '../../src/doctor/checks/daemon.ts'
import { checkHolders } from '../../src/doctor/checks/holders.ts'
import { checkLinks } from '../../src/doctor/checks/links.ts'
import { checkManagers } from '../../src/doctor/checks/managers.ts'
import { checkMulticast } from '../../src/doctor/checks/multicast.ts'
import { checkRivals } from '../../src/doctor/checks/rivals.ts'
import { checkScripts } from '../../src/doctor/checks/scripts.ts'
import { checkService } from '../../src/doctor/checks/service.ts'
import { checkSysctls } from '../../src/doctor/checks/sysctls.ts'
import { diagnose } from '../../src/doctor/diagnose.ts'
import type {
  Facts,
  Instance,
  LinkFacts,
  LinkSysctls,
  ManagerFacts,
  ProcessFacts,
  ScriptFacts,
  ServiceFacts,
} from '../../src/doctor/facts.ts'
import { cidr, configuration, facts, heard, instance, ip, link, running, said, service } from './kit.ts'
import { makeReport } from '../support/reports.ts'

type Case = readonly [name: string, change: Partial<Facts>, expected: readonly string[]]

const withInstance = (change: Partial<Instance>): Pick<Facts, 'configuration'> => ({
  configuration: accepted(configuration({ instances: [instance(change)] })),
})

describe('on a host where all is well', () => {
  test('there is nothing but ok, one of each check at least', () => {
    const { findings, problems } = diagnose(facts())
    expect(problems).toBe(0)
    expect(findings.filter(({ severity }) => severity !== 'ok')).toEqual([])
    expect(new Set(findings.map(({ check }) => check)).size).toBe(11)
  })

  test('problems come first, whatever check found them', () => {
    const report = diagnose(
      facts({
        daemon: { kind: 'absent' },
        links: new Map(),
        clock: { synchronised: false, uptimeSeconds: 1 },
      }),
    )
    const order = report.findings.map(({ severity }) => severity)
    expect(order).toEqual([...order].sort((a, b) => SEVERITIES.indexOf(a) - SEVERITIES.indexOf(b)))
  })

  const SEVERITIES = ['problem', 'warning', 'hint', 'unknown', 'ok']
})

function table(check: (facts: Facts) => ReturnType<typeof checkClock>, cases: readonly Case[]): void {
  test.each(cases)('%s', (_name, change, expected) => {
    const findings = check(facts(change))
    expect(said(findings)).toEqual(expected)
    for (const { severity, why, mend } of findings) {
      if (severity === 'problem' || severity === 'warning') expect([why, mend]).not.toContain(undefined)
    }
  })
}

describe('daemon', () => {
  const lagging = (loopLagMs: number): Pick<Facts, 'daemon'> => {
    const daemon = running()
    return {
      daemon: { ...daemon, report: { ...daemon.report, daemon: { ...daemon.report.daemon, loopLagMs } } },
    }
  }
  table(checkDaemon, [
    ['well', {}, ['ok: vrrpd 0.1.0 runs 1 instance, process 4711']],
    ['not running', { daemon: { kind: 'absent' } }, ['hint: vrrpd is not running']],
    ['hangs', { daemon: { kind: 'silent', why: 'did not answer' } }, ['problem: did not answer']],
    [
      'not for us',
      { root: false, daemon: { kind: 'silent', why: 'no permission' } },
      ['unknown: no permission'],
    ],
    ['in FAULT', { daemon: running('FAULT') }, ['problem: VI_1 is in FAULT: interface eth0 is down']],
    [
      'its own problems; the firewall’s are another check’s',
      {
        daemon: running('FAULT', {
          problems: [
            {
              code: 'missing-address',
              severity: 'problem',
              text: 'VI_1 is MASTER, but …',
              advice: 'ip addr',
            },
            { code: 'drained', severity: 'hint', text: 'VI_1 is drained' },
            { code: 'firewall', severity: 'problem', text: 'adverts …' },
          ],
        }),
      },
      ['problem: VI_1 is MASTER, but …', 'hint: VI_1 is drained'],
    ],
    ['late, as a busy host is', lagging(500), ['ok: vrrpd 0.1.0 runs 1 instance, process 4711']],
    [
      'late by half an interval and more',
      lagging(501),
      ['warning: vrrpd ran up to 501 ms late within the last minute'],
    ],
    [
      'so late that others take over',
      lagging(2000),
      ['problem: vrrpd ran up to 2000 ms late within the last minute'],
    ],
    [
      'few descriptors left',
      { daemon: running('BACKUP', { files: accepted({ open: 900, limit: 1024 }) }) },
      ['problem: vrrpd has 900 of 1024 files open'],
    ],
    [
      'seen from another network namespace',
      { daemon: running('BACKUP', { sameNetwork: false }) },
      ['problem: vrrpd runs in another network namespace than this command'],
    ],
    [
      'another configuration',
      { configuration: accepted(configuration({ path: '/tmp/new.conf' })) },
      ['hint: vrrpd runs with /etc/keepalived/keepalived.conf, not with /tmp/new.conf'],
    ],
  ])
})

describe('configuration', () => {
  const made = (change: Parameters<typeof configuration>[0]): Pick<Facts, 'configuration'> => ({
    configuration: accepted(configuration({ path: '/k.conf', ...change })),
  })
  table(checkConfiguration, [
    ['well', made({}), ['ok: /k.conf: 1 instance, nothing wrong']],
    [
      'unreadable',
      { configuration: rejected('/k.conf cannot be read') },
      ['problem: /k.conf cannot be read'],
    ],
    ['fatal', made({ errors: 1, fatal: true }), ['problem: /k.conf has 1 error']],
    ['errors', made({ errors: 2, warnings: 1 }), ['problem: /k.conf has 2 errors and 1 warning']],
    ['warnings', made({ warnings: 1 }), ['warning: /k.conf has 1 warning']],
    ['empty', made({ instances: [] }), ['problem: /k.conf has no vrrp_instance that can be run']],
  ])
})

describe('interfaces', () => {
  const eth0 = (change: Partial<LinkFacts>): Pick<Facts, 'links'> => ({
    links: new Map([['eth0', link(change)]]),
  })
  table(checkLinks, [
    ['well', {}, ['ok: eth0 is up, has carrier, multicast and an address']],
    ['missing', eth0({ exists: false }), ['problem: there is no interface eth0, which VI_1 wants']],
    ['down', eth0({ up: false, carrier: false }), ['problem: eth0 is down']],
    [
      'without carrier and multicast',
      eth0({ carrier: false, multicast: false }),
      ['problem: eth0 has no carrier: cable or switch port', 'problem: eth0 does no multicast'],
    ],
    [
      'with the virtual address alone',
      eth0({ addresses: [cidr('10.0.0.100/24')] }),
      ['problem: eth0 has no IPv4 address of its own to send adverts from'],
    ],
    [
      'with an address that this host owns alone',
      { ...eth0({ addresses: [cidr('10.0.0.100/24')] }), ...withInstance({ priority: 255 }) },
      ['hint: 10.0.0.100/24 is the only IPv4 address of eth0 and the virtual one of VI_1'],
    ],
    [
      'with a virtual address and nobody who serves it',
      { ...eth0({ addresses: [cidr('10.0.0.1/24'), cidr('10.0.0.100/24')] }), daemon: { kind: 'absent' } },
      [
        'ok: eth0 is up, has carrier, multicast and an address',
        'warning: eth0 has the virtual address 10.0.0.100/24, and no VRRP daemon runs here',
      ],
    ],
    [
      'or none, for an instance of IPv6',
      { ...eth0({ addresses: [] }), ...withInstance({ family: 6, version: 3 }) },
      ['ok: eth0 is up, has carrier, multicast and an address'],
    ],
    [
      'which is enough with mcast_src_ip',
      { ...eth0({ addresses: [] }), ...withInstance({ sourceAddress: ip('10.0.0.9') }) },
      ['ok: eth0 is up, has carrier, multicast and an address'],
    ],
  ])
})

describe('multicast', () => {
  const bridge = { name: 'br0', snooping: true, querier: false }
  const eth0 = (change: Partial<LinkFacts>): Pick<Facts, 'links'> => ({
    links: new Map([['eth0', link(change)]]),
  })
  const otherGroup = {
    ...eth0({ bridge, groups: [ip('239.0.0.18')] }),
    ...withInstance({ group: ip('239.0.0.18') }),
  }
  table(checkMulticast, [
    ['well', {}, ['ok: eth0 has joined 224.0.0.18']],
    [
      'not joined',
      eth0({ groups: [] }),
      ['problem: eth0 has not joined 224.0.0.18, although vrrpd is running'],
    ],
    ['not joined, as nobody is running', { ...eth0({ groups: [] }), daemon: { kind: 'absent' } }, []],
    [
      'not joined here, where the daemon is not',
      { ...eth0({ groups: [] }), daemon: running('BACKUP', { sameNetwork: false }) },
      [],
    ],
    ['unicast needs none', { ...eth0({ groups: [] }), ...withInstance({ unicast: true }) }, []],
    ['the usual group is never snooped', eth0({ bridge }), ['ok: eth0 has joined 224.0.0.18']],
    [
      'another one may be',
      otherGroup,
      [
        'ok: eth0 has joined 239.0.0.18',
        'warning: bridge br0 (eth0) snoops IGMP and is no querier, and the group is 239.0.0.18',
      ],
    ],
    [
      'unless the bridge asks',
      { ...otherGroup, ...eth0({ bridge: { ...bridge, querier: true }, groups: [ip('239.0.0.18')] }) },
      ['ok: eth0 has joined 239.0.0.18'],
    ],
  ])
})

describe('sysctl', () => {
  const settings = (change: Partial<LinkSysctls>, nonlocalBind = true): Pick<Facts, 'sysctls'> => ({
    sysctls: {
      links: new Map([
        ['eth0', { rpFilter: 0, arpIgnore: 0, arpAnnounce: 0, promoteSecondaries: true, ...change }],
      ]),
      nonlocalBind,
    },
  })
  const twoLinks = new Map([
    ['eth0', link()],
    ['eth1', link({ addresses: [cidr('10.0.0.7/24')] })],
  ])
  const onLoopback = new Map([
    ['eth0', link()],
    ['lo', link({ addresses: [cidr('10.0.0.100/32')] })],
  ])
  const well = 'ok: rp_filter, arp_ignore, arp_announce and promote_secondaries suit the addresses'
  table(checkSysctls, [
    ['well', {}, [well]],
    ['strict, but alone in its network', settings({ rpFilter: 1 }), [well]],
    [
      'strict, and not alone',
      { ...settings({ rpFilter: 1 }), links: twoLinks },
      ['warning: eth0 and eth1 are in the same network, and rp_filter is strict on eth0'],
    ],
    ['loose', { ...settings({ rpFilter: 2 }), links: twoLinks }, [well]],
    [
      'no answers',
      settings({ arpIgnore: 8 }),
      ['problem: arp_ignore is 8 on eth0: no address is answered for'],
    ],
    ['answers on the right link', settings({ arpIgnore: 2 }), [well]],
    [
      'none for host scope',
      {
        ...settings({ arpIgnore: 3 }),
        ...withInstance({ addresses: [{ cidr: cidr('10.0.0.100/24'), link: 'eth0', scope: 'host' }] }),
      },
      ['problem: arp_ignore is 3 on eth0, and 10.0.0.100/24 has scope host'],
    ],
    [
      'a real server beside the director',
      { ...settings({}), links: onLoopback },
      [
        'problem: 10.0.0.100 is on lo, and this host answers for it on eth0 also while it is BACKUP',
        'warning: 10.0.0.100 is on lo, and may be named as the sender of ARP requests on eth0',
      ],
    ],
    ['set up as one', { ...settings({ arpIgnore: 1, arpAnnounce: 2 }), links: onLoopback }, [well]],
    [
      'goes with the host’s address',
      settings({ promoteSecondaries: false }),
      ['warning: 10.0.0.100/24 is in the same network as an address of eth0, and promote_secondaries is off'],
    ],
    [
      'does not, with a length of its own',
      {
        ...settings({ promoteSecondaries: false }),
        ...withInstance({ addresses: [{ cidr: cidr('10.0.0.100/32'), link: 'eth0', scope: 'global' }] }),
      },
      [well],
    ],
    ['no service to start', settings({}, false), [well]],
    [
      'a service to start',
      { ...settings({}, false), ...withInstance({ notifies: true }) },
      ['hint: net.ipv4.ip_nonlocal_bind is off'],
    ],
  ])
})

describe('network-manager', () => {
  const managers = (change: Partial<ManagerFacts>): Pick<Facts, 'managers'> => ({
    managers: {
      networkd: new Map(),
      networkManager: new Set(),
      keepsForeignRoutes: false,
      keepsForeignRules: false,
      ...change,
    },
  })
  const networkd = (keepConfiguration?: string): Partial<ManagerFacts> => ({
    networkd: new Map([['eth0', { file: '/etc/systemd/network/10-lan.network', keepConfiguration }]]),
  })
  const well = 'ok: no network manager touches the virtual addresses'
  table(checkManagers, [
    ['none', {}, [well]],
    [
      'networkd',
      managers(networkd()),
      [
        'warning: systemd-networkd manages eth0 (/etc/systemd/network/10-lan.network) and removes addresses it does not know',
      ],
    ],
    ['networkd told to keep them', managers(networkd('static')), [well]],
    [
      'networkd told to keep what DHCP gave',
      managers(networkd('dhcp-on-stop')),
      [expect.stringContaining('warning: systemd-networkd') as never],
    ],
    [
      'networkd and routes',
      { ...managers(networkd('yes')), ...withInstance({ hasRoutes: true, hasRules: true }) },
      [
        'warning: systemd-networkd removes routes it does not know (ManageForeignRoutes=yes)',
        'warning: systemd-networkd removes rules it does not know (ManageForeignRoutingPolicyRules=yes)',
      ],
    ],
    ['of another link', managers({ networkManager: new Set(['eth7']) }), [well]],
    [
      'NetworkManager',
      managers({ networkManager: new Set(['eth0']) }),
      ['warning: NetworkManager manages eth0 and removes addresses it does not know'],
    ],
  ])
})

describe('rivals', () => {
  const processes = (change: Partial<ProcessFacts>): Pick<Facts, 'processes'> => ({
    processes: {
      keepaliveds: [],
      keepalivedCheckers: undefined,
      keepalivedEnabled: false,
      sockets: [],
      ...change,
    },
  })
  const keepalived = { pid: 99, runsVrrp: true, sameNetwork: true }
  const socket = (pid: number, name: string, drops = 0) => ({ protocol: 112, drops, owner: { pid, name } })
  const well = 'ok: no other program of this host speaks VRRP'
  table(checkRivals, [
    ['none', {}, [well]],
    [
      'keepalived beside us',
      processes({ keepaliveds: [keepalived], sockets: [socket(99, 'keepalived')] }),
      ['problem: keepalived runs VRRP beside vrrpd (process 99)'],
    ],
    [
      'keepalived instead of us',
      { ...processes({ keepaliveds: [keepalived] }), daemon: { kind: 'absent' } },
      ['warning: keepalived runs VRRP on this host (process 99)'],
    ],
    ['its health checkers alone', processes({ keepaliveds: [{ ...keepalived, runsVrrp: false }] }), [well]],
    [
      'its health checkers, to which vrrpd leaves the virtual servers',
      processes({ keepaliveds: [{ ...keepalived, runsVrrp: false }], keepalivedCheckers: 99 }),
      [well, "hint: virtual servers are left to keepalived's checkers (process 99)"],
    ],
    [
      'its health checkers and ours',
      {
        ...processes({ keepaliveds: [{ ...keepalived, runsVrrp: false }], keepalivedCheckers: 99 }),
        daemon: running('MASTER', {
          report: makeReport({ lvsProcess: { pid: 7, restarts: 0, state: 'serving' } }),
        }),
      },
      [well, "warning: keepalived's checkers (process 99) serve virtual servers beside vrrpd"],
    ],
    ['in another namespace', processes({ keepaliveds: [{ ...keepalived, sameNetwork: false }] }), [well]],
    [
      'at the next boot',
      processes({ keepalivedEnabled: true }),
      ['warning: keepalived.service is enabled: it starts at the next boot'],
    ],
    [
      'our own sockets',
      processes({ sockets: [socket(4711, 'node vrrpd'), socket(4711, 'node vrrpd')] }),
      [well],
    ],
    [
      'somebody else’s',
      processes({ sockets: [socket(7, 'frr'), socket(7, 'frr')] }),
      ['warning: frr (process 7) listens to VRRP on this host, too'],
    ],
    [
      'packets lost',
      processes({ sockets: [socket(4711, 'vrrpd', 12)] }),
      ['warning: vrrpd has lost 12 received packets since it listens: its buffers were full'],
    ],
  ])
})

test('a check that never runs is worse than a notify script that does not', () => {
  const disabled = { reason: 'not-found', text: 'no such file' }
  const why = (use: string, isCheck: boolean): unknown =>
    checkScripts(
      facts({ scripts: accepted([{ use, isCheck, program: '/x', disabled, warnings: [], hidden: false }]) }),
    )
  expect(why('vrrp_script chk', true)).toMatchObject([
    { why: expect.stringContaining('protects nothing') as unknown },
  ])
  // A keyword is no part of a name.
  expect(why('notify_master of vrrp_script', false)).toMatchObject([
    { why: 'what it should do at the transition is not done' },
  ])
})

describe('scripts', () => {
  const script = (change: Partial<ScriptFacts>): Pick<Facts, 'scripts'> => ({
    scripts: accepted([
      { use: 'vrrp_script chk', program: '/bin/chk', warnings: [], hidden: false, ...change },
    ]),
  })
  table(checkScripts, [
    ['none', {}, []],
    ['well', script({}), ['ok: 1 script can be run']],
    [
      'disabled',
      script({ disabled: { reason: 'not-found', text: 'no such file' } }),
      ['problem: vrrp_script chk will never run: no such file'],
    ],
    [
      'not ours to see',
      script({ disabled: { reason: 'inaccessible', text: 'Permission denied' }, hidden: true }),
      ['unknown: vrrp_script chk: only root may look at /bin/chk'],
    ],
    [
      'without its interpreter',
      script({ missingInterpreter: '/bin/pyhton' }),
      ['problem: vrrp_script chk: /bin/chk begins with #!/bin/pyhton, which does not exist'],
    ],
    ['doubtful', script({ warnings: ['Unsafe …'] }), ['warning: vrrp_script chk: Unsafe …']],
    ['unknown', { scripts: rejected('there is no file') }, ['unknown: there is no file']],
  ])
})

describe('service', () => {
  const unit = (change: Partial<ServiceFacts>): Pick<Facts, 'service'> => ({
    service: accepted(service(change)),
  })
  table(checkService, [
    ['well', {}, ['ok: vrrpd.service is enabled, restarts and has a watchdog']],
    [
      'no systemd',
      { service: rejected('systemd does not run this host') },
      ['unknown: systemd does not run this host'],
    ],
    ['no unit', unit({ installed: false, enabled: false }), ['hint: there is no vrrpd.service']],
    [
      'run by hand',
      unit({ enabled: false, active: false }),
      ['warning: vrrpd.service is not enabled', 'warning: vrrpd runs, but not as vrrpd.service'],
    ],
    [
      'stopped',
      { ...unit({ active: false }), daemon: { kind: 'absent' } },
      ['ok: vrrpd.service is enabled, restarts and has a watchdog'],
    ],
    [
      'weak',
      unit({
        changedOnDisk: true,
        restarts: false,
        watchdog: false,
        openFilesLimit: 256,
        dropIns: ['/a.conf'],
      }),
      [
        'warning: vrrpd.service was changed since systemd read it',
        'warning: vrrpd.service has no Restart=',
        'warning: vrrpd.service may open 256 files',
        'hint: vrrpd.service has no WatchdogSec=',
        'hint: vrrpd.service is changed by /a.conf',
      ],
    ],
  ])
})

describe('clock', () => {
  table(checkClock, [
    ['well', {}, ['ok: the clock is synchronised']],
    [
      'not',
      { clock: { synchronised: false, uptimeSeconds: 1e6 } },
      ['warning: the clock is not synchronised'],
    ],
    [
      'nobody says, and just booted',
      { clock: { synchronised: undefined, uptimeSeconds: 42 } },
      [
        'unknown: whether it is synchronised: neither systemd-timesyncd nor timedatectl says',
        'hint: this host was started 42 s ago',
      ],
    ],
    [
      'just booted, and prepared for it',
      {
        clock: { synchronised: true, uptimeSeconds: 42 },
        configuration: accepted(configuration({ startupDelaySeconds: 30 })),
      },
      ['ok: the clock is synchronised'],
    ],
  ])
})

describe('holders', () => {
  const mac = '02:00:00:00:00:02'
  const held = (...macs: readonly string[]): Pick<Facts, 'holders'> => ({
    holders: accepted([{ link: 'eth0', address: ip('10.0.0.100'), macs }]),
  })
  const advertised = { lan: accepted({ seconds: 2, links: ['eth0'], adverts: [heard()] }) }
  const well = 'ok: nobody answers for the virtual addresses but their MASTER'
  table(checkHolders, [
    ['not asked', {}, []],
    ['could not', { holders: rejected('only root may ask') }, ['unknown: only root may ask']],
    ['nobody', held(), [well]],
    ['the MASTER', { ...held(mac), ...advertised }, [well]],
    [
      'somebody else',
      held(mac),
      [`problem: 10.0.0.100 on eth0 is held by ${mac}, which sends no adverts for it`],
    ],
    [
      'two',
      { ...held(mac, '02:00:00:00:00:03'), ...advertised },
      [`problem: 10.0.0.100 on eth0 is answered for by ${mac} and 02:00:00:00:00:03`],
    ],
    [
      'besides this host',
      { ...held(mac), links: new Map([['eth0', link({ addresses: [cidr('10.0.0.100/24')] })]]) },
      [`problem: 10.0.0.100 on eth0 is held here, and ${mac} answers for it as well`],
    ],
  ])
})
