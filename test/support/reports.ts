/** Status reports for tests. */

import type { Problem } from '../../src/control/problem.ts'
import type { InstanceReport, StatusReport } from '../../src/control/report.ts'

/** A Master that is well, at 2026-11-21T10:00:00Z. */
export const makeInstance = (change: Partial<InstanceReport> = {}): InstanceReport => ({
  name: 'VI_1',
  state: 'MASTER',
  since: '2026-11-21T08:00:00.000Z',
  because: 'no master heard',
  interface: 'bond0',
  vrid: 51,
  group: null,
  priority: { base: 150, effective: 150, contributions: [] },
  preempt: { enabled: true, delaySeconds: 0, because: 'takes over from a master of lower priority' },
  timers: { advertIntervalMs: 1_000, masterDownIntervalMs: 3_414.062, skewTimeMs: 414.062 },
  master: null,
  rivals: [],
  addresses: [{ address: '10.65.33.139/23', present: true }],
  routes: [],
  rules: [],
  trackers: [],
  counters: {
    advertsReceived: 3,
    advertsSent: 7_200,
    becameMaster: 1,
    releasedMaster: 0,
    priorityZeroReceived: 0,
    priorityZeroSent: 0,
    addressListDiffers: 0,
    rejected: {},
  },
  drained: null,
  history: [],
  ...change,
})

export const makeProblem = (change: Partial<Problem> = {}): Problem => ({
  code: 'fault',
  severity: 'critical',
  text: 'VI_3 is in FAULT: interface eth1 down',
  advice: 'ip link set eth1 up',
  since: '2026-11-21T09:00:00.000Z',
  instance: 'VI_3',
  instances: ['VI_3'],
  ...change,
})

export const makeReport = (change: Partial<StatusReport> = {}): StatusReport => ({
  version: 1,
  problems: [],
  instances: [],
  groups: [],
  notices: [],
  daemon: {
    pid: 1234,
    version: '0.1.0',
    startedAt: '2026-11-21T07:00:00.000Z',
    configFile: '/etc/keepalived/keepalived.conf',
    loopLagMs: 0.4,
    loadedAt: '2026-11-21T07:00:00.000Z',
  },
  ...change,
})
