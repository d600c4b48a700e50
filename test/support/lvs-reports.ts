/** Reports of virtual servers for tests. */

import type {
  CheckerReport,
  LvsReport,
  LvsSections,
  RealServerReport,
  VirtualServerReport,
} from '../../src/control/lvs-report.ts'

const AT = '2026-11-21T08:00:00.000Z'

export const makeChecker = (change: Partial<CheckerReport> = {}): CheckerReport => ({
  kind: 'TCP_CHECK',
  target: '10.9.0.21:80',
  state: 'up',
  retry: { failures: 0, of: 1 },
  running: false,
  last: { at: '2026-11-21T10:00:00.000Z', tookMs: 1.4, ok: true, reason: null },
  nextAt: '2026-11-21T10:00:06.000Z',
  counts: { successes: 1200, failures: 0, noResults: 0 },
  sharedBy: 1,
  ...change,
})

/** @param address `10.9.0.21:80` */
export function makeServer(address: string, change: Partial<RealServerReport> = {}): RealServerReport {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(address) ?? []
  return {
    name: `[${host}]:tcp:${port}`,
    address: host,
    port: Number(port),
    state: 'up',
    up: true,
    since: AT,
    reason: null,
    weight: { configured: 1, effective: 1, kernel: 1 },
    connections: { active: 3, inactive: 10, persistent: 0 },
    checkers: [makeChecker({ target: address })],
    ...change,
  }
}

export const makeDown = (address: string, reason: string): RealServerReport =>
  makeServer(address, {
    state: 'down',
    up: false,
    reason,
    weight: { configured: 1, effective: 1, kernel: null },
    connections: null,
    checkers: [
      makeChecker({
        target: address,
        state: 'down',
        last: { at: '2026-11-21T10:00:00.000Z', tookMs: 0.6, ok: false, reason },
        counts: { successes: 1000, failures: 8, noResults: 0 },
      }),
    ],
  })

/** @param address `10.8.0.100:80` */
export function makeVirtualServer(
  address: string,
  realServers: readonly RealServerReport[],
  change: Partial<VirtualServerReport> = {},
): VirtualServerReport {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(address) ?? []
  const counts = { unchecked: 0, up: 0, down: 0, suspended: 0 }
  for (const { state } of realServers) counts[state] += 1
  const sum = realServers.reduce((total, { up, weight }) => total + (up ? weight.effective : 0), 0)
  return {
    name: `[${host}]:tcp:${port}`,
    address: host,
    port: Number(port),
    protocol: 'tcp',
    fwmark: null,
    group: null,
    services: [`${host}:tcp:${port}`],
    scheduler: 'wrr',
    persistence: null,
    quorum: { need: 1, hysteresis: 0, sum, state: sum > 0 ? 'up' : 'down', since: AT },
    sorry: null,
    suspended: false,
    kernel: { present: true, drift: [] },
    counts,
    realServers,
    ...change,
  }
}

export const makeSections = (change: Partial<LvsSections> = {}): LvsSections => ({
  virtualServers: [],
  syncDaemon: [],
  director: {
    pid: 1235,
    version: '0.1.0',
    startedAt: '2026-11-21T07:00:00.000Z',
    configFile: '/etc/keepalived/keepalived.conf',
    loopLagMs: 1.2,
    loadedAt: '2026-11-21T07:00:00.000Z',
  },
  ...change,
})

export const makeLvsReport = (change: Partial<LvsReport> = {}): LvsReport => ({
  version: 1,
  problems: [],
  ...makeSections(),
  ...change,
})
