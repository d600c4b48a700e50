/**
 * The same addresses and routes, once installed by keepalived and once by us: `ip` must
 * not be able to tell which. (It cannot see IFA_PROTO, which keepalived 2.2.7 does not set.)
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openKernel, type Kernel } from '../../src/netlink/kernel.ts'
import type { AddressSpec, RouteSpec } from '../../src/netlink/types.ts'
import { Daemon } from '../support/lab/daemon.ts'
import { KernelNews } from '../support/lab/kernel-news.ts'
import { untilStill } from '../support/lab/stillness.ts'
import { patiently, until } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'
import { Namespace } from './namespace.ts'
import { addressSpec, cidr, ip, ipv4, routeSpec, mtu } from './specs.ts'

/** What keepalived is told and what we ask for, line by line. */
interface Pair<Spec> {
  readonly keepalived: string
  readonly ours: (eth0: number, eth1: number) => Spec
}

const addresses: readonly Pair<AddressSpec>[] = [
  { keepalived: '10.9.0.100', ours: (eth0) => addressSpec(eth0, '10.9.0.100') },
  { keepalived: '10.9.0.101/24', ours: (eth0) => addressSpec(eth0, '10.9.0.101/24') },
  {
    keepalived: '10.9.0.102/24 brd 10.9.0.255',
    ours: (eth0) => addressSpec(eth0, '10.9.0.102/24', { broadcast: ipv4('10.9.0.255') }),
  },
  {
    keepalived: '10.9.0.103/24 label eth0:vip',
    ours: (eth0) => addressSpec(eth0, '10.9.0.103/24', { label: 'eth0:vip' }),
  },
  { keepalived: '10.9.0.104 scope link', ours: (eth0) => addressSpec(eth0, '10.9.0.104', { scope: 253 }) },
  {
    keepalived: '10.9.0.105 peer 10.9.0.106',
    ours: (eth0) => addressSpec(eth0, '10.9.0.105', { peer: cidr('10.9.0.106') }),
  },
  { keepalived: '10.20.0.1/16 dev eth1', ours: (_, eth1) => addressSpec(eth1, '10.20.0.1/16') },
  {
    keepalived: '10.21.0.1/16 dev eth1 scope site brd +',
    ours: (_, eth1) => addressSpec(eth1, '10.21.0.1/16', { scope: 200, broadcast: ipv4('10.21.255.255') }),
  },
]

const ipv6Addresses: readonly Pair<AddressSpec>[] = [
  { keepalived: 'fd00::1/64', ours: (eth0) => addressSpec(eth0, 'fd00::1/64') },
  { keepalived: 'fd00::2', ours: (eth0) => addressSpec(eth0, 'fd00::2') },
]

const gateway = ip('10.9.0.2')

const routes: readonly Pair<RouteSpec>[] = [
  {
    keepalived: 'src 10.9.0.100 to 192.168.1.0/24 via 10.9.0.2 dev eth0',
    ours: (eth0) => routeSpec('192.168.1.0/24', { source: ip('10.9.0.100'), gateway, linkIndex: eth0 }),
  },
  { keepalived: '192.168.2.0/24 gw 10.9.0.2', ours: () => routeSpec('192.168.2.0/24', { gateway }) },
  {
    keepalived: '192.168.3.0/24 dev eth0',
    ours: (eth0) => routeSpec('192.168.3.0/24', { linkIndex: eth0 }),
  },
  {
    keepalived: '192.168.4.0/24 dev eth0 scope site',
    ours: (eth0) => routeSpec('192.168.4.0/24', { linkIndex: eth0, scope: 200 }),
  },
  {
    keepalived: '192.168.5.0/24 via 10.9.0.2 dev eth0 table 100',
    ours: (eth0) => routeSpec('192.168.5.0/24', { gateway, linkIndex: eth0, table: 100 }),
  },
  {
    keepalived: '192.168.5.0/24 via 10.9.0.2 dev eth0 table 1000 metric 20',
    ours: (eth0) => routeSpec('192.168.5.0/24', { gateway, linkIndex: eth0, table: 1000, metric: 20 }),
  },
  {
    keepalived: '192.168.6.0/24 via 10.9.0.2 mtu 1400',
    ours: () => routeSpec('192.168.6.0/24', { gateway, ...mtu(1400) }),
  },
  {
    keepalived: 'blackhole 192.168.7.0/24',
    ours: () => routeSpec('192.168.7.0/24', { type: 'blackhole' }),
  },
  {
    keepalived: 'unreachable 192.168.8.0/24 metric 7',
    ours: () => routeSpec('192.168.8.0/24', { type: 'unreachable', metric: 7 }),
  },
  { keepalived: 'prohibit 192.168.9.0/24', ours: () => routeSpec('192.168.9.0/24', { type: 'prohibit' }) },
  {
    keepalived: 'throw 192.168.10.0/24 table 100',
    ours: () => routeSpec('192.168.10.0/24', { type: 'throw', table: 100 }),
  },
  { keepalived: '192.168.11.1 via 10.9.0.2', ours: () => routeSpec('192.168.11.1', { gateway }) },
  {
    keepalived: '192.168.12.0/24 via 10.77.0.2 dev eth0 onlink',
    ours: (eth0) => routeSpec('192.168.12.0/24', { gateway: ip('10.77.0.2'), linkIndex: eth0, onlink: true }),
  },
  {
    keepalived: '192.168.13.0/24 via 10.9.0.2 tos 0x10',
    ours: () => routeSpec('192.168.13.0/24', { gateway, tos: 16 }),
  },
  {
    keepalived: '192.168.14.0/24 via 10.9.0.2 no_track protocol static',
    ours: () => routeSpec('192.168.14.0/24', { gateway, protocol: 4 }),
  },
  { keepalived: 'default via 10.9.0.2', ours: () => routeSpec('0.0.0.0/0', { gateway }) },
  // Beside an administrator's (see `prepare`): before it, and not at all.
  { keepalived: '192.168.20.0/24 via 10.9.0.2', ours: () => routeSpec('192.168.20.0/24', { gateway }) },
  {
    keepalived: 'blackhole 192.168.21.0/24',
    ours: () => routeSpec('192.168.21.0/24', { type: 'blackhole' }),
  },
  // Refused by the kernel.
  {
    keepalived: '192.168.22.0/24 via 10.99.0.2',
    ours: () => routeSpec('192.168.22.0/24', { gateway: ip('10.99.0.2') }),
  },
  {
    keepalived: 'fd01::/64 dev eth0',
    ours: (eth0) => routeSpec('fd01::/64', { linkIndex: eth0 }),
  },
  {
    keepalived: 'fd02::/64 dev eth0 metric 77',
    ours: (eth0) => routeSpec('fd02::/64', { linkIndex: eth0, metric: 77 }),
  },
]

const lines = (pairs: readonly Pair<unknown>[]): string =>
  pairs.map(({ keepalived }) => keepalived).join('\n')

const config = `
vrrp_instance VI_1 {
  state MASTER
  interface eth0
  virtual_router_id 51
  priority 255
  virtual_ipaddress {
    ${lines(addresses)}
  }
  virtual_ipaddress_excluded {
    ${lines(ipv6Addresses)}
  }
  virtual_routes {
    ${lines(routes)}
  }
}
`

const everything = async (namespace: Namespace): Promise<unknown> => ({
  eth0: await namespace.addresses('eth0'),
  eth1: await namespace.addresses('eth1'),
  routes: await namespace.routes('-4'),
  ipv6Routes: await namespace.routes('-6'),
})

needs('netns', 'keepalived')('what keepalived installs and what we install', () => {
  let theirs: Namespace
  let ours: Namespace
  let directory = ''
  let kernel: Kernel

  async function prepare(): Promise<Namespace> {
    const namespace = await Namespace.create()
    for (const link of ['eth0', 'eth1']) {
      await namespace.sysctl(`net/ipv6/conf/${link}/addr_gen_mode`, 1)
      await namespace.sysctl(`net/ipv6/conf/${link}/disable_ipv6`, 0)
    }
    await namespace.batch([
      'route add 192.168.20.0/24 via 10.9.0.3',
      'route add 192.168.21.0/24 via 10.9.0.3',
    ])
    return namespace
  }

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'vrrpd-netlink-'))
    theirs = await prepare()
    ours = await prepare()
    const opened = openKernel({ namespace: ours.name })
    if (!opened.ok) throw new Error(opened.error.text)
    kernel = opened.value
  })
  afterAll(async () => {
    kernel.close()
    await theirs.destroy()
    await ours.destroy()
    rmSync(directory, { recursive: true })
  })

  test('are the same; and ours leaves no trace', async () => {
    const before = await everything(ours)
    expect(await everything(theirs)).toEqual(before)

    const news = KernelNews.open(theirs.name)
    const daemon = await Daemon.start(theirs.name, directory, { kind: 'keepalived', config })
    const isInstalled = async (): Promise<boolean> => (await theirs.routesTo('fd02::/64', '-6')).length > 0
    await until('keepalived to be master', isInstalled, patiently)
    await untilStill({ kernels: [news] })
    news.close()
    const expected = await everything(theirs)
    await daemon.stop()

    const indexes = ['eth0', 'eth1'].map((name) => kernel.table.linkByName(name)?.index ?? 0)
    const [eth0 = 0, eth1 = 0] = indexes
    const addressSpecs = [...addresses, ...ipv6Addresses].map((pair) => pair.ours(eth0, eth1))
    const routeSpecs = routes.map((pair) => pair.ours(eth0, eth1))
    expect(kernel.installAddresses(addressSpecs)).toEqual(addressSpecs.map(() => undefined))
    const refused = kernel
      .installRoutes(routeSpecs)
      .flatMap((outcome, index) => (outcome ? [`${routes[index]?.keepalived ?? ''}: ${outcome.code}`] : []))
    expect(refused).toEqual([
      'blackhole 192.168.21.0/24: EEXIST',
      '192.168.22.0/24 via 10.99.0.2: ENETUNREACH',
    ])
    expect(await everything(ours)).toEqual(expected)

    expect(kernel.withdrawRoutes(routeSpecs)).toEqual(routeSpecs.map(() => undefined))
    expect(kernel.withdrawAddresses(addressSpecs)).toEqual(addressSpecs.map(() => undefined))
    expect(await everything(ours)).toEqual(before)
  })
})
