/** What clients get of the process that serves virtual servers, over a real socket. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { instant, seconds } from '../../../src/base/time.ts'
import { askDaemon, subscribe, type Subscription } from '../../../src/control/client.ts'
import type { EventReport } from '../../../src/control/events.ts'
import type { LvsReport } from '../../../src/control/lvs-report.ts'
import type { Arguments, RequestName } from '../../../src/control/protocol.ts'
import type { ControlServer } from '../../../src/control/server.ts'
import { Operator, type OperatorPorts } from '../../../src/daemon/control/operator.ts'
import { LvsJournal } from '../../../src/daemon/director/child/journal.ts'
import { LvsOperator } from '../../../src/daemon/director/child/operator.ts'
import { StatusFeed } from '../../../src/daemon/status/status-feed.ts'
import type { Happening } from '../../../src/director/state.ts'
import type { World } from '../../director/stories.ts'
import { serve } from '../../control/support.ts'
import { ManualTimers } from '../../support/manual-clock.ts'
import { NOW_MS, reporterOf, tableOf, webWorld } from './report-kit.ts'

let directory: string
let path: string
let server: ControlServer
let journal: LvsJournal
let world: World
let timers: ManualTimers
const open: Subscription[] = []

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'vrrpd-lvs-'))
  path = join(directory, 'vrrpd-lvs.sock')
  world = webWorld()
  world.start()
  timers = new ManualTimers()
  journal = new LvsJournal({ clock: { now: () => instant(0) }, wallMs: () => NOW_MS })
  const reporter = reporterOf(() => world.director, { table: tableOf(() => world.kernel) })
  const report = (): LvsReport => reporter.report()
  const operator = new LvsOperator({
    report,
    journal,
    feed: new StatusFeed({
      clock: timers.clock,
      timers,
      events: { subscribe: (listener) => journal.onAdded(listener) },
      journal: {
        get lastId() {
          return journal.lastId
        },
      },
      report,
    }),
  })
  server = await serve(path, { handle: (request) => operator.handle(request) })
})

afterEach(async () => {
  for (const each of open.splice(0)) each.close()
  await server.close()
  rmSync(directory, { recursive: true })
})

const web = '[10.8.0.100]:tcp:80'
const down = (realServer: string, virtualServer = web): Happening => ({
  type: 'server-down',
  virtualServer,
  realServer,
  cause: { by: 'checker', checker: 'x', reason: 'connect refused' },
})

async function ask<N extends RequestName>(request: N, given?: Arguments[N]): Promise<unknown> {
  const answer = await askDaemon(path, request, 60_000, given)
  return answer.ok ? answer.value : answer.error
}

describe('lvs-status', () => {
  test('everything, or what is named', async () => {
    expect(await ask('lvs-status')).toMatchObject({ version: 1, virtualServers: [{ name: web }] })
    expect(await ask('lvs-status', { subject: '10.9.0.22:80' })).toMatchObject({
      virtualServers: [{ realServers: [{ name: '[10.9.0.22]:tcp:80' }] }],
    })
    expect(await ask('lvs-status', { mostServers: 1 })).toMatchObject({
      virtualServers: [{ counts: { unchecked: 2 } }],
    })
  })

  test('a name that nothing has', async () => {
    expect(await ask('lvs-status', { subject: '10.9.0.23:80' })).toEqual({
      code: 'not-possible',
      text: "no virtual or real server '10.9.0.23:80'; did you mean '10.9.0.21:80'? there is: 10.8.0.100:80, 10.9.0.21:80, 10.9.0.22:80",
    })
  })
})

describe('lvs-watch', () => {
  test('again when something has happened', async () => {
    const got: LvsReport[] = []
    open.push(
      subscribe(path, 'lvs-watch', {}, { result: (report) => got.push(report), end: () => undefined }),
    )
    while (got.length < 1) await sleep(1)
    world.step({ type: 'verdict', checker: '10.9.0.21', up: false, reason: 'connect refused' })
    journal.add(down('[10.9.0.21]:tcp:80'))
    while (got.length < 2) {
      timers.advance(seconds(1))
      await sleep(1)
    }
    expect(got[0]!.virtualServers[0]!.counts.down).toBe(0)
    expect(got.at(-1)!.virtualServers[0]!.counts.down).toBe(1)
  })

  test('a name that nothing has is an empty list, which a reload may fill', async () => {
    const got: LvsReport[] = []
    open.push(
      subscribe(
        path,
        'lvs-watch',
        { subject: 'x' },
        { result: (report) => got.push(report), end: () => undefined },
      ),
    )
    while (got.length < 1) await sleep(1)
    expect(got[0]!.virtualServers).toEqual([])
  })
})

describe('lvs-events', () => {
  const ids = (report: unknown): unknown => (report as { events: EventReport[] }).events.map(({ id }) => id)

  beforeEach(() => {
    journal.add(down('[10.9.0.21]:tcp:80'))
    journal.add(down('[10.9.0.22]:tcp:80'))
    journal.add({ type: 'virtual-server-removed', virtualServer: '[10.8.0.101]:tcp:80' })
  })

  test('in words, with whom they are about', async () => {
    expect(await ask('lvs-events', { last: 2, subject: '10.8.0.100:80' })).toEqual({
      forgotten: 0,
      events: [
        expect.objectContaining({ id: 1 }),
        {
          id: 2,
          at: '2026-11-21T10:00:00.000Z',
          kind: 'server-down',
          instance: null,
          subject: '[10.9.0.22]:tcp:80',
          text: '10.9.0.22:80 of [10.8.0.100]:tcp:80 is out: connect refused',
          cause: null,
          count: 1,
          until: '2026-11-21T10:00:00.000Z',
          virtualServer: web,
          realServer: '[10.9.0.22]:tcp:80',
        },
      ],
    })
  })

  test('of one', async () => {
    expect(ids(await ask('lvs-events'))).toEqual([1, 2, 3])
    expect(ids(await ask('lvs-events', { last: 1 }))).toEqual([3])
    expect(ids(await ask('lvs-events', { subject: '10.9.0.21' }))).toEqual([1])
    // It is gone, and has a history.
    expect(ids(await ask('lvs-events', { subject: '10.8.0.101:80' }))).toEqual([3])
    expect(await ask('lvs-events', { subject: '10.8.0.102:80' })).toMatchObject({ code: 'not-possible' })
  })

  test('lvs-follow: what there is, then what comes', async () => {
    const got: number[][] = []
    open.push(
      subscribe(
        path,
        'lvs-follow',
        { last: 1, subject: '10.9.0.21' },
        { result: ({ events }) => got.push(events.map(({ id }) => id)), end: () => undefined },
      ),
    )
    while (got.length < 1) await sleep(1)
    journal.add(down('[10.9.0.22]:tcp:80'))
    journal.add(down('[10.9.0.21]:tcp:80'))
    while (got.length < 2) await sleep(1)
    expect(got).toEqual([[1], [5]])
  })
})

describe('lvs-why', () => {
  beforeEach(() => {
    world.step({ type: 'verdict', checker: '10.9.0.22', up: false, reason: 'HTTP 503, expected 200-299' })
    journal.add(down('[10.9.0.22]:tcp:80'))
    journal.add(down('[10.9.0.22]:tcp:80', '[10.8.0.101]:tcp:80'))
  })

  test('a real server', async () => {
    expect(await ask('lvs-why', { subject: '10.9.0.22:80' })).toEqual({
      others: 0,
      answers: [
        {
          virtualServer: web,
          realServer: '[10.9.0.22]:tcp:80',
          state: 'down',
          since: '2026-11-21T07:13:23.000Z',
          because: 'HTTP 503, expected 200-299',
          events: [expect.objectContaining({ id: 1 })],
          now: [
            'TCP_CHECK 127.0.0.1:80 passed at 2026-11-21T07:15:00.012Z (took 12 ms); the next one is at 2026-11-21T07:15:02.012Z',
            "its weight would be 1; it is not in the kernel's table",
            '[10.8.0.100]:tcp:80 has its quorum: a weight of 1 is up, 1 is needed',
          ],
        },
      ],
    })
  })

  test('a virtual server', async () => {
    expect(await ask('lvs-why', { subject: '10.8.0.100' })).toEqual({
      others: 0,
      answers: [
        {
          virtualServer: web,
          realServer: null,
          state: 'up',
          since: '2026-11-21T07:13:21.000Z',
          because: null,
          events: [expect.objectContaining({ id: 1 })],
          now: [
            '[10.8.0.100]:tcp:80 has its quorum: a weight of 1 is up, 1 is needed',
            '10.9.0.21:80 is unchecked since 2026-11-21T07:13:21.000Z',
            '10.9.0.22:80 is down since 2026-11-21T07:13:23.000Z: HTTP 503, expected 200-299',
          ],
        },
      ],
    })
  })

  test('nobody', async () => {
    expect(await ask('lvs-why', { subject: 'VI_1' })).toMatchObject({ code: 'not-possible' })
  })
})

test.each(['status', 'watch', 'events', 'follow', 'reload', 'resume'] as const)(
  '%s is for the daemon',
  async (request) => {
    expect(await ask(request, { names: [], all: true })).toEqual({
      code: 'not-possible',
      text: 'this process serves virtual servers, and no vrrp_instance: ask the daemon',
    })
  },
)

test.each(['lvs-status', 'lvs-watch', 'lvs-events', 'lvs-follow', 'lvs-why'] as const)(
  '%s is not for the daemon',
  async (request) => {
    const daemon = new Operator({} as OperatorPorts)
    const daemonPath = join(directory, 'vrrpd.sock')
    const other = await serve(daemonPath, { handle: (each) => daemon.handle(each) })
    const answer = await askDaemon(daemonPath, request, 60_000, { subject: 'x' })
    await other.close()
    expect(answer).toEqual({
      ok: false,
      error: { code: 'not-possible', text: 'no virtual servers are served by this process' },
    })
  },
)
