/** What is tracked, as the status shows it. */

import { expect, test } from 'vitest'
import { milliseconds } from '../../../src/base/time.ts'
import { trackerReports } from '../../../src/daemon/status/tracker-report.ts'
import { createEngine } from '../../../src/vrrp/engine.ts'
import type { Facts } from '../../../src/vrrp/conditions.ts'
import type { Tracker } from '../../../src/vrrp/election/state.ts'
import type { CheckReport } from '../../../src/scripts/check-events.ts'
import { at, makeFacts, makeRouter, makeTracker } from '../../vrrp/kit.ts'

const moment = { now: at(60), wallNowMs: Date.parse('2026-11-21T10:01:00.000Z') }

function reportOf(tracker: Tracker, facts: Partial<Facts>, checks: readonly CheckReport[] = []) {
  const routers = [makeRouter({ trackers: [tracker] })]
  const engine = createEngine({ routers, groups: [], facts: makeFacts(facts) }, at(0))
  const [record] = engine.routers.values()
  const byName = new Map(checks.map((check) => [check.name, check]))
  return trackerReports(record!, { engine, checks: byName, ...moment })[0]!
}

test.each([
  ['adds to the priority', 1, false, 20, 'up'],
  ['changes nothing', 1, false, 0, 'up'],
  ['lowers the priority', 1, false, -20, 'down'],
  ['lowers it by its weight', -2, false, 10, 'down'],
  ['adds by a weight that is reversed', -2, true, 10, 'up'],
  ['is so low that it is a Fault', 1, false, -254, 'down'],
  ['has no weight and is 0', 0, false, 0, 'up'],
  ['has no weight and is not 0, which is a Fault', 0, false, 1, 'down'],
])('a file whose number %s', (_what, weight, reverse, number, verdict) => {
  const tracker = makeTracker({ kind: 'file', name: 'load', weight, reverse })
  expect(reportOf(tracker, { files: new Map([['load', number]]) })).toEqual({
    ...{ kind: 'file', name: 'load', weight, reverse },
    ...{ verdict, value: number, run: null },
  })
})

test.each(['up', 'down', 'pending', 'disabled'] as const)('a script that is %s', (verdict) => {
  const { run, ...report } = reportOf(makeTracker({ weight: -20 }), { scripts: new Map([['chk', verdict]]) })
  expect(report).toEqual({ kind: 'script', name: 'chk', weight: -20, reverse: false, verdict, value: null })
  expect(run).toBeNull()
})

test('the last run of a script, by the wall clock', () => {
  const check: CheckReport = {
    ...{ name: 'chk', verdict: 'down', running: false, disabledBecause: undefined },
    lastResult: { kind: 'exited', code: 3 },
    ...{ lastStartedAt: at(50), lastDuration: milliseconds(1_250), nextRunAt: at(61) },
    ...{ lastOutput: 'no answer', skippedRuns: 2 },
  }
  const { run } = reportOf(makeTracker(), { scripts: new Map([['chk', 'down']]) }, [check])
  expect(run).toEqual({
    ...{ running: false, result: 'exit status 3', output: 'no answer', skipped: 2, durationMs: 1_250 },
    ...{ startedAt: '2026-11-21T10:00:50.000Z', nextAt: '2026-11-21T10:01:01.000Z' },
  })
})
