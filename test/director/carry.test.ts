/** Who is who over a reload. */

import { describe, expect, test } from 'vitest'
import { carryServer, matchBlocks } from '../../src/director/carry.ts'
import type { Checker, VirtualServer } from '../../src/director/configuration.ts'
import { setUp } from '../../src/director/setup.ts'
import type {
  RememberedChecker,
  RememberedServer,
  RememberedVirtualServer,
} from '../../src/director/snapshot.ts'
import { at, checker, configuration, ip, realServer, virtualServer } from './kit.ts'

const remembered = (change: Partial<RememberedServer> = {}): RememberedServer => ({
  identity: '10.9.0.21:80',
  up: true,
  since: at(1),
  checkers: [],
  ...change,
})

const block = (identity: string, ...servers: string[]): RememberedVirtualServer => ({
  identity,
  quorum: 'up',
  since: at(1),
  servers: servers.map((each) => remembered({ identity: `${each}:80` })),
})

const web = (...servers: string[]): VirtualServer =>
  virtualServer(
    '10.8.0.100 80',
    servers.map((each) => realServer(each)),
  )

describe('blocks', () => {
  const WEB = '10.8.0.100:tcp:80'

  /** For each new block which of the old ones it is, and which of its servers are known. */
  const match = (virtualServers: VirtualServer[], old: RememberedVirtualServer[]) =>
    matchBlocks(setUp(configuration(virtualServers)).blocks, old).map(({ virtualServer: found, servers }) => [
      found === undefined ? -1 : old.indexOf(found),
      ...servers.map((each) => each !== undefined),
    ])

  test.each<{
    why: string
    now: VirtualServer[]
    old: RememberedVirtualServer[]
    gives: (number | boolean)[][]
  }>([
    {
      why: 'by address, port and protocol',
      now: [web('10.9.0.21'), virtualServer('10.8.0.100 443', [realServer('10.9.0.21 80')])],
      old: [block('10.8.0.100:udp:80', '10.9.0.21'), block('10.8.0.100:tcp:443', '10.9.0.21')],
      gives: [
        [-1, false],
        [1, true],
      ],
    },
    {
      why: 'a group by its position',
      now: [
        virtualServer('10.8.0.100 80', [realServer('10.9.0.21 80')], {
          target: {
            kind: 'group',
            name: 'G',
            protocol: 'tcp',
            members: [{ kind: 'address', address: ip('10.8.0.9'), port: 80 }],
          },
        }),
      ],
      old: [block('group [G]:1', '10.9.0.21'), block('group [G]:0', '10.9.0.21')],
      gives: [[1, true]],
    },
    {
      why: 'two of one address in their order',
      now: [web('10.9.0.21'), web('10.9.0.22')],
      old: [block(WEB, '10.9.0.21'), block(WEB, '10.9.0.22')],
      gives: [
        [0, true],
        [1, true],
      ],
    },
    {
      why: 'or by their servers, when one is left',
      now: [web('10.9.0.22')],
      old: [block(WEB, '10.9.0.21'), block(WEB, '10.9.0.22')],
      gives: [[1, true]],
    },
    {
      why: 'and when they are in another order',
      now: [web('10.9.0.22', '10.9.0.23'), web('10.9.0.21')],
      old: [block(WEB, '10.9.0.21'), block(WEB, '10.9.0.22')],
      gives: [
        [1, true, false],
        [0, true],
      ],
    },
    {
      why: 'a server that has moved is known where it is',
      now: [web('10.9.0.21'), web('10.9.0.22', '10.9.0.23')],
      old: [block(WEB, '10.9.0.21', '10.9.0.23'), block(WEB, '10.9.0.22')],
      gives: [
        [0, true],
        [1, true, true],
      ],
    },
    {
      why: 'one that was in one block and is in two is known in both',
      now: [web('10.9.0.21'), web('10.9.0.21')],
      old: [block(WEB, '10.9.0.21')],
      gives: [
        [0, true],
        [-1, true],
      ],
    },
  ])('$why', ({ now, old, gives }) => {
    expect(match(now, old)).toEqual(gives)
  })
})

describe('checkers', () => {
  const was = (fingerprint: string, change: Partial<RememberedChecker> = {}): RememberedChecker => ({
    key: `old-${fingerprint}`,
    fingerprint,
    up: true,
    hasRun: true,
    ...change,
  })

  function carry(checkers: Checker[], old: RememberedChecker[], weight = 1) {
    const definition = realServer('10.9.0.21', { checkers, weight })
    const [server] = setUp(configuration([virtualServer('10.8.0.100 80', [definition])])).blocks[0]!.servers
    const up = old.every((each) => each.up)
    return carryServer(server!, remembered({ up, reason: 'refused', checkers: old }), at(9))
  }

  test.each<{
    why: string
    now: Checker[]
    old: RememberedChecker[]
    up: boolean
    since: number
    before: (string | undefined)[]
  }>([
    {
      why: 'the same, under another key',
      now: [checker('b', { fingerprint: 'x' })],
      old: [was('x')],
      up: true,
      since: 1,
      before: ['old-x'],
    },
    {
      why: 'down, and the same',
      now: [checker('x')],
      old: [was('x', { up: false })],
      up: false,
      since: 1,
      before: ['old-x'],
    },
    {
      why: 'down, and another one: out until it passes',
      now: [checker('y')],
      old: [was('x', { up: false })],
      up: false,
      since: 1,
      before: [undefined],
    },
    {
      why: 'up, and another one: in, with alpha, too',
      now: [checker('y', { alpha: true })],
      old: [was('x')],
      up: true,
      since: 1,
      before: [undefined],
    },
    {
      why: 'the one that failed is gone',
      now: [checker('y')],
      old: [was('x', { up: false }), was('y')],
      up: true,
      since: 9,
      before: ['old-y'],
    },
    { why: 'all are gone', now: [], old: [was('x', { up: false })], up: true, since: 9, before: [] },
    {
      why: 'two that ask the same in their order',
      now: [checker('a', { fingerprint: 'x' }), checker('b', { fingerprint: 'x' })],
      old: [was('x', { key: 'first' }), was('x', { key: 'second', up: false })],
      up: false,
      since: 1,
      before: ['first', 'second'],
    },
  ])('$why', ({ now, old, up, since, before }) => {
    const carried = carry(now, old)
    expect(carried.state).toMatchObject({ up, since: at(since), reason: since === 1 ? 'refused' : undefined })
    expect(carried.before).toEqual(before)
  })

  test('what a checker said of the weight stays with it, over another configured weight', () => {
    const said = was('x', { say: { kind: 'absolute', weight: 48 } })
    expect(carry([checker('x')], [said], 20).state.weight).toBe(48)
    expect(carry([checker('y')], [said], 20).state.weight).toBe(20)
    expect(carry([checker('x')], [was('x', { say: { kind: 'relative', by: 4 } })], 20).state.weight).toBe(24)
  })
})
