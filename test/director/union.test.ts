/** Blocks with one address, port and protocol are one service. */

import { describe, expect, test } from 'vitest'
import type { VirtualServer } from '../../src/director/configuration.ts'
import { quorumAfter } from '../../src/director/quorum.ts'
import { setUp } from '../../src/director/setup.ts'
import { differingSettings, wantedDestination } from '../../src/director/union.ts'
import { freshVirtualServer } from '../../src/director/virtual-server.ts'
import { at, checker, configuration, ip, realServer, service, sorryServer, virtualServer } from './kit.ts'

const direct = { method: 'route' } as const
const alpha = [checker('a', { alpha: true })]

/** What is wanted of each service at the start. */
function wanted(...virtualServers: VirtualServer[]): Readonly<Record<string, readonly string[]>> {
  const setup = setUp(configuration(virtualServers))
  const states = setup.blocks
    .map((block) => freshVirtualServer(block, true, at(0)))
    .map((state) => ({ ...state, quorum: quorumAfter('down', state.block.rule, state.sum) }))
  return Object.fromEntries(
    setup.services.map(({ text, destinations }) => [
      text,
      destinations.flatMap((each) => {
        const found = wantedDestination(each, states)
        return found ? [`${each.text} ${found.forwarding} ${found.weight}`] : []
      }),
    ]),
  )
}

describe('wanted', () => {
  test('the servers of all blocks are in, each as its block says', () => {
    expect(
      wanted(
        virtualServer('10.8.0.100 80', [realServer('10.9.0.21', { forwarding: direct })]),
        virtualServer('10.8.0.100 80', [realServer('10.9.0.22', { weight: 3 })]),
      ),
    ).toEqual({ '10.8.0.100:tcp:80': ['10.9.0.21:80 route 1', '10.9.0.22:80 masquerade 3'] })
  })

  test('each block has its own sorry server', () => {
    expect(
      wanted(
        virtualServer('10.8.0.100 80', [realServer('10.9.0.21')]),
        virtualServer('10.8.0.100 80', [realServer('10.9.0.22', { checkers: alpha })], {
          sorryServer: sorryServer('10.9.0.99'),
        }),
      ),
    ).toEqual({ '10.8.0.100:tcp:80': ['10.9.0.21:80 masquerade 1', '10.9.0.99:80 masquerade 1'] })
  })

  test('a server of both serves while it is up in one of them', () => {
    const inhibited = realServer('10.9.0.21', { checkers: alpha, inhibitOnFailure: true })
    expect(
      wanted(
        virtualServer('10.8.0.100 80', [inhibited]),
        virtualServer('10.8.0.100 80', [realServer('10.9.0.21', { weight: 3 })]),
      ),
    ).toEqual({ '10.8.0.100:tcp:80': ['10.9.0.21:80 masquerade 3'] })
  })

  test('of two that have it up the first counts', () => {
    expect(
      wanted(
        virtualServer('10.8.0.100 80', [realServer('10.9.0.21', { weight: 2 })]),
        virtualServer('10.8.0.100 80', [realServer('10.9.0.21', { weight: 3 })]),
      ),
    ).toEqual({ '10.8.0.100:tcp:80': ['10.9.0.21:80 masquerade 2'] })
  })

  test('a sorry server may be one of the servers', () => {
    const twin = { sorryServer: sorryServer('10.9.0.21') }
    const down = realServer('10.9.0.21', { checkers: alpha, weight: 5 })
    expect(wanted(virtualServer('10.8.0.100 80', [down], twin))).toEqual({
      '10.8.0.100:tcp:80': ['10.9.0.21:80 masquerade 1'],
    })
    expect(wanted(virtualServer('10.8.0.100 80', [{ ...down, checkers: [] }], twin))).toEqual({
      '10.8.0.100:tcp:80': ['10.9.0.21:80 masquerade 5'],
    })
  })

  test('a group and an address may meet, too', () => {
    const member = { kind: 'address', address: ip('10.8.0.100'), port: 80 } as const
    const target = {
      kind: 'group',
      name: 'G',
      protocol: 'tcp',
      members: [member, { ...member, port: 81 }],
    } as const
    expect(
      wanted(
        virtualServer('10.8.0.100 80', [realServer('10.9.0.21')]),
        virtualServer('10.8.0.100 80', [realServer('10.9.0.22')], { target }),
      ),
    ).toEqual({
      '10.8.0.100:tcp:80': ['10.9.0.21:80 masquerade 1', '10.9.0.22:80 masquerade 1'],
      '10.8.0.100:tcp:81': ['10.9.0.22:81 masquerade 1'],
    })
  })
})

test('what a later block would have otherwise', () => {
  const one = service('10.8.0.100 80')
  expect(differingSettings(one, one)).toEqual([])
  const other = { scheduler: 'wrr', onePacket: true, persistence: { timeoutSeconds: 5, engine: undefined } }
  expect(differingSettings(one, { ...one, ...other })).toEqual(['lb_algo wrr', 'ops', 'persistence'])
})
