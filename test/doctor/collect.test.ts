/** What the collectors read in files and in what programs print. */

import { expect, test } from 'vitest'
import { formatIpv4 } from '../../src/base/address.ts'
import { accepted, rejected } from '../../src/base/result.ts'
import { collectClock } from '../../src/doctor/collect/clock.ts'
import { collectFirewall } from '../../src/doctor/collect/firewall.ts'
import type { Host } from '../../src/doctor/collect/host.ts'
import { collectLinks, groupsByLink } from '../../src/doctor/collect/links.ts'
import { collectManagers } from '../../src/doctor/collect/managers.ts'
import { collectProcesses, parseRaw } from '../../src/doctor/collect/processes.ts'
import { collectService } from '../../src/doctor/collect/service.ts'
import { collectSysctls } from '../../src/doctor/collect/sysctls.ts'
import { littleEndian } from '../../src/system/socket-address.ts'
import { cidr, configuration, instance, ip, link } from './kit.ts'

/** Files by their paths; a link's contents begin with `-> `. */
function hostOf(
  files: Readonly<Record<string, string>>,
  programs: Readonly<Record<string, string>> = {},
): Host {
  const paths = Object.keys(files)
  return {
    read: (path) => Promise.resolve(files[path]?.startsWith('-> ') === true ? undefined : files[path]),
    list: (path) => {
      const below = paths.filter((each) => each.startsWith(`${path}/`))
      return Promise.resolve([
        ...new Set(below.map((each) => each.slice(path.length + 1).split('/')[0] ?? '')),
      ])
    },
    readLink: (path) =>
      Promise.resolve(files[path]?.startsWith('-> ') === true ? files[path].slice(3) : undefined),
    run: (program, args) => {
      const output = programs[[program, ...args].join(' ')]
      return Promise.resolve(
        output === undefined ? rejected(`${program} is not installed`) : accepted(output),
      )
    },
    addresses: () => new Map([['eth0', [cidr('10.0.0.1/24')]]]),
  }
}

test('links', async () => {
  const sys = (name: string, flags: string, carrier: string): Record<string, string> => ({
    [`/sys/class/net/${name}/flags`]: `${flags}\n`,
    [`/sys/class/net/${name}/carrier`]: `${carrier}\n`,
  })
  const host = hostOf({
    '/proc/net/dev': 'Inter-| Receive\n face |bytes\n    lo: 1\n  eth0: 2\n  eth1: 3\n   br0: 4\n far: 5\n',
    ...sys('eth0', '0x1003', '1'),
    ...sys('eth1', '0x1002', '0'),
    '/sys/class/net/eth1/brport/bridge': '-> ../../br0',
    '/sys/class/net/br0/bridge/multicast_snooping': '1\n',
    '/sys/class/net/br0/bridge/multicast_querier': '0\n',
    ...sys('br0', '0x3', '1'),
  })
  const links = await collectLinks(host, ['eth0', 'eth7'])
  const well = { exists: true, up: true, carrier: true, multicast: true, addresses: [], groups: [] }
  const bridge = { name: 'br0', snooping: true, querier: false }
  expect(links.get('eth0')).toEqual({ ...well, addresses: [cidr('10.0.0.1/24')] })
  expect(links.get('eth1')).toEqual({ ...well, up: false, carrier: false, bridge })
  expect(links.get('br0')).toEqual({ ...well, multicast: false, bridge })
  // /sys is another namespace's.
  expect(links.get('far')).toEqual(well)
  expect(links.get('eth7')).toMatchObject({ exists: false })
})

test('multicast groups', () => {
  const hex = littleEndian ? ['010000E0', '120000E0'] : ['E0000001', 'E0000012']
  const igmp = [
    'Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter',
    '1\tlo        :     1      V3',
    `\t\t\t\t${hex[0] ?? ''}     1 0:00000000\t\t0`,
    '2\teth0.100  :     2      V3',
    `\t\t\t\t${hex[1] ?? ''}     1 0:00000000\t\t0`,
    `\t\t\t\t${hex[0] ?? ''}     1 0:00000000\t\t0`,
    '',
  ].join('\n')
  const groups = [...groupsByLink(igmp)].map(([name, list]) => [name, list.map(formatIpv4)])
  expect(groups).toEqual([
    ['lo', ['224.0.0.1']],
    ['eth0.100', ['224.0.0.18', '224.0.0.1']],
  ])
})

test('sysctls: the higher of all and the link', async () => {
  const conf = '/proc/sys/net/ipv4/conf'
  const host = hostOf({
    [`${conf}/all/rp_filter`]: '2\n',
    [`${conf}/eth0/rp_filter`]: '1\n',
    [`${conf}/eth0/arp_ignore`]: '1\n',
    [`${conf}/eth0/arp_announce`]: '0\n',
    [`${conf}/all/promote_secondaries`]: '1\n',
    [`${conf}/eth0/promote_secondaries`]: '0\n',
    '/proc/sys/net/ipv4/ip_nonlocal_bind': '0\n',
  })
  expect(await collectSysctls(host, ['eth0', 'eth7'])).toEqual({
    links: new Map([['eth0', { rpFilter: 2, arpIgnore: 1, arpAnnounce: 0, promoteSecondaries: true }]]),
    nonlocalBind: false,
  })
})

test('network managers', async () => {
  const index = (name: string, number: number): Record<string, string> => ({
    [`/sys/class/net/${name}/ifindex`]: `${number}\n`,
  })
  const host = hostOf({
    ...index('eth0', 2),
    ...index('eth1', 3),
    ...index('eth2', 4),
    ...index('eth3', 5),
    '/run/systemd/netif/links/2': 'ADMIN_STATE=configured\nNETWORK_FILE=/etc/systemd/network/10.network\n',
    '/etc/systemd/network/10.network': '[Match]\nName=eth0\n[Network]\nKeepConfiguration=no\n',
    '/etc/systemd/network/10.network.d/vrrpd.conf': '[Network]\nKeepConfiguration=static\n',
    '/run/systemd/netif/links/3': 'ADMIN_STATE=unmanaged\n',
    '/run/NetworkManager/devices/4': '[device]\nmanaged=true\nconnection-uuid=1-2-3\n',
    '/run/NetworkManager/devices/5': '[device]\nmanaged=false\nconnection-uuid=1-2-3\n',
    '/etc/systemd/networkd.conf': '[Network]\n#ManageForeignRoutingPolicyRules=no\nManageForeignRoutes=no\n',
  })
  expect(await collectManagers(host, ['eth0', 'eth1', 'eth2', 'eth3', 'eth7'])).toEqual({
    networkd: new Map([['eth0', { file: '/etc/systemd/network/10.network', keepConfiguration: 'static' }]]),
    networkManager: new Set(['eth2']),
    keepsForeignRoutes: true,
    keepsForeignRules: false,
  })
})

test('raw sockets', () => {
  const table = [
    '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops',
    '   51: 120000E0:0033 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 9001 2 0000000000000000 0        ',
    '  112: 120000E0:0070 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 9002 2 0000000000000000 7        ',
    '  255: 00000000:00FF 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 9003 2 0000000000000000 0        ',
    '',
  ].join('\n')
  expect(parseRaw(table)).toEqual([
    { inode: '9001', protocol: 51, drops: 0 },
    { inode: '9002', protocol: 112, drops: 7 },
  ])
})

test('processes', async () => {
  const process = (pid: number, command: readonly string[], network: string): Record<string, string> => ({
    [`/proc/${pid}/comm`]: `${command[0]?.split('/').at(-1) ?? ''}\n`,
    [`/proc/${pid}/cmdline`]: command.map((word) => `${word}\0`).join(''),
    [`/proc/${pid}/ns/net`]: `-> net:[${network}]`,
  })
  const raw =
    '  sl …\n  112: 120000E0:0070 00000000:0000 07 0:0 00:0 0     0        0 9002 2 0 7\n  112: 120000E0:0070 00000000:0000 07 0:0 00:0 0     0        0 9003 2 0 0\n'
  const host = hostOf({
    '/proc/self/ns/net': '-> net:[1]',
    ...process(10, ['/usr/sbin/keepalived', '--dont-fork'], '1'),
    ...process(11, ['keepalived', '-nC'], '1'),
    ...process(12, ['keepalived', '-CP'], '2'),
    ...process(13, ['/usr/bin/node', '--enable-source-maps', '/usr/bin/vrrpd', '-n'], '1'),
    '/proc/13/fd/7': '-> socket:[9002]',
    '/proc/net/raw': raw,
    '/etc/systemd/system/multi-user.target.wants/keepalived.service': '',
  })
  expect(await collectProcesses(host, 1)).toEqual({
    keepaliveds: [
      { pid: 10, runsVrrp: true, sameNetwork: true },
      { pid: 11, runsVrrp: false, sameNetwork: true },
      { pid: 12, runsVrrp: true, sameNetwork: false },
    ],
    keepalivedCheckers: 11,
    keepalivedEnabled: true,
    sockets: [
      { protocol: 112, drops: 7, owner: { pid: 13, name: 'node vrrpd' } },
      { protocol: 112, drops: 0, owner: undefined },
    ],
  })
})

test('the clock', async () => {
  const timedatectl = 'timedatectl show --property=NTPSynchronized --value'
  const uptime = { '/proc/uptime': '42.17 80.00\n' }
  expect(await collectClock(hostOf({ ...uptime, '/run/systemd/timesync/synchronized': '' }))).toEqual({
    synchronised: true,
    uptimeSeconds: 42.17,
  })
  expect(await collectClock(hostOf(uptime, { [timedatectl]: 'no\n' }))).toMatchObject({ synchronised: false })
  expect(await collectClock(hostOf({}))).toEqual({ synchronised: undefined, uptimeSeconds: undefined })
})

test('the unit', async () => {
  const show =
    'systemctl show vrrpd.service --property=LoadState,ActiveState,UnitFileState,NeedDaemonReload,Restart,WatchdogUSec,DropInPaths,LimitNOFILESoft'
  const printed =
    'LoadState=loaded\nActiveState=active\nUnitFileState=enabled\nNeedDaemonReload=no\nRestart=on-failure\nWatchdogUSec=10s\nDropInPaths=/etc/a.conf /etc/b.conf\nLimitNOFILESoft=1024\n'
  expect(await collectService(hostOf({ '/run/systemd/system/x': '' }, { [show]: printed }))).toEqual(
    accepted({
      installed: true,
      enabled: true,
      active: true,
      changedOnDisk: false,
      restarts: true,
      watchdog: true,
      dropIns: ['/etc/a.conf', '/etc/b.conf'],
      openFilesLimit: 1024,
    }),
  )
  expect(await collectService(hostOf({}))).toEqual(rejected('systemd does not run this host'))
})

test('firewall rules: iptables in its own words, also where nft shows them', async () => {
  const chain = (table: string, name: string): object => ({
    chain: { family: 'ip', table, name, type: 'filter', hook: 'input', prio: 0, policy: 'drop' },
  })
  const nft = JSON.stringify({ nftables: [chain('filter', 'INPUT'), chain('mine', 'input')] })
  const iptables = '*filter\n:INPUT DROP [0:0]\nCOMMIT\n'
  const programs = { 'nft -j list ruleset': nft, 'iptables-save': iptables }
  const links = new Map([['eth0', link()]])
  const names = async (host: Host): Promise<unknown> => {
    const found = await collectFirewall(host, configuration(), links, true)
    return found.ok ? found.value.flatMap(({ bases }) => bases.map(({ name }) => name)) : found.error
  }
  expect(await names(hostOf({}, programs))).toEqual(['nftables chain ip mine input', 'iptables chain INPUT'])
  expect(await names(hostOf({}, { 'nft -j list ruleset': nft }))).toEqual([
    'nftables chain ip filter INPUT',
    'nftables chain ip mine input',
  ])
  expect(await names(hostOf({}, { 'nft -j list ruleset': 'table ip x' }))).toBe(
    'nft does not print its rules as JSON',
  )
  expect(await names(hostOf({}))).toBe('nft is not installed; iptables-save is not installed')
})

test('unicast adverts go to this host’s own address', async () => {
  const chain = {
    family: 'ip',
    table: 't',
    name: 'i',
    type: 'filter',
    hook: 'input',
    prio: 0,
    policy: 'drop',
  }
  const host = hostOf({}, { 'nft -j list ruleset': JSON.stringify({ nftables: [{ chain }] }) })
  const instances = [instance({ unicast: true, peers: [ip('10.0.0.2')], authCode: 2 })]
  const found = await collectFirewall(host, configuration({ instances }), new Map([['eth0', link()]]), true)
  expect(found.ok && found.value[0]?.bases[0]?.mend).toContain('ip protocol ah ip daddr 10.0.0.1 accept')
})
