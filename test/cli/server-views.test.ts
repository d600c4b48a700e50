import { describe, expect, test } from 'vitest'
import { statusView } from '../../src/cli/views.ts'
import type { VirtualServerReport } from '../../src/control/lvs-report.ts'
import type { StatusReport } from '../../src/control/report.ts'
import { makeChecker, makeDown, makeSections, makeServer, makeVirtualServer } from '../support/lvs-reports.ts'
import { makeInstance, makeProblem, makeReport } from '../support/reports.ts'

const view = (report: StatusReport, width: number, more: { colour?: boolean; all?: boolean } = {}): string =>
  statusView(report, {
    width,
    colour: false,
    time: (iso) => ({ at: iso.slice(0, 19).replace('T', ' '), ago: '2h 3m' }),
    ...more,
  })

const serving = (...virtualServers: readonly VirtualServerReport[]): StatusReport =>
  makeReport({ ...makeSections({ virtualServers }), instances: [makeInstance()] })

const web = makeVirtualServer('10.8.0.100:80', [
  makeServer('10.9.0.21:80'),
  makeDown('10.9.0.22:80', 'HTTP 503, expected 200-299'),
  makeServer('10.9.0.23:80', { weight: { configured: 3, effective: 2, kernel: 5 } }),
])

const sorry = makeVirtualServer('10.8.0.100:443', [makeDown('10.9.0.21:443', 'connect refused')], {
  sorry: { server: '[10.9.0.99]:tcp:443', active: true },
  persistence: { timeoutSeconds: 300, engine: null },
})

const many = Array.from({ length: 1000 }, (_, block) =>
  makeVirtualServer(
    `10.8.${block >> 8}.${block & 255}:80`,
    Array.from({ length: 10 }, (_each, server) =>
      block % 40 === 7 && server < 12 - block / 80
        ? makeDown(`10.9.0.${server + 1}:80`, 'connect refused')
        : makeServer(`10.9.0.${server + 1}:80`),
    ),
  ),
)

/** As the process gives it to whoever wants it short. */
const inShort = many.map((each) => ({
  ...each,
  realServers: each.realServers.filter(({ state }) => state === 'down'),
}))

const golden = (name: string): string => `golden/servers/${name}.text`

describe('virtual servers', () => {
  test('a few, with their checks', async () => {
    const report = {
      ...serving(web, sorry),
      problems: [
        makeProblem({
          code: 'servers-down',
          severity: 'warning',
          text: '[10.8.0.100]:tcp:443: its only server is down (connect refused); its sorry server [10.9.0.99]:tcp:443 serves',
          advice: 'vrrpd why 10.8.0.100:443',
          instance: null,
          instances: [],
          virtualServer: '[10.8.0.100]:tcp:443',
        }),
      ],
      syncDaemon: [
        {
          role: 'master' as const,
          interface: 'eth1',
          syncId: 51,
          wanted: true,
          running: false,
          instance: 'VI_1',
        },
      ],
    }
    await expect(view(report, 80)).toMatchFileSnapshot(golden('few-80'))
    await expect(view(report, 120)).toMatchFileSnapshot(golden('few-120'))
  })

  test('more of them: no line for each check', async () => {
    const report = serving(
      web,
      makeVirtualServer(
        '10.8.0.101:80',
        Array.from({ length: 8 }, (_, at) => makeServer(`10.9.1.${at + 1}:8080`)),
      ),
    )
    await expect(view(report, 80)).toMatchFileSnapshot(golden('several-80'))
  })

  test('a thousand: those in trouble, the worst first', async () => {
    await expect(view(serving(...inShort), 80)).toMatchFileSnapshot(golden('many-80'))
    expect(view(serving(...many), 80)).toBe(view(serving(...inShort), 80))
  })

  test('all of a thousand, where that is wished', () => {
    const lines = view(serving(...many), 80, { all: true }).split('\n')
    expect(lines.filter((line) => /^ {2}10\.9\.0\.\d+:80 /.test(line))).toHaveLength(10_000)
  })

  test('without an instance there is nothing to say of instances', () => {
    const { virtualServers, ...rest } = serving(web)
    expect(view({ ...rest, virtualServers: virtualServers ?? [], instances: [] }, 80)).not.toContain(
      'vrrp_instance',
    )
  })

  test('where none is served nothing is said', () => {
    const plain = makeReport({ instances: [makeInstance()] })
    expect(view({ ...plain, ...makeSections() }, 80)).toBe(view(plain, 80))
  })

  test.each([
    [{ quorum: { ...web.quorum, state: 'down' as const } }, 'BELOW QUORUM'],
    [{ suspended: true }, 'checks rest: the address is not here'],
    [{ kernel: { present: false, drift: [] } }, 'NOT in the table'],
    [{ services: ['10.8.0.1:tcp:80', '10.8.0.2:tcp:80'] }, '2 services'],
    [{ quorum: { ...web.quorum, need: 3, hysteresis: 1 } }, 'quorum 3 +-1 (has 3)'],
  ])('in its title: %#', (change, expected) => {
    expect(view(serving({ ...web, ...change }), 200)).toContain(expected)
  })

  test('what a check is at', () => {
    const checkers = [
      makeChecker({
        kind: 'MISC_CHECK',
        target: '/usr/local/bin/check',
        state: 'unchecked',
        last: null,
        running: true,
        nextAt: null,
        counts: { successes: 0, failures: 0, noResults: 2 },
      }),
      makeChecker({
        retry: { failures: 1, of: 3 },
        last: { at: '2026-11-21T10:00:00.000Z', tookMs: 5, ok: false, reason: 'connect refused' },
        sharedBy: 1000,
      }),
    ]
    const shown = view(
      serving(makeVirtualServer('10.8.0.100:80', [makeServer('10.9.0.21:80', { checkers })])),
      200,
    )
    expect(shown).toContain(
      'MISC_CHECK /usr/local/bin/check, unchecked, running now, 0 passed, 2 without a result\n',
    )
    expect(shown).toContain(
      'TCP_CHECK 10.9.0.21:80, up, connect refused, 2h 3m ago, took 5 ms, retry 1 of 3, next in 2h 3m, 1200 passed, shared by 1000\n',
    )
  })

  test('of a thousand problems twenty are told', () => {
    const problems = many.map(({ name }) =>
      makeProblem({ code: 'quorum-lost', text: `${name} has lost its quorum`, virtualServer: name }),
    )
    const report = { ...serving(web), problems: [...problems, makeProblem()] }
    const told = (text: string): number => text.split('has lost its quorum').length - 1
    expect(told(view(report, 200))).toBe(20)
    expect(view(report, 200)).toContain('VI_3 is in FAULT')
    expect(view(report, 200)).toContain('  and 980 more of virtual servers: vrrpd status --all\n')
    expect(told(view(report, 200, { all: true }))).toBe(1000)
  })

  const long = makeVirtualServer('2001:db8:1111:2222:3333:4444:5555:6666:443', [
    makeDown('2001:db8:1111:2222:3333:4444:5555:7777:443', 'no connection within 5 s'),
  ])

  test.each([20, 40, 60, 80, 120, 200])('%i columns are not exceeded', (width) => {
    for (const report of [serving(web, sorry), serving(...inShort), serving(long)]) {
      const lines = view(report, width).split('\n')
      for (const line of lines.filter((text) => text.trim().includes(' ')))
        expect(line.length).toBeLessThanOrEqual(Math.max(width, 60))
    }
  })

  test('colours change nothing but colours', () => {
    for (const width of [60, 80, 200]) {
      const coloured = view(serving(web, sorry), width, { colour: true })
      expect(coloured).toContain('\u001b[31mDOWN\u001b[0m')
      expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(view(serving(web, sorry), width))
    }
  })

  test('nothing from the configuration or a server reaches the terminal as a control character', () => {
    const hostile = makeVirtualServer('10.8.0.100:80', [makeDown('10.9.0.21:80', 'a\u001b[2J\nb')], {
      name: '[G\u0007]:0',
    })
    for (const width of [40, 80, 200]) {
      const shown = view(serving(hostile), width)
      expect(shown).toContain('\\x1b[2J')
      expect(shown).not.toMatch(/[^\n\u0020-\u007e]/)
    }
  })
})
