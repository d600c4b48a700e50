/** What an instance tracks, as the status shows it. */

import { toMilliseconds, type Instant } from '../../base/time.ts'
import type { RunReport, TrackerReport } from '../../control/report.ts'
import type { CheckReport } from '../../scripts/check-events.ts'
import { findingOf } from '../../vrrp/conditions.ts'
import { contribution, isFaulty } from '../../vrrp/election/priority.ts'
import type { Finding, Tracker } from '../../vrrp/election/state.ts'
import type { Engine, RouterRecord } from '../../vrrp/engine.ts'
import { resultWords } from '../journal/recorder-text.ts'
import type { Moment } from '../../world/subsystem.ts'
import { isoOf } from '../journal/wall-time.ts'

export interface TrackerSources extends Moment {
  readonly engine: Pick<Engine, 'facts'>
  readonly checks: ReadonlyMap<string, CheckReport>
}

export const trackerReports = ({ router }: RouterRecord, sources: TrackerSources): readonly TrackerReport[] =>
  router.trackers.map((tracker) => {
    const { kind, name, weight, reverse } = tracker
    const finding = findingOf(sources.engine.facts, tracker)
    const check = kind === 'script' ? sources.checks.get(name) : undefined
    return {
      kind,
      name,
      weight,
      reverse,
      verdict: verdictOf(tracker, finding),
      value: typeof finding === 'number' ? finding : null,
      run: check ? runReport(check, (at) => isoOf(at, sources)) : null,
    }
  })

/** A number in a file is bad as far as it does harm. */
function verdictOf(tracker: Tracker, finding: Finding): TrackerReport['verdict'] {
  if (typeof finding !== 'number') return finding
  return isFaulty(tracker, finding) || contribution(tracker, finding) < 0 ? 'down' : 'up'
}

function runReport(check: CheckReport, iso: (at: Instant) => string): RunReport {
  const { lastResult, lastStartedAt, lastDuration, nextRunAt } = check
  return {
    running: check.running,
    result: check.disabledBecause ?? (lastResult ? resultWords(lastResult) : null),
    startedAt: lastStartedAt === undefined ? null : iso(lastStartedAt),
    durationMs: lastDuration === undefined ? null : toMilliseconds(lastDuration),
    nextAt: nextRunAt === undefined ? null : iso(nextRunAt),
    output: check.lastOutput,
    skipped: check.skippedRuns,
  }
}
