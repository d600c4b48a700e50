/** The commands where virtual servers are served by a process of its own, or by that alone, over real sockets. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { main } from '../../src/cli/cli.ts'
import { fingerprintOf } from '../../src/cli/report-fingerprint.ts'
import { watch } from '../../src/cli/watch.ts'
import type { EventReport } from '../../src/control/events.ts'
import { joined } from '../../src/cli/joined.ts'
import type { LvsReport } from '../../src/control/lvs-report.ts'
import { failed, lvsControlPath, succeeded, type Request } from '../../src/control/protocol.ts'
import type { StatusReport } from '../../src/control/report.ts'
import type { ControlServer } from '../../src/control/server.ts'
import type { Answer } from '../../src/control/stream.ts'
import { serve } from '../control/support.ts'
import {
  makeChecker,
  makeDown,
  makeLvsReport,
  makeServer,
  makeVirtualServer,
} from '../support/lvs-reports.ts'
import { makeInstance, makeProblem, makeReport } from '../support/reports.ts'
import { makeOutput } from './status-kit.ts'

let directory: string
let path: string
const servers: ControlServer[] = []
let asked: Request[]

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'vrrpd-both-'))
  path = join(directory, 'vrrpd.sock')
  asked = []
})

afterEach(async () => {
  for (const each of servers.splice(0)) await each.close()
  rmSync(directory, { recursive: true })
})

const web = makeVirtualServer('10.8.0.100:80', [
  makeServer('10.9.0.21:80'),
  makeDown('10.9.0.22:80', 'connect refused'),
])
const report = makeReport({ instances: [makeInstance()], problems: [makeProblem({ severity: 'warning' })] })
const lvs = makeLvsReport({
  virtualServers: [web],
  problems: [
    makeProblem({ code: 'servers-down', text: 'nobody serves', instance: null, instances: [] }),
    makeProblem({ code: 'drift', severity: 'notice', text: 'drift', instance: null, instances: [] }),
  ],
})

const event = (id: number, at: string, text: string): EventReport => ({
  ...{ id, at, kind: 'link', instance: null, subject: 'eth0', text, cause: null, count: 1, until: at },
})
const happened = (id: number, at: string, text: string): EventReport => ({
  ...event(id, at, text),
  kind: 'server-down',
  virtualServer: web.name,
  realServer: '[10.9.0.22]:tcp:80',
})

/** Each response at once, and then nothing until the client leaves. */
function streamOf(...responses: readonly Extract<Answer, { ok: boolean }>[]): Answer {
  const waiting = [...responses]
  let leave: () => void = () => undefined
  const left = new Promise<undefined>((resolve) => {
    leave = () => {
      resolve(undefined)
    }
  })
  return {
    next: async () => waiting.shift() ?? left,
    close: () => {
      leave()
    },
  }
}

const unknown = (text: string): Answer => failed({ code: 'not-possible', text })

function answerOfDaemon(request: Request): Answer {
  switch (request.request) {
    case 'status':
      return succeeded<'status'>(report)
    case 'watch':
      return streamOf(succeeded<'watch'>(report))
    case 'events':
    case 'follow': {
      if (request.arguments.instance === '10.9.0.22:80') return unknown("no vrrp_instance '10.9.0.22:80'")
      const past = {
        events: [
          event(1, '2026-11-21T10:00:01.000Z', 'eth0 down'),
          event(2, '2026-11-21T10:00:03.000Z', 'eth0 up'),
        ],
        forgotten: 2,
      }
      return request.request === 'events' ? succeeded<'events'>(past) : streamOf(succeeded<'follow'>(past))
    }
    case 'why':
      return request.arguments.subject === '10.8.0.100'
        ? succeeded<'why'>({
            instance: 'VI_1',
            state: 'MASTER',
            since: '2026-11-21T10:00:00.000Z',
            chain: [],
            now: ['this host serves VI_1'],
          })
        : unknown('no vrrp_instance or virtual address of that name')
    default:
      return unknown('no virtual servers are served by this process')
  }
}

function answerOfServers(request: Request): Answer {
  switch (request.request) {
    case 'lvs-status':
      return ['VI_1', '10.9.0.23:80'].includes(request.arguments.subject ?? '')
        ? unknown('no virtual or real server of that name')
        : succeeded<'lvs-status'>(lvs)
    case 'lvs-watch':
      return streamOf(succeeded<'lvs-watch'>(lvs))
    case 'lvs-events':
    case 'lvs-follow': {
      if (request.arguments.subject === 'VI_1') return unknown("no virtual or real server 'VI_1'")
      const past = {
        events: [happened(1, '2026-11-21T10:00:02.000Z', '10.9.0.22:80 is out: connect refused')],
        forgotten: 1,
      }
      return request.request === 'lvs-events'
        ? succeeded<'lvs-events'>(past)
        : streamOf(succeeded<'lvs-follow'>(past))
    }
    case 'lvs-why':
      return request.arguments.subject === 'VI_1'
        ? unknown("no virtual or real server 'VI_1'")
        : succeeded<'lvs-why'>({
            others: 3,
            answers: [
              {
                virtualServer: web.name,
                realServer: '[10.9.0.22]:tcp:80',
                state: 'down',
                since: '2026-11-21T10:00:02.000Z',
                because: 'connect refused',
                events: [happened(1, '2026-11-21T10:00:02.000Z', '10.9.0.22:80 is out: connect refused')],
                now: ['TCP_CHECK 10.9.0.22:80 failed at 2026-11-21T10:00:02.000Z: connect refused'],
              },
            ],
          })
    default:
      return unknown('ask the daemon')
  }
}

async function begin(which: 'daemon' | 'servers' | 'both', servingWhat = answerOfServers): Promise<void> {
  const told = (answer: (request: Request) => Answer) => (request: Request) => {
    asked.push(request)
    return answer(request)
  }
  if (which !== 'servers') servers.push(await serve(path, { handle: told(answerOfDaemon) }))
  if (which !== 'daemon') servers.push(await serve(lvsControlPath(path), { handle: told(servingWhat) }))
}

async function run(...argv: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const io = makeOutput()
  const [command = '', ...rest] = argv
  const code = await main([command, '--control', path, ...rest], () => io)
  return { code, ...io.text() }
}

describe('vrrpd status', () => {
  test('both in one, the worst problem first', async () => {
    await begin('both')
    const { code, out } = await run('status', '--json')
    expect(code).toBe(1)
    const told = JSON.parse(out) as StatusReport
    expect(told).toEqual({
      ...report,
      problems: [lvs.problems[0], report.problems[0], lvs.problems[1]],
      virtualServers: [web],
      syncDaemon: [],
      director: lvs.director,
    })
    expect((await run('status')).out).toMatch(/VI_1 is MASTER[^]*\n1 virtual server, /)
  })

  test('where none is served everything is as it was', async () => {
    await begin('daemon')
    expect((await run('status', '--json')).out).toBe(`${JSON.stringify(report, null, 2)}\n`)
    expect((await run('status')).out).not.toContain('virtual server')
  })

  test('virtual servers alone (-C)', async () => {
    await begin('servers')
    const { code, out } = await run('status')
    expect(code).toBe(1)
    expect(out).toContain('vrrpd 0.1.0, pid 1235')
    expect(out).toContain('[10.8.0.100]:tcp:80, UP')
    expect(out).not.toContain('vrrp_instance')
    expect(await run('status', 'VI_1')).toMatchObject({
      code: 3,
      err: 'no virtual or real server of that name\n',
    })
  })

  test('nobody at all', async () => {
    expect(await run('status')).toMatchObject({ code: 2 })
  })

  test('of one instance, or of one server', async () => {
    await begin('both')
    expect((await run('status', 'VI_1')).out).not.toContain('virtual server')
    const { out } = await run('status', '10.9.0.22:80')
    expect(out).toContain('10.9.0.22:80')
    expect(out).not.toContain('VI_1 is')
    expect(asked.at(-1)).toMatchObject({ request: 'lvs-status', arguments: { subject: '10.9.0.22:80' } })
  })

  test('a name that neither knows', async () => {
    await begin('both')
    expect(await run('status', '10.9.0.23:80')).toEqual({
      code: 3,
      out: '',
      err: "no vrrp_instance or vrrp_sync_group '10.9.0.23:80'; there is: VI_1\nno virtual or real server of that name\n",
    })
  })

  test.each([
    [[], { mostServers: 60 }],
    [['--all'], {}],
    [['--json'], {}],
  ])('%j asks for %j', async (options, given) => {
    await begin('servers')
    await run('status', ...options)
    expect(asked).toEqual([{ version: 1, request: 'lvs-status', arguments: given }])
  })

  test('who should tell of virtual servers, and does not, is a problem', async () => {
    await begin('both', () => failed({ code: 'internal', text: 'x' }))
    const { code, out } = await run('status')
    expect(code).toBe(1)
    expect(out).toContain('nobody tells of the virtual servers: vrrpd refused the request: x')
    expect(out).toContain('VI_1 is MASTER')
  })

  test('--state knows instances alone', async () => {
    await begin('both')
    expect(await run('status', '--state', 'MASTER')).toMatchObject({ code: 0, out: 'MASTER\n' })
    expect(await run('status', '--state', 'MASTER', '10.9.0.22:80')).toMatchObject({ code: 3 })
  })
})

describe('vrrpd status --watch', () => {
  async function watched(name?: string): Promise<StatusReport[]> {
    const end = new AbortController()
    const io = makeOutput()
    const code = watch({ name, json: true, control: path }, io, { screen: undefined, ended: end.signal })
    while (io.text().out === '') await sleep(2)
    end.abort(0)
    expect(await code).toBe(0)
    return io
      .text()
      .out.trim()
      .split('\n')
      .map((line) => JSON.parse(line) as StatusReport)
  }

  test('both in one from the first on', async () => {
    await begin('both')
    const [first] = await watched()
    expect(first).toMatchObject({ instances: [{ name: 'VI_1' }], virtualServers: [{ name: web.name }] })
  })

  test('virtual servers alone', async () => {
    await begin('servers')
    const [first] = await watched()
    expect(first).toMatchObject({ instances: [], virtualServers: [{ name: web.name }] })
  })

  test('what only ages is no change', () => {
    const of = (change: Partial<LvsReport>): string => fingerprintOf({ ...report, ...lvs, ...change })
    const [up, down] = web.realServers
    const withServer = (change: object): string =>
      of({ virtualServers: [{ ...web, realServers: [{ ...up!, ...change }, down!] }] })
    expect(of({ director: { ...lvs.director, loopLagMs: 7 } })).toBe(of({}))
    expect(withServer({ connections: { active: 4, inactive: 1, persistent: 0 } })).toBe(of({}))
    expect(
      withServer({
        checkers: [
          makeChecker({
            nextAt: null,
            running: true,
            counts: { successes: 1201, failures: 0, noResults: 0 },
            last: { at: '2026-11-21T10:00:07.000Z', tookMs: 2, ok: true, reason: null },
          }),
        ],
      }),
    ).toBe(of({}))
    expect(withServer({ state: 'down' })).not.toBe(of({}))
    expect(withServer({ weight: { configured: 1, effective: 1, kernel: 2 } })).not.toBe(of({}))
    expect(of({ syncDaemon: [] })).toBe(of({}))
    expect(of({ director: { ...lvs.director, pid: 1 } })).not.toBe(of({}))
  })
})

describe('vrrpd events', () => {
  const texts = (out: string): readonly string[] =>
    out
      .trim()
      .split('\n')
      .map((line) => line.replace(/^[\d-]+ [\d:.]+ +/, ''))

  test('both journals, by their time', async () => {
    await begin('both')
    const { out } = await run('events')
    expect(texts(out)).toEqual(
      [
        '(3 earlier ones are not kept any more)',
        '1             eth0 down',
        'L1             10.9.0.22:80 is out: connect refused',
        '2             eth0 up',
      ].map((text): unknown => expect.stringMatching(text.replace(/[.()]/g, '\\$&').replace(/ +/g, ' +'))),
    )
  })

  test('the last of both', async () => {
    await begin('both')
    const { out } = await run('events', '-n', '2', '--json')
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as EventReport).text),
    ).toEqual(['10.9.0.22:80 is out: connect refused', 'eth0 up'])
  })

  test('of a server, or of an instance', async () => {
    await begin('both')
    expect((await run('events', '10.9.0.22:80')).out).toMatch(/L1 {9}10\.9\.0\.22:80 is out[^\n]*\n$/)
    expect((await run('events', 'VI_1')).out).not.toContain('L1')
  })

  test('virtual servers alone, and nobody', async () => {
    expect(await run('events')).toMatchObject({ code: 2 })
    await begin('servers')
    expect((await run('events')).out).toContain('L1')
  })

  test('a name that neither knows', async () => {
    await begin('both', () => unknown("no virtual or real server '10.9.0.22:80'"))
    expect(await run('events', '10.9.0.22:80')).toEqual({
      code: 3,
      out: '',
      err: "no vrrp_instance '10.9.0.22:80'\nno virtual or real server '10.9.0.22:80'\n",
    })
  })
})

describe('vrrpd why', () => {
  test('a real server', async () => {
    await begin('both')
    const { code, out } = await run('why', '10.9.0.22:80')
    expect(code).toBe(0)
    expect(out.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:/g, 'TIME:')).toBe(
      [
        '10.9.0.22:80 of [10.8.0.100]:tcp:80 is down since TIME:02.000:',
        'connect refused',
        '  TIME:02.000  10.9.0.22:80 is out: connect refused',
        'Now: TCP_CHECK 10.9.0.22:80 failed at TIME:02.000: connect refused',
        '',
        'and 3 more virtual servers have it',
        '',
      ].join('\n'),
    )
  })

  test('an address that an instance and a virtual server have', async () => {
    await begin('both')
    const { out } = await run('why', '10.8.0.100')
    expect(out).toMatch(/^VI_1 is MASTER[^]*\n\n10\.9\.0\.22:80 of/)
    const json = JSON.parse((await run('why', '10.8.0.100', '--json')).out) as object
    expect(json).toMatchObject({ instance: 'VI_1', servers: { others: 3, answers: [{ state: 'down' }] } })
  })

  test('a name that neither knows', async () => {
    await begin('both')
    expect(await run('why', 'VI_1')).toEqual({
      code: 3,
      out: '',
      err: "no vrrp_instance or virtual address of that name\nno virtual or real server 'VI_1'\n",
    })
  })

  test('nobody', async () => {
    expect(await run('why', '10.9.0.22:80')).toMatchObject({ code: 2 })
  })
})

test('completions know whatever can be asked for, once', async () => {
  await begin('both')
  const { code, out } = await run('completion', '--subjects')
  expect(code).toBe(0)
  expect(out.split('\n')).toEqual(['VI_1', '10.8.0.100:80', '10.9.0.21:80', '10.9.0.22:80', ''])
})

describe('a socket of virtual servers at which nobody answers', () => {
  const dead = { kind: 'dead', text: 'nobody listens' } as const
  const codes = (lvsProcess: StatusReport['lvsProcess']): readonly string[] => {
    const daemon = { ...report, problems: [], ...(lvsProcess && { lvsProcess }) }
    const told = joined({ daemon, servers: dead }, undefined, '2026-11-21T10:00:00.000Z')
    return told.ok ? told.value.problems.map(({ code }) => code) : [told.error]
  }

  test('is a problem where the daemon has them served', () => {
    expect(codes({ pid: 7, restarts: 0, state: 'serving' })).toEqual(['director-silent'])
  })

  test('is what a crash has left where it does not, or keepalived serves them', () => {
    expect(codes(undefined)).toEqual([])
    expect(codes({ pid: null, restarts: 0, state: 'left-to-keepalived' })).toEqual([])
  })
})
