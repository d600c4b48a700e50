/** What keepalived makes of the values that are written: names, ports, services. */

import { describe, expect, test } from 'vitest'
import type { Forwarding, VirtualServer } from '../../src/director/configuration.ts'
import { setUp } from '../../src/director/setup.ts'
import { checker, configuration, ip, realServer, sorryServer, virtualServer } from './kit.ts'

const nat: Forwarding = { method: 'masquerade' }
const direct: Forwarding = { method: 'route' }
const tunnel: Forwarding = { method: 'tunnel', tunnel: { type: 'ipip', port: 0, checksum: 'none' } }

const onMark: Partial<VirtualServer> = { target: { kind: 'mark', mark: 3, family: 'ipv4' } }
const inGroup = (...members: [string, number][]): Partial<VirtualServer> => ({
  target: {
    kind: 'group',
    name: 'G',
    protocol: 'tcp',
    members: members.map(([address, port]) => ({ kind: 'address', address: ip(address), port })),
  },
})

const setUpOf = (...virtualServers: VirtualServer[]) => setUp(configuration(virtualServers))

const destinationsOf = (...virtualServers: VirtualServer[]): readonly string[] =>
  setUpOf(...virtualServers).services.flatMap(({ text, destinations }) =>
    destinations.map((each) => `${text} -> ${each.text}`),
  )

test('one mark of two families is two services', () => {
  const marks = (['ipv4', 'ipv6'] as const).map((family) =>
    virtualServer('10.8.0.100 80', [realServer(family === 'ipv4' ? '10.9.0.21 80' : 'fd00::21 80')], {
      target: { kind: 'mark', mark: 3, family },
    }),
  )
  expect(destinationsOf(...marks)).toEqual(['Fwm 3 -> 10.9.0.21:80', 'Fwm 3 inet6 -> fd00::21:80'])
  expect(new Set(setUpOf(...marks).blocks.map(({ identity }) => identity)).size).toBe(2)
})

test('an address that stands twice in a group is one service', () => {
  const servers = [realServer('10.9.0.21 80')]
  const { blocks } = setUpOf(
    virtualServer('10.8.0.100 80', servers, inGroup(['10.8.0.100', 80], ['10.8.0.100', 80])),
  )
  expect(blocks[0]!.services).toHaveLength(1)
})

test('every block with ha_suspend of one address rests with it', () => {
  const blocks = [80, 443, 25].map((port) =>
    virtualServer(`10.8.0.100 ${port}`, [realServer('10.9.0.21')], { haSuspend: port !== 443 }),
  )
  expect(setUpOf(...blocks).suspendable).toEqual(new Map([[ip('10.8.0.100'), [0, 2]]]))
})

describe('ports', () => {
  test.each<{
    why: string
    server: string
    forwarding: Forwarding
    change?: Partial<VirtualServer>
    gives: string[]
  }>([
    {
      why: 'NAT keeps its own',
      server: '10.9.0.21 8080',
      forwarding: nat,
      gives: ['10.8.0.100:tcp:80 -> 10.9.0.21:8080'],
    },
    {
      why: 'NAT without one',
      server: '10.9.0.21',
      forwarding: nat,
      gives: ['10.8.0.100:tcp:80 -> 10.9.0.21:80'],
    },
    {
      why: 'DR has the service’s',
      server: '10.9.0.21 8080',
      forwarding: direct,
      gives: ['10.8.0.100:tcp:80 -> 10.9.0.21:80'],
    },
    {
      why: 'tunnels, too',
      server: '10.9.0.21 8080',
      forwarding: tunnel,
      gives: ['10.8.0.100:tcp:80 -> 10.9.0.21:80'],
    },
    {
      why: 'a mark has none',
      server: '10.9.0.21 80',
      forwarding: direct,
      change: onMark,
      gives: ['Fwm 3 -> 10.9.0.21:0'],
    },
    {
      why: 'but for NAT',
      server: '10.9.0.21 80',
      forwarding: nat,
      change: onMark,
      gives: ['Fwm 3 -> 10.9.0.21:80'],
    },
    {
      why: 'each service of a group its own',
      server: '10.9.0.21 80',
      forwarding: direct,
      change: inGroup(['10.8.0.100', 80], ['10.8.0.101', 443]),
      gives: ['10.8.0.100:tcp:80 -> 10.9.0.21:80', '10.8.0.101:tcp:443 -> 10.9.0.21:443'],
    },
    {
      why: 'only a tunnel leads into the other family',
      server: 'fd00::21 80',
      forwarding: nat,
      change: inGroup(['10.8.0.100', 80], ['fd00::100', 80]),
      gives: ['fd00::100:tcp:80 -> fd00::21:80'],
    },
    {
      why: 'and does',
      server: 'fd00::21 80',
      forwarding: tunnel,
      gives: ['10.8.0.100:tcp:80 -> fd00::21:80'],
    },
  ])('$why', ({ server, forwarding, change, gives }) => {
    expect(
      destinationsOf(virtualServer('10.8.0.100 80', [realServer(server, { forwarding })], change)),
    ).toEqual(gives)
  })

  test('of servers that the reset makes one the first counts', () => {
    const servers = ['10.9.0.21 80', '10.9.0.21 81'].map((each, index) =>
      realServer(each, { forwarding: direct, weight: index + 5 }),
    )
    const [block] = setUpOf(virtualServer('10.8.0.100 443', servers)).blocks
    expect(block?.servers.map(({ definition }) => definition.weight)).toEqual([5])
  })
})

describe('names', () => {
  const names = (...virtualServers: VirtualServer[]): readonly string[] =>
    setUpOf(...virtualServers).blocks.flatMap(({ name, servers, sorry }) => [
      name,
      ...servers.map((each) => each.name),
      ...(sorry ? [sorry.name] : []),
    ])

  test.each<{ why: string; servers: VirtualServer[]; gives: string[] }>([
    {
      why: 'address',
      servers: [
        virtualServer('10.8.0.100 80', [realServer('10.9.0.21')], { sorryServer: sorryServer('10.9.0.99') }),
      ],
      gives: ['[10.8.0.100]:tcp:80', '[10.9.0.21]:tcp:80', '[10.9.0.99]:tcp:80'],
    },
    {
      why: 'IPv6',
      servers: [virtualServer('fd00::100 80', [realServer('fd00::21')])],
      gives: ['[fd00::100]:tcp:80', '[fd00::21]:tcp:80'],
    },
    {
      why: 'mark',
      servers: [virtualServer('10.8.0.1', [realServer('10.9.0.21 80', { forwarding: direct })], onMark)],
      gives: ['FWM 3', '[10.9.0.21]:none:0'],
    },
    {
      why: 'groups are counted',
      servers: [
        virtualServer('10.8.0.1', [realServer('10.9.0.21 80')], inGroup(['10.8.0.100', 80])),
        virtualServer('10.8.0.1', [realServer('10.9.0.22 53')], inGroup(['10.8.0.100', 53])),
      ],
      gives: ['[G]:0', '[10.9.0.21]:tcp:80', '[G]:1', '[10.9.0.22]:tcp:53'],
    },
  ])('$why', ({ servers, gives }) => {
    expect(names(...servers)).toEqual(gives)
  })
})

describe('services', () => {
  const first = (change: Partial<VirtualServer>, address = '10.8.0.100 80') =>
    setUpOf(virtualServer(address, [realServer('10.9.0.21 80', { forwarding: tunnel })], change)).services[0]
      ?.service

  test('every port together is persistent', () => {
    expect(first({}, '10.8.0.100')?.persistence).toEqual({ timeoutSeconds: 360, engine: undefined })
    const persistence = { timeoutSeconds: 50 }
    expect(first({ persistence }, '10.8.0.100')?.persistence).toMatchObject(persistence)
    expect(first({})?.persistence).toBeUndefined()
  })

  test('clients are told apart by all of their address, unless it is said otherwise', () => {
    expect(first({})?.netmask).toBe(0xffffffff)
    expect(first({}, 'fd00::100 80')?.netmask).toBe(128)
    expect(first({ persistence: { timeoutSeconds: 50, netmask: 64 } }, 'fd00::100 80')?.netmask).toBe(64)
  })

  test('one packet goes with UDP', () => {
    expect(first({ onePacket: true })?.onePacket).toBe(false)
    const udp: Partial<VirtualServer> = {
      onePacket: true,
      target: { kind: 'address', protocol: 'udp', address: ip('10.8.0.100'), port: 53 },
    }
    expect(first(udp)?.onePacket).toBe(true)
  })

  test('a block without any server is none, one with a sorry server is', () => {
    expect(setUpOf(virtualServer('10.8.0.100 80', [])).blocks).toEqual([])
    const sorry = virtualServer('10.8.0.100 80', [], { sorryServer: sorryServer('10.9.0.99') })
    expect(setUpOf(sorry).blocks).toHaveLength(1)
  })

  test('the quorum is at most what all servers weigh', () => {
    const [block] = setUpOf(virtualServer('10.8.0.100 80', [realServer('10.9.0.21')], { quorum: 9 })).blocks
    expect(block?.rule).toEqual({ quorum: 1, hysteresis: 0 })
  })

  test('each checker has its place', () => {
    const { checkers } = setUpOf(
      virtualServer('10.8.0.100 80', [realServer('10.9.0.20')]),
      virtualServer('10.8.0.101 80', [
        realServer('10.9.0.21'),
        realServer('10.9.0.22', { checkers: [checker('a'), checker('b')] }),
      ]),
    )
    expect(Object.fromEntries(checkers)).toEqual({
      a: { block: 1, server: 1, checker: 0 },
      b: { block: 1, server: 1, checker: 1 },
    })
  })
})
