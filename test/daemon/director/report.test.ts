/** The status of virtual servers: any state of the director makes a report, and what an operator has to do is in it. */

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LvsReport } from '../../../src/control/lvs-report.ts'
import { wished, type ReporterPorts } from '../../../src/daemon/director/child/reporter.ts'
import { apply, emptyKernel } from '../../director/model-kernel.ts'
import { anyConfiguration, anyTurn, World } from '../../director/stories.ts'
import {
  configuration,
  destination,
  ip,
  realServer,
  service,
  sorryServer,
  virtualServer,
} from '../../director/kit.ts'
import { schemaErrors } from '../../support/json-schema.ts'
import { makeReport } from '../../support/reports.ts'
import { CHECKS, known, OUTCOMES, refusal, reporterOf, tableOf, unreadable, webWorld } from './report-kit.ts'

const schema = JSON.parse(readFileSync('docs/status.schema.json', 'utf8')) as Record<string, unknown>

const errorsOf = (report: LvsReport): readonly string[] =>
  schemaErrors(schema, { ...makeReport(), ...report })

function reportOf(world: World, change: Partial<ReporterPorts> = {}): LvsReport {
  return reporterOf(() => world.director, { table: tableOf(() => world.kernel), ...change }).report()
}

const told = ({ problems }: LvsReport): readonly string[] =>
  problems.map(({ code, severity, text }) => `${severity} ${code}: ${text}`)

describe('any state of a director', () => {
  const anyOutcomes = fc.array(fc.constantFrom(...Object.values(OUTCOMES)), { maxLength: 5 })
  const anyKnowledge = fc.option(fc.record({ check: fc.constantFrom(...CHECKS), outcomes: anyOutcomes }), {
    nil: undefined,
  })

  test('makes a report that is as docs/status.schema.json says', () => {
    fc.assert(
      fc.property(
        anyConfiguration,
        fc.array(anyTurn, { maxLength: 12 }),
        fc.array(anyKnowledge, { minLength: 1, maxLength: 4 }),
        fc.record({ readable: fc.boolean(), here: fc.boolean(), refuses: fc.boolean() }),
        (file, turns, knowledge, { readable, here, refuses }) => {
          const world = new World(file, emptyKernel)
          world.refuses = ({ type }) => refuses && type === 'add-destination'
          let asked = 0
          const change: Partial<ReporterPorts> = {
            ...(!readable && { table: unreadable }),
            host: () => ({ has: () => here, holders: () => [] }),
            checker: () => {
              const next = knowledge[asked++ % knowledge.length]
              return next && known(next.check, next.outcomes)
            },
          }
          expect(errorsOf(reportOf(world, change))).toEqual([])
          world.start()
          for (const turn of turns) world.take(turn)
          const report = reportOf(world, change)
          expect(errorsOf(report)).toEqual([])
          for (const { counts, realServers, quorum } of report.virtualServers) {
            expect(counts.up + counts.down + counts.unchecked + counts.suspended).toBe(realServers.length)
            const sum = realServers.reduce((all, { up, weight }) => all + (up ? weight.effective : 0), 0)
            expect(quorum.sum).toBe(sum)
          }
          const severities = report.problems.map(({ severity }) => severity)
          expect(severities).toEqual([
            ...severities.filter((each) => each === 'critical'),
            ...severities.filter((each) => each === 'warning'),
            ...severities.filter((each) => each === 'notice'),
          ])
        },
      ),
    )
  })

  test('is told in short where there are many, with the same counts', () => {
    fc.assert(
      fc.property(anyConfiguration, fc.array(anyTurn, { maxLength: 12 }), (file, turns) => {
        const world = new World(file, emptyKernel)
        world.start()
        for (const turn of turns) world.take(turn)
        const whole = reportOf(world)
        const short = wished(whole, { mostServers: 0 })!
        expect(short.virtualServers.map(({ counts }) => counts)).toEqual(
          whole.virtualServers.map(({ counts }) => counts),
        )
        expect(short.virtualServers.flatMap(({ realServers }) => realServers)).toEqual(
          whole.virtualServers
            .flatMap(({ realServers }) => realServers)
            .filter(({ state }) => state === 'down'),
        )
        expect(wished(whole, { mostServers: 1000 })).toEqual(whole)
      }),
    )
  })
})

describe('a report', () => {
  const verdict = (world: World, key: string, up: boolean, reason?: string): void => {
    world.step({ type: 'verdict', checker: key, up, ...(reason !== undefined && { reason }) })
  }

  test('joins what the director, the checkers and the kernel know', () => {
    const world = webWorld({
      scheduler: 'wrr',
      persistence: { timeoutSeconds: 50 },
      sorryServer: sorryServer('10.9.0.99 80'),
    })
    world.start()
    verdict(world, '10.9.0.21', true)
    verdict(world, '10.9.0.22', false, 'HTTP 503, expected 200-299')
    const [http] = CHECKS.filter(({ kind }) => kind === 'http')
    const report = reportOf(world, {
      table: tableOf(() => world.kernel, {
        '10.9.0.21:80': { activeConnections: 3, inactiveConnections: 10, persistentConnections: 2 },
      }),
      checker: (key) =>
        known(
          http!,
          key === '10.9.0.21' ? [OUTCOMES.passed] : [OUTCOMES.passed, OUTCOMES.status, OUTCOMES.status],
        ),
    })
    expect(report.problems).toEqual([])
    expect(report.virtualServers).toMatchObject([
      {
        name: '[10.8.0.100]:tcp:80',
        address: '10.8.0.100',
        port: 80,
        services: ['10.8.0.100:tcp:80'],
        scheduler: 'wrr',
        persistence: { timeoutSeconds: 50, engine: null },
        quorum: { need: 1, hysteresis: 0, sum: 1, state: 'up' },
        sorry: { server: '[10.9.0.99]:tcp:80', active: false },
        kernel: { present: true, drift: [] },
        counts: { up: 1, down: 1, unchecked: 0, suspended: 0 },
        realServers: [
          {
            name: '[10.9.0.21]:tcp:80',
            address: '10.9.0.21',
            port: 80,
            state: 'up',
            reason: null,
            weight: { configured: 1, effective: 1, kernel: 1 },
            connections: { active: 3, inactive: 10, persistent: 2 },
            checkers: [
              {
                kind: 'HTTP_GET',
                target: 'http://127.0.0.1:80/',
                state: 'up',
                last: { ok: true, tookMs: 12 },
              },
            ],
          },
          {
            state: 'down',
            up: false,
            // Four seconds after the model's clock began, which is 10,000 s ago.
            since: '2026-11-21T07:13:24.000Z',
            reason: 'HTTP 503, expected 200-299',
            weight: { configured: 1, effective: 1, kernel: null },
            connections: null,
            checkers: [
              {
                state: 'down',
                retry: { failures: 0, of: 1 },
                last: { ok: false, reason: 'HTTP 503, expected 200-299' },
                counts: { successes: 1, failures: 2, noResults: 0 },
              },
            ],
          },
        ],
      },
    ])
  })

  test('of servers that nobody has asked yet', () => {
    const world = webWorld()
    world.start()
    const { counts, realServers } = reportOf(world).virtualServers[0]!
    expect(counts).toEqual({ unchecked: 2, up: 0, down: 0, suspended: 0 })
    expect(realServers[0]).toMatchObject({ state: 'unchecked', up: true, checkers: [{ state: 'unchecked' }] })
  })

  test('ha_suspend: checks rest, what they have said stays', () => {
    const world = webWorld({ haSuspend: true })
    world.start()
    const [virtual] = reportOf(world).virtualServers
    expect(virtual).toMatchObject({ suspended: true, counts: { suspended: 2 } })
    expect(virtual!.realServers[0]).toMatchObject({ state: 'suspended', up: true })
  })

  test.each([
    ['10.8.0.100', 2],
    ['10.8.0.100:80', 2],
    ['10.8.0.100:tcp:80', 2],
    ['[10.8.0.100]:tcp:80', 2],
    ['10.9.0.22', 1],
    ['10.9.0.22:80', 1],
    ['[10.9.0.22]:tcp:80', 1],
  ])('of %s alone', (subject, servers) => {
    const world = webWorld()
    world.start()
    const whole = reportOf(world)
    expect(wished(whole, { subject })?.virtualServers.flatMap(({ realServers }) => realServers)).toHaveLength(
      servers,
    )
  })

  test.each(['10.8.0.100:81', '10.8.0.100:udp:80', '10.9.0.23', 'G', ''])(
    'of %j: there is none',
    (subject) => {
      const world = webWorld()
      world.start()
      expect(wished(reportOf(world), { subject })).toBeUndefined()
    },
  )

  describe('its problems', () => {
    test('all servers are down', () => {
      const world = webWorld()
      world.start()
      verdict(world, '10.9.0.21', false, 'connect refused')
      verdict(world, '10.9.0.22', false, 'connect refused')
      expect(told(reportOf(world))).toEqual([
        'critical servers-down: [10.8.0.100]:tcp:80: all 2 servers are down (connect refused), and nobody serves',
      ])
    })

    test('a sorry server serves instead', () => {
      const world = webWorld({ sorryServer: sorryServer('10.9.0.99 80') })
      world.start()
      verdict(world, '10.9.0.21', false, 'connect refused')
      verdict(world, '10.9.0.22', false, 'connect refused')
      const report = reportOf(world)
      expect(told(report)).toEqual([
        'warning servers-down: [10.8.0.100]:tcp:80: all 2 servers are down (connect refused); its sorry server [10.9.0.99]:tcp:80 serves',
      ])
      expect(report.problems[0]).toMatchObject({
        advice: 'vrrpd why 10.8.0.100:80',
        since: report.virtualServers[0]!.quorum.since,
        virtualServer: '[10.8.0.100]:tcp:80',
      })
    })

    test('a quorum is lost', () => {
      const world = webWorld({ quorum: 2 })
      world.start()
      verdict(world, '10.9.0.21', true)
      verdict(world, '10.9.0.22', false, 'connect refused')
      expect(told(reportOf(world))).toEqual([
        'warning quorum-lost: [10.8.0.100]:tcp:80 has lost its quorum: a weight of 1 is up, 2 is needed; the servers that are up go on',
      ])
    })

    test('the kernel refuses a service, or a server', () => {
      const world = webWorld()
      world.refuses = ({ type }) => type === 'add-service'
      world.start()
      expect(told(reportOf(world))).toContain(
        'critical kernel-refused: the kernel refuses 10.8.0.100:tcp:80 (ENOMEM)',
      )
      const other = webWorld()
      other.refuses = ({ type }) => type === 'add-destination'
      other.start()
      expect(told(reportOf(other))).toEqual([
        'warning kernel-refused: the kernel refuses 10.9.0.21:80 of 10.8.0.100:tcp:80 (ENOMEM), and 1 more of its servers',
      ])
    })

    test('somebody has removed a service, or a server', () => {
      const world = webWorld()
      world.start()
      const { key } = service('10.8.0.100 80')
      const without = apply(world.kernel, [
        { type: 'delete-destination', key, destination: destination('10.9.0.22 80').key },
      ]).kernel
      expect(told(reportOf(world, { table: tableOf(() => without) }))).toEqual([
        "warning service-missing: 10.9.0.22:80 of [10.8.0.100]:tcp:80 is not in the kernel's table any more: somebody has removed it",
      ])
      const report = reportOf(world, { table: tableOf(() => emptyKernel) })
      expect(told(report)).toEqual([
        "critical service-missing: 10.8.0.100:tcp:80 is not in the kernel's table any more: somebody has removed it",
      ])
      expect(report.virtualServers[0]!.kernel).toEqual({
        present: false,
        drift: [
          {
            kind: 'service-missing',
            service: '10.8.0.100:tcp:80',
            destination: null,
            asked: null,
            actual: null,
          },
        ],
      })
    })

    test('a weight that was edited by hand is a notice', () => {
      const world = webWorld()
      world.start()
      const { key } = service('10.8.0.100 80')
      const edited = apply(world.kernel, [
        { type: 'edit-destination', key, destination: destination('10.9.0.21 80', { weight: 5 }) },
      ]).kernel
      const report = reportOf(world, { table: tableOf(() => edited) })
      expect(told(report)).toEqual([
        "notice drift: 10.9.0.21:80 of 10.8.0.100:tcp:80 has the weight 5 instead of 1, by somebody else's hand: it stays until the file says otherwise",
      ])
      expect(report.virtualServers[0]!.realServers[0]!.weight).toEqual({
        configured: 1,
        effective: 1,
        kernel: 5,
      })
    })

    test('the table cannot be read', () => {
      const world = webWorld()
      world.start()
      const report = reportOf(world, { table: unreadable })
      expect(told(report)).toEqual([
        `critical table-unreadable: the kernel's IPVS table cannot be read: ${refusal.text}`,
      ])
      expect(report.virtualServers[0]!.kernel.present).toBeNull()
    })

    test.each([
      [[], 'and no vrrp_instance brings it'],
      [[{ name: 'VI_1', master: undefined }], 'vrrp_instance VI_1 would bring it'],
      [[{ name: 'VI_1', master: true }], 'although VI_1 is MASTER here'],
    ])('a virtual address is not on this host: %#', (holders, who) => {
      const world = webWorld()
      world.start()
      const host = { has: () => false, holders: () => holders }
      expect(told(reportOf(world, { host: () => host }))).toEqual([
        `notice virtual-address-absent: 10.8.0.100 of [10.8.0.100]:tcp:80 is on no interface of this host, ${who}`,
      ])
    })

    test('where another host is Master its virtual addresses are there', () => {
      const world = webWorld()
      world.start()
      const host = { has: () => false, holders: () => [{ name: 'VI_1', master: false }] }
      expect(told(reportOf(world, { host: () => host }))).toEqual([])
    })

    test('checks that are left out count as up, and that is said', () => {
      const world = webWorld()
      world.start()
      const text =
        'BFD_CHECK b of [10.9.0.21]:tcp:80 of VS [10.8.0.100]:tcp:80: vrrpd does not speak BFD; it counts as up'
      expect(told(reportOf(world, { leftOut: () => [text] }))).toEqual([`warning check-left-out: ${text}`])
    })

    test('a sync daemon that should run does not', () => {
      const world = new World(
        configuration([virtualServer('10.8.0.100 80', [realServer('10.9.0.21')])], {
          syncDaemon: { daemon: { interface: 'eth1', syncId: 51 }, instance: 'VI_1' },
        }),
        emptyKernel,
      )
      world.start()
      const report = reportOf(world)
      expect(report.syncDaemon).toEqual([
        { role: 'backup', interface: 'eth1', syncId: 51, wanted: true, running: false, instance: 'VI_1' },
      ])
      expect(told(report)).toEqual([
        "warning sync-daemon: the kernel's sync daemon (backup, eth1) does not run: connections are not told to the other director",
      ])
    })

    test('since when: since it was first seen, whatever was asked for meanwhile', () => {
      const world = webWorld()
      world.start()
      let wallMs = Date.parse('2026-11-21T10:00:00.000Z')
      const reporter = reporterOf(() => world.director, {
        table: tableOf(() => emptyKernel),
        wallMs: () => wallMs,
      })
      reporter.report()
      wallMs += 60_000
      wished(reporter.report(), { subject: '10.9.0.21', mostServers: 0 })
      wallMs += 60_000
      expect(reporter.report().problems[0]?.since).toBe('2026-11-21T10:00:00.000Z')
    })
  })

  test('groups: a service for each address, one row for each server', () => {
    const world = new World(
      configuration([
        virtualServer('10.8.0.101 80', [realServer('10.9.0.21 80')], {
          target: {
            kind: 'group',
            name: 'G',
            protocol: 'tcp',
            members: [
              { kind: 'address', address: ip('10.8.0.101'), port: 80 },
              { kind: 'address', address: ip('10.8.0.102'), port: 80 },
            ],
          },
        }),
      ]),
      emptyKernel,
    )
    world.start()
    const traffic = { '10.9.0.21:80': { activeConnections: 2 } }
    const report = reportOf(world, { table: tableOf(() => world.kernel, traffic) })
    expect(report.virtualServers).toMatchObject([
      {
        name: '[G]:0',
        address: null,
        group: 'G',
        services: ['10.8.0.101:tcp:80', '10.8.0.102:tcp:80'],
        realServers: [{ state: 'up', connections: { active: 4 }, checkers: [] }],
      },
    ])
    const whole = reportOf(world)
    for (const subject of ['G', '[G]:0', '10.8.0.102', '10.8.0.102:80', '10.9.0.21'])
      expect(wished(whole, { subject })?.virtualServers, subject).toHaveLength(1)
  })
})
