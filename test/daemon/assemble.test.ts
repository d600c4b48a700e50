/** From the configuration's words to the election's. */

import { expect, test } from 'vitest'
import { assemble } from '../../src/daemon/assemble.ts'
import { loadConfiguration } from '../../src/config/load.ts'
import { parseIpv6, type Ipv6Address } from '../../src/base/address.ts'
import { ownConditions, type Facts } from '../../src/vrrp/conditions.ts'
import { describeFault } from '../../src/vrrp/election/fault.ts'
import { identityOf } from '../../src/vrrp/reconfigure.ts'
import { memoryIo } from '../support/memory-io.ts'
import { ip } from '../vrrp/kit.ts'

async function assembled(lines: string, more = '') {
  const text = `vrrp_instance VI_1 {\n interface eth0\n virtual_router_id 51\n${lines}\n}\n${more}`
  const { model } = await loadConfiguration('/k.conf', {
    configId: 'host',
    io: memoryIo({ '/k.conf': text }),
  })
  return assemble(model)
}

const vip = 'virtual_ipaddress {\n 10.0.0.9/24\n}'
const allUp = {
  links: new Map([['eth0', { up: true, source: undefined }]]),
  scripts: new Map(),
  files: new Map(),
  processes: new Map(),
}

test('over IPv6 adverts come from a link-local address, go to ff02::12 and are of version 3', async () => {
  const { routers } = await assembled('virtual_ipaddress {\n fe80::9/64\n 2001:db8::9\n 10.0.0.9\n}')
  const { router, transport } = routers[0]!
  expect(router).toMatchObject({ family: 6, version: 3, addresses: ['fe80::9', '2001:db8::9'] })
  expect(transport).toEqual({ kind: 'multicast', group: 'ff02::12' })
  const facts = (linkLocal?: Ipv6Address): Facts => ({
    ...allUp,
    links: new Map([['eth0', { up: true, source: undefined, ...(linkLocal && { linkLocal }) }]]),
  })
  expect(ownConditions(router, facts()).faults.map(describeFault)).toEqual([
    'no IPv6 link-local address on eth0',
  ])
  expect(ownConditions(router, facts(parseIpv6('fe80::1')))).toMatchObject({ faults: [], source: 'fe80::1' })
})

test('the own link and those of addresses, routes and plain track_interface must be up', async () => {
  const { routers } = await assembled(`
    track_interface {\n eth3\n eth4 weight -10\n}
    virtual_ipaddress {\n 10.0.0.9/24\n 10.1.0.9/24 dev eth1\n 10.5.0.9/24 dev eth5 no_track\n}
    virtual_routes {\n 10.9.0.0/16 via 10.1.0.1 dev eth2\n}`)
  expect(routers[0]!.router.requiredLinks).toEqual(['eth0', 'eth1', 'eth2', 'eth3'])
  expect(routers[0]!.router.trackers).toEqual([
    { kind: 'interface', name: 'eth4', weight: -10, reverse: false },
  ])
})

test('dont_track_primary: the own link may be down', async () => {
  const { routers } = await assembled(`dont_track_primary\n${vip}`)
  expect(routers[0]!.router.requiredLinks).toEqual([])
})

test.each(['MASTER', 'BACKUP'])('state %s is what an owner begins with', async (state) => {
  const { routers } = await assembled(`state ${state}\npriority 255\n${vip}`)
  expect(routers[0]!.router).toMatchObject({ priority: 255, initialState: state })
})

test("a sync group's trackers are those of each member", async () => {
  const blocks = [
    'vrrp_script chk {\n script "/bin/true"\n}',
    'vrrp_track_file number {\n file /tmp/number\n}',
    'vrrp_track_process served {\n process served\n}',
    `vrrp_sync_group G {
      group {\n VI_1\n}
      track_script {\n chk weight 2\n}
      track_interface {\n eth7 weight 5\n}
      track_file {\n number weight 3\n}
      track_process {\n served weight 4\n}
    }`,
  ]
  const { routers } = await assembled(vip, blocks.join('\n'))
  expect(routers[0]!.router.trackers).toEqual([
    { kind: 'script', name: 'chk', weight: 2, reverse: false },
    { kind: 'interface', name: 'eth7', weight: 5, reverse: false },
    { kind: 'file', name: 'number', weight: 3, reverse: false },
    { kind: 'process', name: 'served', weight: 4, reverse: false },
  ])
})

test('advertised addresses come before excluded ones; only the former are in adverts', async () => {
  const { routers } = await assembled(`virtual_ipaddress_excluded {\n 10.0.0.10/24\n}\n${vip}`)
  expect(routers[0]!.addresses.map(({ spec }) => spec.cidr.prefixLength)).toEqual([24, 24])
  expect(routers[0]!.router.addresses).toHaveLength(1)
})

test('how adverts travel: to the group, to one of the instance’s own, or to peers', async () => {
  const transportOf = async (lines: string): Promise<unknown> =>
    (await assembled(`${vip}\n${lines}`)).routers[0]!.transport
  expect(await transportOf('')).toEqual({ kind: 'multicast', group: ip('224.0.0.18') })
  expect(await transportOf('mcast_dst_ip 224.0.0.99')).toEqual({ kind: 'multicast', group: ip('224.0.0.99') })
  expect(
    await transportOf('unicast_ttl 3\nunicast_peer {\n 10.0.0.2\n 10.0.0.3 min_ttl 5\n 10.0.0.2\n}'),
  ).toEqual({
    kind: 'unicast',
    peers: [ip('10.0.0.2'), ip('10.0.0.3')],
    ttl: 3,
    rules: {
      onlyPeers: true,
      peers: new Map([
        [ip('10.0.0.2'), { minTtl: 0, maxTtl: 255 }],
        [ip('10.0.0.3'), { minTtl: 5, maxTtl: 255 }],
      ]),
    },
  })
})

test('two with one VRID are told apart, even by their peers alone', async () => {
  const other = (lines: string): string =>
    `vrrp_instance VI_2 {\n interface eth0\n virtual_router_id 51\n${lines}\n${vip}\n}`
  const identities = async (first: string, second: string): Promise<readonly string[]> =>
    (await assembled(`${vip}\n${first}`, other(second))).routers.map(({ router }) => identityOf(router))
  const peers = (last: number): string => `unicast_peer {\n 10.0.0.${last}\n}`
  expect(await identities('mcast_dst_ip 224.0.0.99', '')).toEqual([
    'eth0 51 224.0.0.99',
    'eth0 51 224.0.0.18',
  ])
  expect(await identities(`unicast_src_ip 10.0.0.7\n${peers(2)}`, peers(2))).toEqual([
    'eth0 51 unicast 10.0.0.7',
    'eth0 51 unicast ',
  ])
  expect(await identities(peers(2), peers(3))).toEqual(['eth0 51 unicast ', 'eth0 51 unicast  VI_2'])
})

test('unicast_fault_no_peer without peers is a Fault that says so', async () => {
  const { routers } = await assembled(`unicast_fault_no_peer\nunicast_src_ip 10.0.0.7\n${vip}`)
  const { faults } = ownConditions(routers[0]!.router, allUp)
  expect(faults.map(describeFault)).toEqual(['unicast without any peers'])
})

test('the own address is needed for unicast and with track_src_ip, and no matter otherwise', async () => {
  const source = ip('10.0.0.7')
  const lacking = {
    links: new Map([['eth0', { up: true, source: undefined, lacks: new Set([source]) }]]),
    scripts: new Map(),
    files: new Map(),
    processes: new Map(),
  }
  const faultsOf = async (lines: string): Promise<readonly string[]> => {
    const { routers } = await assembled(`${lines}\n${vip}`)
    return ownConditions(routers[0]!.router, lacking).faults.map(describeFault)
  }
  expect(await faultsOf('mcast_src_ip 10.0.0.7')).toEqual([])
  const missing = ['src address 10.0.0.7 not configured']
  expect(await faultsOf('mcast_src_ip 10.0.0.7\ntrack_src_ip')).toEqual(missing)
  expect(await faultsOf('unicast_src_ip 10.0.0.7\nunicast_peer {\n 10.0.0.2\n}')).toEqual(missing)
})

test.each([
  ['all', 'garp_extra_if all 5', 5_000_000],
  ['without all, and no virtual MAC interface', 'garp_extra_if 5', undefined],
  ['without all, and one on its own link only', 'garp_extra_if 5\nuse_vmac', undefined],
  ['with a virtual MAC elsewhere', 'garp_extra_if 5\nuse_vmac\nuse_vmac_addr', 5_000_000],
  ['none', 'use_vmac\nuse_vmac_addr', undefined],
])('gratuitous ARP elsewhere, %s', async (_what, lines, interval) => {
  const { routers } = await assembled(`${lines}\nvirtual_ipaddress {\n 10.0.0.9/24\n 10.1.0.9/24 dev eth1\n}`)
  expect(routers[0]!.router.garp.elsewhere).toBe(interval)
})
