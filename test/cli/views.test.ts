import { describe, expect, test } from 'vitest'
import { statusView } from '../../src/cli/views.ts'
import type { InstanceReport, StatusReport } from '../../src/control/report.ts'
import { makeInstance, makeProblem, makeReport } from '../support/reports.ts'

const master = makeInstance()

const backup = makeInstance({
  name: 'VI_2',
  state: 'BACKUP',
  because: 'init',
  interface: 'eth1',
  vrid: 7,
  priority: { base: 100, effective: 80, contributions: [{ tracker: 'chk_nginx', weight: -20 }] },
  master: {
    address: '10.0.0.2',
    priority: 150,
    since: '2026-11-21T08:00:00.000Z',
    lastHeard: '2026-11-21T10:00:00.000Z',
  },
  addresses: [
    { address: '10.0.0.9/24', present: false },
    { address: '10.0.0.10/24', present: false },
  ],
})

const fault: InstanceReport = {
  ...backup,
  name: 'VI_3',
  state: 'FAULT',
  because: 'interface eth1 down',
  master: null,
}

const report = (...instances: readonly InstanceReport[]): StatusReport => makeReport({ instances })

/** More than are shown one by one. */
const table = (...instances: readonly InstanceReport[]): StatusReport =>
  report(...instances, master, master, master)

const view = (shown: StatusReport, width: number, colour = false): string =>
  statusView(shown, { width, colour, time: (iso) => ({ at: iso.slice(0, 19), ago: '2h 3m' }) })

const lines = (...all: readonly string[]): string => all.map((line) => `${line}\n`).join('')

const shownAt = (widths: readonly number[]): readonly (readonly [StatusReport, number])[] =>
  widths.flatMap((width) =>
    [report(master, backup, fault), table(backup, fault)].map(
      (shown) => [{ ...shown, problems: [makeProblem()] }, width] as const,
    ),
  )

describe('statusView', () => {
  test('a few: all about each', () => {
    const troubled = makeInstance({
      ...backup,
      group: 'G1',
      trackers: [
        {
          kind: 'script',
          name: 'chk_nginx',
          weight: -20,
          reverse: false,
          verdict: 'down',
          value: null,
          run: {
            running: false,
            result: 'exit status 1',
            startedAt: '2026-11-21T10:00:00.000Z',
            durationMs: 12.3,
            nextAt: '2026-11-21T10:00:02.000Z',
            output: 'connection refused',
            skipped: 2,
          },
        },
        { kind: 'interface', name: 'eth2', weight: 0, reverse: false, verdict: 'up', value: null, run: null },
      ],
      counters: { ...backup.counters, rejected: { 'auth-failure': 9 }, priorityZeroReceived: 1 },
      rivals: [
        {
          address: '10.0.0.3',
          priority: 50,
          since: '2026-11-21T08:00:00.000Z',
          lastHeard: '2026-11-21T10:00:00.000Z',
        },
      ],
      routes: [
        { route: '198.51.100.0/24 via 10.0.0.254', present: false },
        { route: 'blackhole 203.0.113.0/24', present: true },
      ],
      rules: [{ rule: 'from 10.0.0.9/32 table 100 preference 16384', present: false }],
      drained: { since: '2026-11-21T08:00:00.000Z', until: null },
      history: [
        { at: '2026-11-21T07:00:00.000Z', from: 'INIT', to: 'BACKUP', because: 'init' },
        { at: '2026-11-21T08:00:00.000Z', from: 'BACKUP', to: 'FAULT', because: 'drained' },
      ],
    })
    expect(view(report(troubled), 80)).toBe(
      lines(
        'vrrpd 0.1.0, pid 1234, running for 2h 3m, loop lag 0 ms,',
        '/etc/keepalived/keepalived.conf',
        '',
        'VI_2 is BACKUP since 2026-11-21T08:00:00 (2h 3m)',
        '  because    init',
        '  drained    until vrrpd resume',
        '  router     VRID 7, interface eth1, sync group G1',
        '  priority   100 -20 chk_nginx = 80',
        '  preempt    takes over from a master of lower priority',
        '  master     10.0.0.2 with priority 150, since 2026-11-21T08:00:00,',
        '             last heard 2h 3m ago, AND 10.0.0.3 (50)',
        '  addresses  10.0.0.9/24 absent, 10.0.0.10/24 absent',
        '  routes     198.51.100.0/24 via 10.0.0.254 absent',
        '             blackhole 203.0.113.0/24 present',
        '  rules      from 10.0.0.9/32 table 100 preference 16384 absent',
        '  script     chk_nginx DOWN, weight -20, exit status 1, took 12 ms,',
        '             next in 2h 3m, 2 runs skipped',
        '             says: connection refused',
        '  interface  eth2 UP, or FAULT',
        "  takeover   here 3.41 s after the master's last advert, 0.41 s when it leaves",
        '  counters   adverts received 3, sent 7200, became master 1, released 0,',
        '             priority 0 received 1, rejected (auth-failure) 9',
        '  history    2026-11-21T08:00:00  BACKUP > FAULT  drained',
        '             2026-11-21T07:00:00  INIT > BACKUP  init',
      ),
    )
  })

  test('80 columns: reason and addresses below each row', () => {
    const [first, , ...rows] = view(table(backup), 80).split('\n\n')[1]?.split('\n') ?? []
    expect(first).toBe('INSTANCE  STATE   FOR    VRID  INTERFACE  PRIORITY       MASTER')
    expect(rows.slice(0, 5)).toEqual([
      '    init',
      '    10.0.0.9/24 absent, 10.0.0.10/24 absent',
      'VI_1      MASTER  2h 3m  51    bond0      150            this host',
      '    no master heard',
      '    10.65.33.139/23 present',
    ])
  })

  test('200 columns: all in one table', () => {
    expect(view(table(backup), 200).split('\n').slice(2, 6)).toEqual([
      'INSTANCE  STATE   SINCE                        VRID  INTERFACE  PRIORITY       MASTER          WHY              ADDRESSES',
      'VI_2      BACKUP  2026-11-21T08:00:00 (2h 3m)  7     eth1       80 (base 100)  10.0.0.2 (150)  init             10.0.0.9/24 absent',
      `${' '.repeat(112)}10.0.0.10/24 absent`,
      'VI_1      MASTER  2026-11-21T08:00:00 (2h 3m)  51    bond0      150            this host       no master heard  10.65.33.139/23 present',
    ])
  })

  test('names too long for a table: paragraphs', () => {
    const long = { ...backup, name: 'web-frontend-of-the-second-datacentre', interface: 'bond0.1234' }
    expect(view(table(long), 60)).toContain(
      lines(
        '',
        'web-frontend-of-the-second-datacentre',
        '    BACKUP, for 2h 3m, VRID 7, interface bond0.1234,',
        '    priority 80 (base 100), master 10.0.0.2 (150)',
        '    init',
        '    10.0.0.9/24 absent, 10.0.0.10/24 absent',
      ),
    )
  })

  test('problems first, each with what to do; then what is only worth knowing', () => {
    const text =
      '3 virtual_server blocks are not served by vrrpd; keep `keepalived -C -f FILE` running for them'
    const problems = [
      makeProblem(),
      makeProblem({ code: 'not-served', severity: 'notice', text, advice: null, instance: null }),
    ]
    expect(view({ ...report(master), problems }, 80).split('\n\n')[1]).toBe(
      [
        'Problems:',
        '  - VI_3 is in FAULT: interface eth1 down (since 2026-11-21T09:00:00, 2h 3m)',
        '    > ip link set eth1 up',
        'Notices:',
        '  - 3 virtual_server blocks are not served by vrrpd; keep `keepalived -C -f',
        '    FILE` running for them (since 2026-11-21T09:00:00, 2h 3m)',
      ].join('\n'),
    )
  })

  test('no instances', () => {
    expect(view(report(), 80)).toContain('\nNo vrrp_instance is configured.\n')
  })

  test('colours change nothing but colours', () => {
    for (const [shown, width] of shownAt([40, 80, 200])) {
      const coloured = view(shown, width, true)
      expect(coloured).toContain('\u001b[32mMASTER\u001b[0m')
      expect(coloured).toContain('\u001b[31mFAULT\u001b[0m')
      expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(view(shown, width))
    }
  })

  test('no text from the configuration reaches the terminal as a control character', () => {
    const hostile = { ...master, name: 'VI\u001b[2J', because: 'a\nb', interface: 'e\u0007' }
    const problems = [makeProblem({ text: 'x\u009by', advice: 'a\u0007' })]
    for (const width of [40, 80, 200]) {
      const shown = [report(hostile), table(hostile)]
        .map((each) => view({ ...each, problems }, width))
        .join('')
      expect(shown).toContain('VI\\x1b[2J')
      expect(shown).not.toMatch(/[^\n\u0020-\u007e]/)
    }
  })

  test.each([20, 40, 60, 80, 120, 200])('%i columns are not exceeded', (width) => {
    const shown = shownAt([width]).flatMap(([each]) => view(each, width).split('\n'))
    // A single piece, such as the path of the configuration, is never broken.
    for (const line of shown.filter((text) => text.trim().includes(' '))) {
      expect(line.length).toBeLessThanOrEqual(Math.max(width, 40))
    }
  })
})
