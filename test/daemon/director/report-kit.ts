/** A director over its model kernel, as the process that serves virtual servers tells of it. */

import { accepted, rejected } from '../../../src/base/result.ts'
import { after, instant, milliseconds, seconds } from '../../../src/base/time.ts'
import type { CheckerReport } from '../../../src/checkers/checkers.ts'
import { attempt, begin, policyOf, settle } from '../../../src/checkers/retry.ts'
import { failure, noResult, SUCCESS, type Outcome, type TimedCheck } from '../../../src/checkers/types.ts'
import { LvsReporter, type ReporterPorts } from '../../../src/daemon/director/child/reporter.ts'
import { destinationText, serviceText } from '../../../src/director/keys.ts'
import type { Director } from '../../../src/director/state.ts'
import type { ObservedDestination } from '../../../src/netlink/ipvs/types.ts'
import type { Refusal } from '../../../src/netlink/types.ts'
import { httpCheck, miscCheck, tcpCheck } from '../../checkers/specs.ts'
import { dump, type ModelKernel } from '../../director/model-kernel.ts'
import { World } from '../../director/stories.ts'
import { configuration, checker, realServer, virtualServer } from '../../director/kit.ts'
import { NO_STATISTICS } from '../../support/ipvs-in-memory.ts'

export const NOW_MS: number = Date.parse('2026-11-21T10:00:00.000Z')

/** The table as the kernel would tell it; `traffic` by destinationText. */
export const tableOf = (
  kernel: () => ModelKernel,
  traffic: Readonly<Record<string, Partial<ObservedDestination>>> = {},
): ReporterPorts['table'] => ({
  services: () => accepted(dump(kernel()).map(({ service }) => ({ ...service, statistics: NO_STATISTICS }))),
  destinations: (key) =>
    accepted(
      dump(kernel())
        .filter(({ service }) => serviceText(service.key) === serviceText(key))
        .flatMap(({ destinations }) => destinations)
        .map((each) => ({
          ...each,
          activeConnections: 0,
          inactiveConnections: 0,
          persistentConnections: 0,
          statistics: NO_STATISTICS,
          ...traffic[destinationText(each.key)],
        })),
    ),
  syncDaemons: () => accepted([]),
})

export const refusal: Refusal = { errno: 1, code: 'EPERM', text: 'Operation not permitted' }

export const unreadable: ReporterPorts['table'] = {
  services: () => rejected(refusal),
  destinations: () => rejected(refusal),
  syncDaemons: () => rejected(refusal),
}

/** A checker after these answers, one a second. */
export function known(check: TimedCheck, outcomes: readonly Outcome[]): CheckerReport {
  const policy = policyOf(check)
  let state = begin(policy, check.alpha, instant(0), 0)
  let now = instant(0)
  for (const outcome of outcomes) {
    now = after(now, seconds(100))
    const begun = attempt(state, now)
    const step = begun && settle(begun, policy, outcome, after(now, milliseconds(12)))
    if (step) ({ state } = step)
  }
  return { check, verdict: state.verdict, weight: undefined, state, sharedBy: 1 }
}

export const OUTCOMES = {
  passed: SUCCESS,
  refused: failure({ kind: 'connect', error: 'ECONNREFUSED' }),
  status: failure({ kind: 'http-status', status: 503, expected: [{ first: 200, last: 299 }] }),
  unbound: noResult({ kind: 'bind', error: 'EADDRNOTAVAIL' }),
} as const

export const CHECKS: readonly TimedCheck[] = [tcpCheck(), httpCheck(), miscCheck()]

export function reporterOf(
  director: () => Director,
  change: Partial<ReporterPorts> & Pick<ReporterPorts, 'table'>,
): LvsReporter {
  return new LvsReporter({
    clock: { now: () => instant(10_000_000_000) },
    wallMs: () => NOW_MS,
    director,
    checker: () => known(tcpCheck(), [OUTCOMES.passed]),
    leftOut: () => [],
    host: () => ({ has: () => true, holders: () => [] }),
    about: () => ({
      pid: 1235,
      version: '0.1.0',
      startedAt: '2026-11-21T07:00:00.000Z',
      configFile: '/etc/keepalived/keepalived.conf',
      loopLagMs: 1.2,
      loadedAt: '2026-11-21T07:00:00.000Z',
    }),
    ...change,
  })
}

/** Two servers with a check each, behind 10.8.0.100:80; `checks` are their keys. */
export function webWorld(change: Parameters<typeof virtualServer>[2] = {}): World {
  const servers = ['10.9.0.21', '10.9.0.22'].map((address) =>
    realServer(address, { checkers: [checker(address)] }),
  )
  return new World(configuration([virtualServer('10.8.0.100 80', servers, change)]), { services: new Map() })
}
