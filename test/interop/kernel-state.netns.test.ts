/**
 * One configuration, run by keepalived and by vrrpd: afterwards the kernel must have the same
 * addresses, routes and rules, as ip(8) shows them with every detail, and none of them at the end.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Namespace } from '../netlink/namespace.ts'
import { Daemon, type DaemonKind } from '../support/lab/daemon.ts'
import { KernelNews } from '../support/lab/kernel-news.ts'
import { untilStill } from '../support/lab/stillness.ts'
import { patiently, until } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'

interface Subject {
  readonly block: string
  readonly lines: readonly string[]
}

const SENTINEL = '10.9.0.250'

const config = (...subjects: readonly Subject[]): string => `
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority 255
  state MASTER
  virtual_ipaddress {
    ${SENTINEL}
    ${subjects
      .filter(({ block }) => block === 'virtual_ipaddress')
      .flatMap(({ lines }) => lines)
      .join('\n    ')}
  }
  ${subjects
    .filter(({ block }) => block !== 'virtual_ipaddress')
    .map(({ block, lines }) => `${block} {\n    ${lines.join('\n    ')}\n  }`)
    .join('\n  ')}
}
`

const addresses: Subject = {
  block: 'virtual_ipaddress',
  lines: [
    '10.9.0.100',
    '10.9.0.101/24 noprefixroute',
    '10.9.0.102/24 preferred_lft 100',
    '10.9.0.105/24 home',
    '10.9.0.106/24 -nodad',
    '10.9.0.107/24 mngtmpaddr',
    '10.9.0.108/24 brd -',
    '10.9.0.109/24 brd +',
    '10.9.0.110/24 autojoin', // refused: not a group
    '239.5.5.5/32 autojoin',
    '10.31.0.1/24 noprefixroute dev eth1',
    '10.31.0.2/24 dev eth1 scope host label eth1:x', // refused by newer kernels
    '10.31.0.3/24 dev eth1 label eth1:y',
    '10.31.0.8/24 scope 77 dev eth1',
    '10.31.0.9/24 brd 10.31.0.99 dev eth1',
    '10.31.0.11/30 brd + dev eth1',
    '10.31.0.12/32 brd + dev eth1',
  ],
}

const excluded: Subject = {
  block: 'virtual_ipaddress_excluded',
  lines: [
    '10.9.0.120/24',
    'fd00:9::101/64',
    'fd00:9::102/64 home',
    'fd00:9::104/64 mngtmpaddr',
    'fd00:9::105/64 noprefixroute',
    'fd00:9::106/128',
    'fd00:9::107/128 preferred_lft forever',
    'fd00:9::108/64 preferred_lft 0',
    'fd00:9::110/64 scope link',
    'fd00:9::111 peer fd00:9::112',
    'ff05::123/128 autojoin',
    'fd00:9::113',
    'fe80::77/64',
    'fe80::78/64 dev eth1',
  ],
}

const routes: Subject = {
  block: 'virtual_routes',
  lines: [
    '192.168.1.0/24 via 10.9.0.2 dev eth0 mtu 1400 advmss 1300 hoplimit 10 window 1000 rtt 4000 rttvar 4000 rto_min 300 initcwnd 11 initrwnd 12 quickack 1 ssthresh 99 cwnd 88 reordering 4 features ecn congctl cubic fastopen_no_cookie 1',
    '192.168.2.0/24 via 10.9.0.2 dev eth0 mtu lock 1401 advmss lock 1301 congctl lock cubic',
    '192.168.3.0/24 nexthop via 10.9.0.2 dev eth0 weight 3 nexthop via 10.8.0.2 dev eth1 weight 1',
    '192.168.4.0/24 nexthop via 10.9.0.2 dev eth0 weight 256 onlink nexthop via 10.77.0.2 dev eth1 onlink',
    '192.168.5.0/24 nexthop via 10.9.0.2 dev eth0 weight 9',
    '192.168.6.0/24 nexthop via 10.9.0.2 dev eth0 realms 3 weight 2 nexthop via 10.9.0.3 realms 4 dev eth0',
    '192.168.7.0/24 via 10.9.0.2 dev eth0 realms 1/2',
    '192.168.7.0/24 via 10.9.0.2 dev eth0 realms 5 table 77',
    '192.168.8.0/24 via 10.9.0.2 dev eth0 rtt 500ms rto_min 1s rttvar 1.5s',
    '192.168.9.0/24 via 10.9.0.2 dev eth0 rtt 5ms rto_min 1 rttvar 5',
    '192.168.10.0/24 via inet 10.9.0.4 dev eth0 ttl-propagate enabled',
    '192.168.11.0/24 dev eth0 scope host',
    '192.168.12.0/24 dev eth0 scope nowhere', // refused
    '192.168.13.0/24 dev eth0 mtu 0 metric 3',
    '192.168.14.0/24 dev eth0 mtu 70000 table 0',
    '192.168.15.1/24 dev eth0', // refused: bits beyond the prefix
    '192.168.16.0/24 via 10.9.0.2 dev eth0 tos 0x10 metric 55 src 10.9.0.1',
    '192.168.17.0/24 dev eth0 append',
    '192.168.18.0/24 dev eth0 congctl nonsense', // refused
    '192.168.19.0/24 dev eth0 encap ip id 5 dst 10.9.0.9 src 10.9.0.1 ttl 9 tos 4',
    '192.168.20.0/24 via 10.9.0.2 dev eth0 encap ip6 id 7 dst fd00::1 src fd00::2 hoplimit 9 tc 4',
    '192.168.21.0/24 dev eth0 encap ip dst 10.9.0.9 via 10.9.0.2',
    '192.168.22.0/24 dev eth0 hoplimit 256', // not read
    '192.168.23.0/24 dev eth0 pref high', // not read
    'unicast 192.168.24.0/24 dev eth0',
    'local 192.168.25.1 dev eth0 scope host',
    'broadcast 192.168.25.255 dev eth0 scope link',
    'multicast 239.1.1.0/24 dev eth0',
    'local 192.168.26.1 dev eth0', // refused: its scope is host
    'fd01::/64 via fd00:9::2 dev eth0 pref high',
    'fd02::/64 dev eth0 pref low',
    'fd03::/64 nexthop via fd00:9::2 dev eth0 weight 2 nexthop via fd00:9::3 dev eth0',
    'fd04::/64 via fd00:9::2 dev eth0 hoplimit 5 src fd00:9::1',
    'unreachable fd05::/64',
    'blackhole fd06::/64 table 99',
    'prohibit fd07::/64 metric 3',
    'throw fd08::/64 table 99',
    'fd09::/64 dev eth0 mtu lock 1300 advmss 1200',
    'fd0a::/64 dev eth0 onlink via fd99::1',
    'fd0b::/64 via fd00:9::2 dev eth0 protocol ra no_track',
    'fd0c::/64 via fd00:9::2 dev eth0 tos 3', // refused
    'fd0d::/64 dev eth0 encap ip6 dst fd00::1',
    'anycast fd0e::1 dev eth0',
    'default via fd00:9::2 dev eth0',
    'default via 10.9.0.2 dev eth0',
  ],
}

const rules: Subject = {
  block: 'virtual_rules',
  lines: [
    'from 10.9.0.0/24 table 100 priority 100',
    'to 10.1.0.0/16 table 1000 priority 101',
    'fwmark 5 table 100 priority 102',
    'fwmark 0x10/0xff table 100 priority 103',
    'iif eth0 table 100 priority 104',
    'oif eth1 lookup 100 priority 105',
    'tos 0x10 table 100 priority 106',
    'not from 10.2.0.0/16 table 100 priority 107',
    'from 10.3.0.0/16 goto 500 priority 108',
    'from 10.3.0.0/16 blackhole priority 109',
    'from 10.3.0.0/16 unreachable priority 110',
    'from 10.3.0.0/16 prohibit priority 111',
    'from 10.3.0.0/16 nop priority 112',
    'from all table 100 suppress_prefixlength 0 priority 113',
    'table main suppress_ifgroup default priority 115',
    'table main suppress_ifgroup 5 priority 116',
    'from 10.4.0.0/16 table 100 realms 3/4 priority 117',
    'from 10.4.0.0/16 table 100 realms 7 priority 118',
    'uidrange 100-200 table 100 priority 119',
    'sport 80-80 table 100 priority 120',
    'dport 1000-2000 table 100 priority 121',
    'ipproto tcp dport 443-443 table 100 priority 122',
    'ipproto 17 table 100 priority 123',
    'l3mdev priority 124',
    'from fd00::/8 table 100 priority 125',
    'from ::/0 iif eth0 table 100 priority 126',
    'from 10.5.0.1 table 100',
    'from 10.5.0.2 table 100',
    'from ::/0 table 100',
    'from 10.6.0.1 table 100 priority 130 protocol 4',
    'from 10.6.0.2 table 100 priority 131 no_track',
    'from 10.6.0.3 table 100 priority 132 no_track protocol 5',
    'tunnel-id 5 table 100 priority 133',
    'table 100 priority 135',
    'to fd01::1 table 300 priority 137 ipproto ipv6-icmp',
    'fwmark 7/0x7 not blackhole priority 138',
    'from 10.7.0.1/24 table 100 priority 139',
    'from all to 0.0.0.0/0 table 100 priority 140',
    'from 10.8.8.8 table local priority 142',
  ],
}

/** As ip(8) prints it; times that run down do not belong to it. */
async function everything(namespace: Namespace): Promise<unknown> {
  const [ipv4Rules, ipv6Rules, ...rest] = await Promise.all([
    namespace.ip('-d', '-4', 'rule'),
    namespace.ip('-d', '-6', 'rule'),
    namespace.ip('-d', 'addr', 'show', 'dev', 'eth0'),
    namespace.ip('-d', 'addr', 'show', 'dev', 'eth1'),
    namespace.ip('-d', '-4', 'route', 'show', 'table', 'all'),
    namespace.ip('-d', '-6', 'route', 'show', 'table', 'all'),
  ])
  return {
    ipv4Rules: ipv4Rules.split('\n'),
    ipv6Rules: ipv6Rules.split('\n'),
    rest: rest.map((text) => text.split('\n')),
  }
}

async function prepare(): Promise<Namespace> {
  const namespace = await Namespace.create()
  for (const link of ['eth0', 'eth1']) {
    await namespace.sysctl(`net/ipv6/conf/${link}/addr_gen_mode`, 1)
    await namespace.sysctl(`net/ipv6/conf/${link}/disable_ipv6`, 0)
  }
  await namespace.batch(['addr add fd00:9::1/64 dev eth0 nodad', 'addr add 10.8.0.1/24 dev eth1'])
  return namespace
}

/** What is there while it is MASTER, and after it was stopped. */
async function run(kind: DaemonKind, text: string): Promise<{ master: unknown; stopped: unknown }> {
  const directory = mkdtempSync(join(tmpdir(), 'vrrpd-kernel-'))
  const namespace = await prepare()
  const news = KernelNews.open(namespace.name)
  try {
    const daemon = await Daemon.start(namespace.name, directory, { kind, config: text })
    try {
      const done = /Sending gratuitous ARP|setting VIPs/
      await until('it to be MASTER', async () => (await namespace.address(SENTINEL)) !== undefined, patiently)
      await daemon.logs(done, patiently)
      // Rules come last, after hundreds of others.
      await untilStill({ kernels: [news] })
      const master = await everything(namespace)
      await daemon.stop()
      return { master, stopped: await everything(namespace) }
    } finally {
      if (daemon.running) await daemon.kill()
    }
  } finally {
    news.close()
    await namespace.destroy()
    rmSync(directory, { recursive: true })
  }
}

describe.concurrent('what the kernel has', () => {
  needs(
    'netns',
    'root',
    'built',
    'keepalived',
  )('with keepalived and with vrrpd', () => {
    test.each([
      ['addresses', config(addresses, excluded)],
      ['routes', config(routes)],
      ['rules', config(rules)],
    ])('%s are the same, and all gone at the end', async (_what, text) => {
      const [keepalived, vrrpd] = await Promise.all([run('keepalived', text), run('vrrpd', text)])
      expect(vrrpd).toEqual(keepalived)
    })
  })
})
