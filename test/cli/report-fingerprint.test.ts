import { expect, test } from 'vitest'
import { fingerprintOf } from '../../src/cli/report-fingerprint.ts'
import type { InstanceReport, StatusReport } from '../../src/control/report.ts'
import { makeInstance, makeProblem, makeReport } from '../support/reports.ts'

const AT = '2026-11-21T10:00:00.000Z'
const LATER = '2026-11-21T10:00:01.000Z'

const run = {
  running: false,
  result: 'exit status 0',
  startedAt: AT,
  durationMs: 3,
  nextAt: AT,
  output: '',
  skipped: 0,
}
const tracker = {
  kind: 'script',
  name: 'chk',
  weight: 0,
  reverse: false,
  verdict: 'up',
  value: null,
  run,
} as const
const heard = { address: '10.0.0.2', priority: 150, since: AT, lastHeard: AT }
const instance = makeInstance({ state: 'BACKUP', master: heard, trackers: [tracker] })
const problem = makeProblem({ text: 'x: 9 adverts from 10.0.0.2 rejected, the last 1 s ago' })

const report = (change: Partial<InstanceReport> = {}, more: Partial<StatusReport> = {}): StatusReport =>
  makeReport({ instances: [{ ...instance, ...change }], problems: [problem], ...more })

const { daemon } = makeReport()

test.each<[string, StatusReport]>([
  ['ages', report({ since: LATER, master: { ...heard, since: LATER, lastHeard: LATER } })],
  ['counters', report({ counters: { ...instance.counters, advertsReceived: 9 } })],
  [
    'runs of a script',
    report({ trackers: [{ ...tracker, run: { ...run, running: true, durationMs: 9, nextAt: LATER } }] }),
  ],
  ['the loop lag', report({}, { daemon: { ...daemon, loopLagMs: 99 } })],
  [
    'how often something has happened',
    report({}, { problems: [{ ...problem, text: problem.text.replace('9', '10').replace('1 s', '2.5 s') }] }),
  ],
])('no news: %s', (_what, later) => {
  expect(fingerprintOf(later)).toBe(fingerprintOf(report()))
})

test.each<[string, StatusReport]>([
  ['a state', report({ state: 'MASTER' })],
  [
    'a state that was left and entered again',
    report({ history: [{ at: AT, from: 'MASTER', to: 'BACKUP', because: 'x' }] }),
  ],
  ['a priority', report({ priority: { ...instance.priority, effective: 100 } })],
  ['another master', report({ master: { ...heard, address: '10.0.0.3' } })],
  ['an address that is gone', report({ addresses: [{ address: '10.65.33.139/23', present: false }] })],
  ['a script that fails', report({ trackers: [{ ...tracker, run: { ...run, result: 'exit status 1' } }] })],
  ['a drain', report({ drained: { since: AT, until: null } })],
  ['a problem', report({}, { problems: [] })],
  [
    'the same problem of another neighbour',
    report({}, { problems: [{ ...problem, text: problem.text.replace('10.0.0.2', '10.0.0.3') }] }),
  ],
  ['a restart', report({}, { daemon: { ...daemon, startedAt: LATER } })],
  ['a reload', report({}, { daemon: { ...daemon, loadedAt: LATER } })],
])('news: %s', (_what, later) => {
  expect(fingerprintOf(later)).not.toBe(fingerprintOf(report()))
})
