import { describe, expect, test } from 'vitest'
import { statusView } from '../../src/cli/views.ts'
import { problemsOf, type InstanceReport, type StatusReport } from '../../src/control/report.ts'

const master: InstanceReport = {
  name: 'VI_1',
  state: 'MASTER',
  since: '2026-11-21T08:00:00.000Z',
  because: 'no master heard',
  interface: 'bond0',
  vrid: 51,
  priority: { base: 150, effective: 150 },
  master: null,
  addresses: [{ address: '10.65.33.139/23', present: true }],
}

const backup: InstanceReport = {
  ...master,
  name: 'VI_2',
  state: 'BACKUP',
  because: 'init',
  interface: 'eth1',
  vrid: 7,
  priority: { base: 100, effective: 80 },
  master: { address: '10.0.0.2', priority: 150 },
  addresses: [
    { address: '10.0.0.9/24', present: false },
    { address: '10.0.0.10/24', present: false },
  ],
}

const fault: InstanceReport = {
  ...backup,
  name: 'VI_3',
  state: 'FAULT',
  because: 'interface eth1 down',
  master: null,
}

const report = (...instances: readonly InstanceReport[]): StatusReport => ({
  version: 1,
  instances,
  notices: [],
  daemon: {
    pid: 1234,
    version: '0.1.0',
    startedAt: '2026-11-21T07:00:00.000Z',
    configFile: '/etc/keepalived/keepalived.conf',
    loopLagMs: 0.4,
  },
})

const view = (shown: StatusReport, width: number, colour = false): string =>
  statusView(shown, { width, colour, time: (iso) => ({ at: iso.slice(0, 19), ago: '2h 3m' }) })

const lines = (...all: readonly string[]): string => all.map((line) => `${line}\n`).join('')

describe('statusView', () => {
  test('80 columns: reason and addresses below each row', () => {
    expect(view(report(master, backup), 80)).toBe(
      lines(
        'vrrpd 0.1.0, pid 1234, running for 2h 3m, loop lag 0.4 ms,',
        '/etc/keepalived/keepalived.conf',
        '',
        'INSTANCE  STATE   FOR    VRID  INTERFACE  PRIORITY       MASTER',
        'VI_1      MASTER  2h 3m  51    bond0      150            this host',
        '    no master heard',
        '    10.65.33.139/23 present',
        'VI_2      BACKUP  2h 3m  7     eth1       80 (base 100)  10.0.0.2 (150)',
        '    init',
        '    10.0.0.9/24 absent, 10.0.0.10/24 absent',
      ),
    )
  })

  test('200 columns: all in one table', () => {
    expect(view(report(master, backup), 200)).toBe(
      lines(
        'vrrpd 0.1.0, pid 1234, running for 2h 3m, loop lag 0.4 ms, /etc/keepalived/keepalived.conf',
        '',
        'INSTANCE  STATE   SINCE                        VRID  INTERFACE  PRIORITY       MASTER          WHY              ADDRESSES',
        'VI_1      MASTER  2026-11-21T08:00:00 (2h 3m)  51    bond0      150            this host       no master heard  10.65.33.139/23 present',
        'VI_2      BACKUP  2026-11-21T08:00:00 (2h 3m)  7     eth1       80 (base 100)  10.0.0.2 (150)  init             10.0.0.9/24 absent',
        `${' '.repeat(112)}10.0.0.10/24 absent`,
      ),
    )
  })

  test('names too long for a table: paragraphs', () => {
    const long = { ...backup, name: 'web-frontend-of-the-second-datacentre', interface: 'bond0.1234' }
    expect(view(report(long), 60)).toBe(
      lines(
        'vrrpd 0.1.0, pid 1234, running for 2h 3m, loop lag 0.4 ms,',
        '/etc/keepalived/keepalived.conf',
        '',
        'web-frontend-of-the-second-datacentre',
        '    BACKUP, for 2h 3m, VRID 7, interface bond0.1234,',
        '    priority 80 (base 100), master 10.0.0.2 (150)',
        '    init',
        '    10.0.0.9/24 absent, 10.0.0.10/24 absent',
      ),
    )
  })

  test('problems first, notices last, both wrapped', () => {
    const troubled = {
      ...report({ ...master, addresses: [{ address: '10.65.33.139/23', present: false }] }, fault),
      notices: [
        '3 virtual_server blocks are not served by vrrpd; keep `keepalived -C -f FILE` running for them',
      ],
    }
    expect(view(troubled, 80).split('\n\n')).toEqual([
      'vrrpd 0.1.0, pid 1234, running for 2h 3m, loop lag 0.4 ms,\n/etc/keepalived/keepalived.conf',
      [
        'Problems:',
        '    VI_3 is in FAULT: interface eth1 down',
        '    VI_1 is MASTER, but 10.65.33.139/23 is missing',
      ].join('\n'),
      [
        'INSTANCE  STATE   FOR    VRID  INTERFACE  PRIORITY       MASTER',
        'VI_1      MASTER  2h 3m  51    bond0      150            this host',
        '    no master heard',
        '    10.65.33.139/23 MISSING',
        'VI_3      FAULT   2h 3m  7     eth1       80 (base 100)  -',
        '    interface eth1 down',
        '    10.0.0.9/24 absent, 10.0.0.10/24 absent',
      ].join('\n'),
      [
        'Notices:',
        '    3 virtual_server blocks are not served by vrrpd; keep `keepalived -C -f',
        '    FILE` running for them',
        '',
      ].join('\n'),
    ])
  })

  test('no instances', () => {
    expect(view(report(), 80)).toContain('\nNo vrrp_instance is configured.\n')
  })

  test('colours change nothing but colours', () => {
    const shown = { ...report(master, backup, fault), notices: ['a notice'] }
    for (const width of [40, 80, 200]) {
      const coloured = view(shown, width, true)
      expect(coloured).toContain('\u001b[32mMASTER\u001b[0m')
      expect(coloured).toContain('\u001b[31mFAULT\u001b[0m')
      expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(view(shown, width))
    }
  })

  test('no text from the configuration reaches the terminal as a control character', () => {
    const hostile = { ...master, name: 'VI\u001b[2J', because: 'a\nb', interface: 'e\u0007' }
    for (const width of [40, 80, 200]) {
      const shown = view({ ...report(hostile), notices: ['x\u009by'] }, width)
      expect(shown).toContain('VI\\x1b[2J')
      expect(shown).not.toMatch(/[^\n\u0020-\u007e]/)
    }
  })

  test.each([20, 40, 60, 80, 120, 200])('%i columns are not exceeded', (width) => {
    const shown = view(report(master, backup, fault), width).split('\n')
    // A single piece, such as the path of the configuration, is never broken.
    for (const line of shown.filter((text) => text.trim().includes(' '))) {
      expect(line.length).toBeLessThanOrEqual(Math.max(width, 31))
    }
  })
})

describe('problemsOf', () => {
  test.each<{ what: string; instance: InstanceReport; problems: readonly string[] }>([
    { what: 'a Master with its addresses', instance: master, problems: [] },
    { what: 'a Backup without addresses', instance: backup, problems: [] },
    { what: 'waiting for scripts', instance: { ...backup, state: 'INIT' }, problems: [] },
    { what: 'Fault', instance: fault, problems: ['VI_3 is in FAULT: interface eth1 down'] },
    {
      what: 'a Master without an address',
      instance: { ...master, addresses: backup.addresses },
      problems: ['VI_1 is MASTER, but 10.0.0.9/24 is missing', 'VI_1 is MASTER, but 10.0.0.10/24 is missing'],
    },
    {
      what: 'a Backup with an address',
      instance: { ...backup, addresses: master.addresses },
      problems: ['VI_2 is BACKUP, but 10.65.33.139/23 is present here'],
    },
  ])('$what', ({ instance, problems }) => {
    expect(problemsOf([instance])).toEqual(problems)
  })
})
