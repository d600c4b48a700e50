import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatCidr, parseIp, type Cidr } from '../../src/base/address.ts'
import { inferNetwork, linksOf, type InferredNetwork } from '../../src/simulation/infer.ts'
import { modelOf } from '../config/support.ts'

/** An instance on eth0 with VRID 51, but for these lines. */
const instance = (lines: string, link = 'eth0', vrid = 51): string =>
  `vrrp_instance VI_${link}_${vrid} {\n interface ${link}\n virtual_router_id ${vrid}\n ${lines}\n}\n`

const vip = (...addresses: string[]): string => `virtual_ipaddress {\n${addresses.join('\n')}\n}\n`

const unicast = (source: string, ...peers: string[]): string =>
  `${source === '' ? '' : `unicast_src_ip ${source}\n`}unicast_peer {\n${peers.join('\n')}\n}\n`

function cidr(text: string): Cidr {
  const [address = '', length = ''] = text.split('/')
  return { address: parseIp(address)!, prefixLength: Number(length) }
}

/** Hosts a, b, c, … with these files. @param said `a:eth0=10.0.0.1/24` */
async function infer(
  files: readonly string[],
  said: readonly string[] = [],
  lans: readonly string[] = [],
): Promise<InferredNetwork> {
  const hosts = await Promise.all(
    files.map(async (file, index) => {
      const name = String.fromCharCode(97 + index)
      const own = said
        .map((each) => /^(.+):(.+)=(.+)$/.exec(each)!)
        .filter(([, host]) => host === name)
        .map(([, , link = '', address = '']) => ({ link, cidr: cidr(address) }))
      return { name, model: await modelOf(file), said: own }
    }),
  )
  return inferNetwork(hosts, lans)
}

/** `a:eth0=10.0.0.1/24`, several by blanks. */
const shown = ({ hosts }: InferredNetwork): string[] =>
  hosts.flatMap(({ name, links }) =>
    links.map((link) => `${name}:${link.name}=${link.addresses.map(formatCidr).join(' ')}`),
  )

describe('addresses', () => {
  test.each<[string, string[], string[]]>([
    [
      'are invented in the network of the virtual ones, the lowest for the first host',
      [instance(vip('10.0.0.9/24')), instance(vip('10.0.0.9/24'))],
      ['a:eth0=10.0.0.1/24', 'b:eth0=10.0.0.2/24'],
    ],
    [
      'are none that is taken: virtual, excluded, static, gateway, peer',
      [
        instance(
          `${vip('10.0.0.1/29')}virtual_ipaddress_excluded {\n10.0.0.2/29\n}\nvirtual_routes {\ndefault via 10.0.0.3\n}`,
        ),
        `${instance(vip('10.0.0.1/29'))}static_ipaddress {\n10.0.0.4/29 dev eth0\n}`,
      ],
      ['a:eth0=10.0.0.5/29', 'b:eth0=10.0.0.6/29'],
    ],
    [
      'have 24 bits of network where only a virtual address without a length is known',
      [instance(vip('10.0.0.1')), instance(vip('10.0.0.1'))],
      ['a:eth0=10.0.0.2/24', 'b:eth0=10.0.0.3/24'],
    ],
    [
      'are those that adverts come from',
      [
        instance(`mcast_src_ip 10.0.0.100\n${vip('10.0.0.9/16')}`),
        instance(`mcast_src_ip 10.0.0.50\n${vip('10.0.0.9/16')}`),
      ],
      ['a:eth0=10.0.0.100/16', 'b:eth0=10.0.0.50/16'],
    ],
    [
      'are where another host of the LAN is known to be',
      [instance(`mcast_src_ip 192.168.7.20\n${vip('203.0.113.9')}`), instance(vip('203.0.113.9'))],
      ['a:eth0=192.168.7.20/24', 'b:eth0=192.168.7.1/24'],
    ],
    [
      'of a pair are what the other one sends to',
      [
        instance(`${unicast('', '10.0.0.22')}${vip('10.0.0.9/24')}`),
        instance(`${unicast('', '10.0.0.21')}${vip('10.0.0.9/24')}`),
      ],
      ['a:eth0=10.0.0.21/24', 'b:eth0=10.0.0.22/24'],
    ],
    [
      'of three are what the two others send to',
      [
        instance(`${unicast('', '10.0.0.22', '10.0.0.23')}${vip('10.0.0.9/24')}`),
        instance(`${unicast('', '10.0.0.21', '10.0.0.23')}${vip('10.0.0.9/24')}`),
        instance(`${unicast('', '10.0.0.21', '10.0.0.22')}${vip('10.0.0.9/24')}`),
      ],
      ['a:eth0=10.0.0.21/24', 'b:eth0=10.0.0.22/24', 'c:eth0=10.0.0.23/24'],
    ],
    [
      'are what each sends from, whatever the order of peers',
      [
        instance(`${unicast('10.0.0.23', '10.0.0.22', '10.0.0.21')}${vip('10.0.0.9/24')}`),
        instance(`${unicast('10.0.0.21', '10.0.0.22', '10.0.0.23')}${vip('10.0.0.9/24')}`),
        instance(`${unicast('', '10.0.0.23', '10.0.0.21')}${vip('10.0.0.9/24')}`),
      ],
      ['a:eth0=10.0.0.23/24', 'b:eth0=10.0.0.21/24', 'c:eth0=10.0.0.22/24'],
    ],
    [
      'reach their peers where no network is known that holds both',
      [
        instance(`${unicast('172.31.21.218', '172.31.22.236')}${vip('203.0.113.9')}`),
        instance(`${unicast('172.31.22.236', '172.31.21.218')}${vip('203.0.113.9')}`),
      ],
      ['a:eth0=172.31.21.218/22', 'b:eth0=172.31.22.236/22'],
    ],
    [
      'follow one list that all hosts have',
      [
        instance(`${unicast('', '10.0.0.22', '10.0.0.21')}${vip('10.0.0.9/24')}`),
        instance(`${unicast('', '10.0.0.22', '10.0.0.21')}${vip('10.0.0.9/24')}`),
      ],
      ['a:eth0=10.0.0.22/24', 'b:eth0=10.0.0.21/24'],
    ],
    [
      'are no guess where both name the same single peer',
      [
        instance(`${unicast('', '10.0.0.22')}${vip('10.0.0.9/24')}`),
        instance(`${unicast('', '10.0.0.22')}${vip('10.0.0.9/24')}`),
      ],
      ['a:eth0=10.0.0.1/24', 'b:eth0=10.0.0.2/24'],
    ],
    [
      'of an owner are the virtual ones',
      [instance(`priority 255\n${vip('10.0.0.9/24')}`), instance(`priority 100\n${vip('10.0.0.9/24')}`)],
      ['a:eth0=10.0.0.9/24', 'b:eth0=10.0.0.1/24'],
    ],
    [
      'of two owners are those of the first one',
      [instance(`priority 255\n${vip('10.0.0.9')}`), instance(`priority 255\n${vip('10.0.0.9')}`)],
      ['a:eth0=10.0.0.9/24', 'b:eth0=10.0.0.1/24'],
    ],
    [
      'which the daemon sets itself are not the host’s',
      [
        `static_ipaddress {\n10.0.0.5/24 dev eth0\n}\n${instance(`mcast_src_ip 10.0.0.5\n${vip('10.0.0.9/24')}`)}`,
        instance(vip('10.0.0.9/24')),
      ],
      ['a:eth0=10.0.0.1/24', 'b:eth0=10.0.0.2/24'],
    ],
    [
      'stand on each interface that is named, in the network of what is there',
      [
        instance(
          `${vip('10.0.0.9/24', '10.1.0.9/24 dev eth1', '10.2.0.9/24 dev lo')}track_interface {\neth2\n}\n`,
        ),
        instance(vip('10.0.0.9/24', '10.1.0.9/24 dev eth1')),
      ],
      [
        'a:eth0=10.0.0.1/24',
        'a:eth1=10.1.0.1/24',
        'a:eth2=198.18.2.1/24',
        'b:eth0=10.0.0.2/24',
        'b:eth1=10.1.0.2/24',
      ],
    ],
    [
      'lead to gateways outside of the virtual addresses’ networks',
      [
        instance(`${vip('203.0.113.9')}virtual_routes {\n10.8.0.0/16 via 10.0.0.1 dev eth0\n}`),
        `static_routes {\n10.9.0.0/16 via 10.7.0.1\n}\n${instance(vip('203.0.113.9'))}`,
      ],
      ['a:eth0=203.0.113.1/24 10.0.0.2/24', 'b:eth0=203.0.113.2/24 10.7.0.2/24'],
    ],
    [
      'of IPv6 are known, or link-local ones of those who send from them',
      [
        instance(`priority 255\n${vip('2001:db8::9/48')}`),
        instance(`${unicast('', '2001:db8::9')}${vip('2001:db8::9/48')}`),
      ],
      ['a:eth0=2001:db8::9/48 198.18.0.1/24 fe80::1/64', 'b:eth0=198.18.0.2/24 fe80::2/64'],
    ],
    [
      'are not looked for in networks that no host can be in',
      [instance(vip('127.0.0.9/8')), instance(vip('127.0.0.9/8'))],
      ['a:eth0=198.18.0.1/24', 'b:eth0=198.18.0.2/24'],
    ],
    [
      'are there once, where two LANs have one network',
      [
        instance(vip('10.0.0.9/24')) + instance(vip('10.0.0.10/24'), 'eth1', 52),
        instance(vip('10.0.0.9/24')) + instance(vip('10.0.0.10/24'), 'eth1', 52),
      ],
      ['a:eth0=10.0.0.1/24', 'a:eth1=10.0.0.3/24', 'b:eth0=10.0.0.2/24', 'b:eth1=10.0.0.4/24'],
    ],
  ])('%s', async (_what, files, expected) => {
    const network = await infer(files)
    expect(shown(network)).toEqual(expected)
    expect(network.problems).toEqual([])
  })

  test('are what is said, and others keep clear of it', async () => {
    const file = instance(vip('10.0.0.9/24'))
    const network = await infer([file, file], ['b:eth0=10.0.0.1/25', 'b:eth7=10.7.0.1/16'])
    expect(shown(network)).toEqual(['a:eth0=10.0.0.2/25', 'b:eth0=10.0.0.1/25', 'b:eth7=10.7.0.1/16'])
    expect(network.lans).toEqual(['eth0', 'eth7'])
  })
})

describe('interfaces', () => {
  test('are all that a file names, without those that the daemon makes', async () => {
    const model = await modelOf(
      instance(
        `use_vmac\n${vip('10.0.0.9/24', '10.1.0.9/24 dev eth1')}track_interface {\neth2\n}\n` +
          `virtual_routes {\n10.3.0.0/16 dev eth3\n10.4.0.0/16 dev vrrp.51\n10.5.0.0/16 dev lo\n}\n` +
          `virtual_rules {\nfrom 10.0.0.0/8 iif eth5 table 5\n}\n`,
      ) +
        instance(`use_vmac mine\n${vip('10.1.0.10/24 dev mine')}`, 'eth4', 52) +
        `vrrp_sync_group G {\ngroup {\nVI_eth0_51\nVI_eth4_52\n}\ntrack_interface {\neth6\n}\n}\n` +
        `static_ipaddress {\n10.7.0.1/24 dev eth7\n}\n`,
    )
    expect([...linksOf(model)].sort()).toEqual([
      'eth0',
      'eth1',
      'eth2',
      'eth3',
      'eth4',
      'eth5',
      'eth6',
      'eth7',
    ])
  })

  test('of a LAN that is said are on every host', async () => {
    const file = instance(vip('10.0.0.9/24'))
    const network = await infer([file, instance(vip('10.0.0.9/24'), 'ens3')], [], ['eth0'])
    expect(network.hosts.map(({ links }) => links.map(({ name }) => name))).toEqual([
      ['eth0'],
      ['ens3', 'eth0'],
    ])
    expect(network).toMatchObject({ lans: ['eth0', 'ens3'], problems: [] })
  })
})

describe('problems are one line each', () => {
  test.each<[string, string[], string[], string[]]>([
    [
      'a host on a LAN of its own',
      [instance(vip('10.0.0.9/24')), instance(vip('10.0.0.9/24'), 'ens3'), instance(vip('10.0.0.9/24'))],
      [],
      [
        'b has no LAN in common with any other host: it has ens3, they have eth0 (interfaces of the same name are on one LAN)',
      ],
    ],
    [
      'an address that two hosts send from',
      [
        instance(`mcast_src_ip 10.0.0.1\n${vip('10.0.0.9/24')}`),
        instance(`mcast_src_ip 10.0.0.1\n${vip('10.0.0.9/24')}`),
      ],
      [],
      ["10.0.0.1 is b's address on eth0 and a's on eth0: each host needs its own"],
    ],
    [
      'an address that is said twice',
      [instance(vip('10.0.0.9/24')), instance(vip('10.0.0.9/24'))],
      ['a:eth0=10.0.0.1/24', 'b:eth0=10.0.0.1/24'],
      ["10.0.0.1 is b's address on eth0 and a's on eth0: each host needs its own"],
    ],
    [
      'a network that is full',
      [instance(vip('10.0.0.1/30')), instance(vip('10.0.0.1/30'))],
      [],
      [
        'b has no address on eth0, and 10.0.0.0/30 has none that is free: say which, --address b:eth0=ADDRESS/LENGTH',
      ],
    ],
  ])('%s', async (_what, files, said, problems) => {
    expect((await infer(files, said)).problems).toEqual(problems)
  })

  test('a single host is none', async () => {
    expect((await infer([instance(vip('10.0.0.9/24'))])).problems).toEqual([])
    expect(await infer([])).toEqual({ hosts: [], lans: [], problems: [] })
  })
})

describe('property', () => {
  const address = fc
    .tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1, max: 14 }))
    .map(([net, host]) => `10.0.${net}.${host}`)
  const virtual = fc
    .record({
      address,
      length: fc.constantFrom('', '/24', '/28', '/16'),
      dev: fc.constantFrom('', ' dev eth1'),
    })
    .map((one) => `${one.address}${one.length}${one.dev}`)
  const block = fc
    .record({
      addresses: fc.array(virtual, { maxLength: 3 }),
      source: fc.option(address),
      peers: fc.array(address, { maxLength: 3 }),
      priority: fc.constantFrom(100, 255),
      gateway: fc.option(address),
      link: fc.constantFrom('eth0', 'eth1', 'eth2'),
    })
    .map(({ addresses, source, peers, priority, gateway, link }) => ({
      text: (vrid: number): string =>
        instance(
          `priority ${priority}\n${vip(...addresses)}` +
            `${source === null ? '' : `mcast_src_ip ${source}\n`}${peers.length === 0 ? '' : unicast('', ...peers)}` +
            (gateway === null ? '' : `virtual_routes {\ndefault via ${gateway}\n}\n`),
          link,
          vrid,
        ),
    }))
  const files = fc
    .array(fc.array(block, { minLength: 1, maxLength: 3 }), { maxLength: 4 })
    .map((hosts) => hosts.map((blocks) => blocks.map(({ text }, index) => text(index + 1)).join('')))

  test('every host has its own address on each interface, which is virtual only for an owner', async () => {
    await fc.assert(
      fc.asyncProperty(files, async (texts) => {
        const network = await infer(texts)
        const models = await Promise.all(texts.map(modelOf))
        const owned = models.map(({ instances }) =>
          instances.filter(({ priority }) => priority === 255).flatMap(({ addresses }) => addresses),
        )
        const virtuals = models.flatMap(({ instances }) => instances.flatMap(({ addresses }) => addresses))
        const all = network.hosts.flatMap(({ links }) => links.flatMap(({ addresses }) => addresses))
        expect(new Set(all.map((one) => one.address)).size).toBe(all.length)
        for (const [index, { links }] of network.hosts.entries()) {
          expect(links.map(({ name }) => name)).toEqual(linksOf(models[index]!))
          for (const { name, addresses } of links) {
            if (!network.problems.some((problem) => problem.includes(` on ${name},`)))
              expect(addresses).not.toEqual([])
            for (const own of addresses.map((one) => one.address))
              if (virtuals.some((one) => one.cidr.address === own))
                expect(owned[index]!.map((one) => one.cidr.address)).toContain(own)
          }
        }
        expect(await infer(texts), 'the same again').toEqual(network)
      }),
    )
  })
})
