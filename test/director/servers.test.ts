/** One real server by its checkers, and who is wished into the table. */

import { describe, expect, test } from 'vitest'
import type { RealServer, VirtualServer } from '../../src/director/configuration.ts'
import { freshServer, judged, phaseOf, weighed, type Verdict } from '../../src/director/real-server.ts'
import { setUp } from '../../src/director/setup.ts'
import { freshVirtualServer, quorumOf, wishOf, withServers } from '../../src/director/virtual-server.ts'
import { at, checker, configuration, realServer, sorryServer, virtualServer } from './kit.ts'

function virtualServerState(servers: RealServer[], change: Partial<VirtualServer> = {}) {
  const [block] = setUp(configuration([virtualServer('10.8.0.100 80', servers, change)])).blocks
  const state = freshVirtualServer(block!, true, at(0))
  return { ...state, quorum: quorumOf(state) }
}

const serverWith = (...alphas: boolean[]) => {
  const checkers = alphas.map((alpha, index) => checker(`c${index}`, { alpha }))
  return freshServer(
    virtualServerState([realServer('10.9.0.21', { weight: 10, checkers })]).block.servers[0]!,
    at(0),
  )
}

const up: Verdict = { up: true }
const down: Verdict = { up: false, reason: 'connect refused' }

describe('a real server', () => {
  test.each<{ why: string; alphas: boolean[]; verdicts: [number, Verdict][]; ups: boolean[] }>([
    { why: 'without checkers it is up', alphas: [], verdicts: [], ups: [true] },
    { why: 'up until the first fails', alphas: [false, false], verdicts: [[1, down]], ups: [true, false] },
    {
      why: 'and again when the last recovers',
      alphas: [false, false],
      verdicts: [
        [0, down],
        [1, down],
        [0, up],
        [1, up],
      ],
      ups: [true, false, false, false, true],
    },
    {
      why: 'alpha: down until all have passed',
      alphas: [true, true],
      verdicts: [
        [0, up],
        [1, up],
      ],
      ups: [false, false, true],
    },
    { why: 'alpha of one checker alone', alphas: [false, true], verdicts: [[1, up]], ups: [false, true] },
  ])('$why', ({ alphas, verdicts, ups }) => {
    let state = serverWith(...alphas)
    const seen = [state.up]
    for (const [position, verdict] of verdicts) {
      state = judged(state, position, verdict, at(1))
      seen.push(state.up)
    }
    expect(seen).toEqual(ups)
  })

  test('since when and why are those of the change', () => {
    const first = judged(serverWith(false), 0, down, at(5))
    expect(first).toMatchObject({ up: false, since: at(5), reason: 'connect refused' })
    expect(judged(first, 0, { up: false, reason: 'timeout' }, at(9))).toBe(first)
    expect(judged(first, 0, up, at(11))).toMatchObject({ up: true, since: at(11), reason: undefined })
  })

  test('unchecked, up, down', () => {
    expect(phaseOf(serverWith())).toBe('up')
    expect(phaseOf(serverWith(false, true))).toBe('unchecked')
    expect(phaseOf(judged(serverWith(false), 0, up, at(1)))).toBe('up')
    expect(phaseOf(judged(serverWith(true), 0, down, at(1)))).toBe('down')
  })

  test('weights: said with a verdict, or without; and taken back', () => {
    const state = judged(
      serverWith(false, false),
      0,
      { up: true, weight: { kind: 'absolute', weight: 48 } },
      at(1),
    )
    expect(state.weight).toBe(48)
    const both = weighed(state, 1, { kind: 'relative', by: -3 })
    expect(both.weight).toBe(45)
    // A script that hangs says nothing about the weight; the next that says “as configured” is believed.
    expect(judged(both, 0, down, at(2)).weight).toBe(45)
    expect(judged(both, 0, { up: true, weight: 'none' }, at(3)).weight).toBe(7)
    expect(weighed(both, 1, { kind: 'relative', by: -3 })).toBe(both)
  })
})

describe('wishes', () => {
  const alpha = [checker('a', { alpha: true })]
  const weights = (servers: RealServer[], change: Partial<VirtualServer> = {}) => {
    const state = virtualServerState(servers, change)
    return [...servers, undefined].map((_, member) => wishOf(state, member)?.weight)
  }

  test.each<{
    why: string
    servers: RealServer[]
    change?: Partial<VirtualServer>
    gives: (number | undefined)[]
  }>([
    { why: 'up', servers: [realServer('10.9.0.21', { weight: 3 })], gives: [3, undefined] },
    { why: 'down', servers: [realServer('10.9.0.21', { checkers: alpha })], gives: [undefined, undefined] },
    {
      why: 'down, inhibit_on_failure',
      servers: [realServer('10.9.0.21', { checkers: alpha, inhibitOnFailure: true })],
      gives: [0, undefined],
    },
    {
      why: 'down, and a sorry server',
      servers: [realServer('10.9.0.21', { checkers: alpha })],
      change: { sorryServer: sorryServer('10.9.0.99') },
      gives: [undefined, 1],
    },
    {
      why: 'up, but the quorum is not: the sorry server alone',
      servers: [realServer('10.9.0.21'), realServer('10.9.0.22', { checkers: alpha })],
      change: { sorryServer: sorryServer('10.9.0.99'), quorum: 2 },
      gives: [undefined, undefined, 1],
    },
    {
      why: 'the same with inhibit_on_failure',
      servers: [
        realServer('10.9.0.21', { inhibitOnFailure: true }),
        realServer('10.9.0.22', { checkers: alpha, inhibitOnFailure: true }),
      ],
      change: { sorryServer: sorryServer('10.9.0.99'), quorum: 2 },
      gives: [0, 0, 1],
    },
    {
      why: 'without a sorry server they serve on',
      servers: [realServer('10.9.0.21'), realServer('10.9.0.22', { checkers: alpha })],
      change: { quorum: 2 },
      gives: [1, undefined, undefined],
    },
    {
      why: 'sorry_server_inhibit',
      servers: [realServer('10.9.0.21')],
      change: { sorryServer: sorryServer('10.9.0.99', { inhibit: true }) },
      gives: [1, 0],
    },
    {
      why: 'up with weight 0 is no quorum',
      servers: [realServer('10.9.0.21', { weight: 0 })],
      change: { sorryServer: sorryServer('10.9.0.99') },
      gives: [undefined, 1],
    },
  ])('$why', ({ servers, change, gives }) => {
    expect(weights(servers, change)).toEqual(gives)
  })

  test('the sum is of those that are up, by their effective weights', () => {
    const servers = [
      realServer('10.9.0.21', { weight: 3 }),
      realServer('10.9.0.22', { weight: 4, checkers: alpha }),
    ]
    const state = virtualServerState(servers)
    expect(state.sum).toBe(3)
    const passed = judged(state.servers[1]!, 0, { up: true, weight: { kind: 'relative', by: 2 } }, at(1))
    expect(withServers(state, state.servers.with(1, passed)).sum).toBe(9)
  })
})
