/** What is kept for who goes on, and how it is read back. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { oursOf, readSnapshot, snapshotOf } from '../../src/director/snapshot.ts'
import { emptyKernel } from './model-kernel.ts'
import { anyConfiguration, anyTurn, World } from './stories.ts'

const anyWorld = fc.tuple(anyConfiguration, fc.array(anyTurn, { maxLength: 15 })).map(([file, turns]) => {
  const world = new World(file, emptyKernel)
  world.start()
  for (const turn of turns) world.take(turn)
  return world
})

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

test('what is read is what was written', () => {
  fc.assert(
    fc.property(anyWorld, ({ director }) => {
      const snapshot = snapshotOf(director)
      expect(readSnapshot(asJson(snapshot))).toEqual(snapshot)
    }),
  )
})

test('a snapshot has the state of all servers, and what of the table is ours', () => {
  fc.assert(
    fc.property(anyWorld, ({ director, kernel }) => {
      const { virtualServers, services } = snapshotOf(director)
      expect(virtualServers.map(({ servers }) => servers.map(({ up }) => up))).toEqual(
        director.virtualServers.map(({ servers }) => servers.map(({ up }) => up)),
      )
      expect(services).toHaveLength(kernel.services.size)
      for (const [text, { destinations }] of kernel.services)
        expect(oursOf(director).get(text)).toEqual(
          new Map([...destinations].map(([name, { weight }]) => [name, weight])),
        )
    }),
  )
})

describe('what is no snapshot is none', () => {
  const whole = {
    version: 1,
    virtualServers: [
      {
        identity: 'x',
        quorum: 'up',
        since: 1,
        servers: [
          {
            identity: 'y',
            up: true,
            since: 1,
            checkers: [{ key: 'k', fingerprint: 'f', up: true, hasRun: true }],
          },
        ],
      },
    ],
    services: [
      {
        key: { kind: 'address', protocol: 'tcp', address: 168296548, port: 80 },
        destinations: [{ key: { address: 'fd00::21', port: 80 }, weight: 1 }],
      },
      { key: { kind: 'mark', mark: 3, family: 'ipv6' }, destinations: [] },
    ],
  }
  const [virtualServer] = whole.virtualServers
  const [service] = whole.services

  test('the whole one is', () => {
    expect(readSnapshot(whole)).toEqual(whole)
  })

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['a list', []],
    ['another version', { ...whole, version: 2 }],
    ['services are missing', { ...whole, services: undefined }],
    ['a server is none', { ...whole, virtualServers: [{ ...virtualServer, servers: [null] }] }],
    [
      'a quorum is neither up nor down',
      { ...whole, virtualServers: [{ ...virtualServer, quorum: 'maybe' }] },
    ],
    [
      'an address is none',
      { ...whole, services: [{ ...service, key: { ...service!.key, address: 'here' } }] },
    ],
    [
      'an address is too large',
      { ...whole, services: [{ ...service, key: { ...service!.key, address: 2 ** 40 } }] },
    ],
    [
      'a protocol is none',
      { ...whole, services: [{ ...service, key: { ...service!.key, protocol: 'icmp' } }] },
    ],
    [
      'a weight is missing',
      { ...whole, services: [{ ...service, destinations: [{ key: { address: 1, port: 80 } }] }] },
    ],
  ])('%s', (_why, value) => {
    expect(readSnapshot(value)).toBeUndefined()
  })

  test('whatever is read, nothing is thrown', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        readSnapshot(value)
        readSnapshot({ ...whole, virtualServers: value })
        readSnapshot({ ...whole, services: [value] })
      }),
    )
  })
})
