/**
 * What an operator has to look at, each with what to do about it. A judgement
 * of finished reports and of the engine beside them; it alters nothing.
 * Problems of one instance are in instance-problems.ts.
 */

import { SEVERITIES, type Found } from '../../control/problem.ts'
import type { DaemonReport, InstanceReport, TrackerReport } from '../../control/report.ts'
import type { RouterRecord } from '../../vrrp/engine.ts'
import type { Moment } from '../../world/subsystem.ts'
import { instanceProblems } from './instance-problems.ts'
import { latenessProblems } from './lateness.ts'

export interface VrrpProblemSources extends Moment {
  readonly instances: readonly InstanceReport[]
  readonly recordOf: (name: string) => RouterRecord | undefined
  /** Neighbours whom a firewall keeps from us, and others who have our addresses. */
  readonly observed: readonly Found[]
  /** When a tracker's verdict last changed: ISO 8601, as far as it is known. */
  readonly trackerSince: (name: string) => string | undefined
  readonly loopLagMs: number
}

/** What the host itself has to say. */
export interface DaemonProblemSources {
  readonly daemon: DaemonReport
  readonly notices: readonly string[]
  readonly logLinesLost: number
  readonly refusedReload: { readonly at: string; readonly text: string } | undefined
}

export const worstFirst = (found: readonly Found[]): readonly Found[] =>
  [...found].sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity))

export const vrrpProblems = (sources: VrrpProblemSources): readonly Found[] => [
  ...sources.instances.flatMap((instance) => {
    const record = sources.recordOf(instance.name)
    return record ? instanceProblems(instance, record, sources) : []
  }),
  ...sources.observed,
  ...trackerProblems(sources),
  ...latenessProblems(sources.loopLagMs, sources.instances),
]

/** Each tracker once, however many instances track it. */
function trackerProblems({ instances, trackerSince }: VrrpProblemSources): readonly Found[] {
  const byTracker = new Map<string, { tracker: TrackerReport; users: InstanceReport[] }>()
  for (const instance of instances) {
    for (const tracker of instance.trackers) {
      const key = `${tracker.kind} ${tracker.name}`
      const entry = byTracker.get(key) ?? { tracker, users: [] }
      byTracker.set(key, entry)
      entry.users.push(instance)
    }
  }
  return [...byTracker.values()].flatMap(({ tracker, users }) => {
    const since = trackerSince(tracker.name)
    const only = users.length === 1 ? (users[0]?.name ?? null) : null
    return trackerProblem(tracker, users, only).map((found) =>
      since === undefined ? found : { ...found, since },
    )
  })
}

function trackerProblem(
  { kind, name, verdict, value, run }: TrackerReport,
  users: readonly InstanceReport[],
  instance: string | null,
): readonly Found[] {
  const names = inShort(users.map((user) => user.name))
  if (verdict === 'disabled') {
    const why = run?.result === undefined || run.result === null ? '' : `: ${run.result}`
    return [
      {
        code: 'tracker-disabled',
        subject: `${kind} ${name}`,
        severity: 'warning',
        text: `${kind} ${name} is disabled and has no influence on ${names}${why}`,
        advice: 'mend the script or its permissions, then: systemctl reload vrrpd',
        instance,
        instances: users.map((user) => user.name),
      },
    ]
  }
  const hurt = users.filter((user) => isHurtBy(user, kind, name))
  if (hurt.length === 0) return []
  const output = run?.output === undefined || run.output === '' ? '' : `: ${run.output}`
  const result = run?.result === undefined || run.result === null ? '' : ` (${run.result})`
  const effects = inShort(hurt.map((user) => effectOn(user, kind, name)))
  return [
    {
      code: 'tracker-failed',
      subject: `${kind} ${name}`,
      severity: 'warning',
      text: `${kind} ${name} ${value === null ? VERDICT_WORDS[verdict] : `holds ${value}`}${result}: ${effects}${output}`,
      advice: null,
      instance,
      instances: hurt.map((user) => user.name),
    },
  ]
}

const VERDICT_WORDS = {
  up: 'is up',
  down: 'fails',
  pending: 'has no result',
  disabled: 'is disabled',
} as const

const trackerOf = ({ trackers }: InstanceReport, kind: string, name: string): TrackerReport | undefined =>
  trackers.find((tracker) => tracker.kind === kind && tracker.name === name)

/** Whether it lowers the priority, withholds a gain, or forces a Fault. */
function isHurtBy(instance: InstanceReport, kind: string, name: string): boolean {
  const tracker = trackerOf(instance, kind, name)
  if (tracker === undefined) return false
  return tracker.verdict === (tracker.reverse && tracker.value === null ? 'up' : 'down')
}

function effectOn(instance: InstanceReport, kind: string, name: string): string {
  const tracker = trackerOf(instance, kind, name)
  if (tracker?.weight === 0 && instance.state === 'FAULT') return `${instance.name} FAULT`
  const { effective, contributions } = instance.priority
  const own = contributions.find((each) => each.tracker === name)?.weight ?? 0
  return own === 0
    ? `${instance.name} stays at priority ${effective}`
    : `${instance.name} ${own > 0 ? '+' : ''}${own}, priority ${effective}`
}

/** A thousand names are no sentence. */
function inShort(names: readonly string[]): string {
  const rest = names.length - 3
  return rest > 0 ? `${names.slice(0, 3).join('; ')} and ${rest} more` : names.join('; ')
}

export function daemonProblems(sources: DaemonProblemSources): readonly Found[] {
  const { daemon, refusedReload, logLinesLost, notices } = sources
  const found: Found[] = []
  if (refusedReload) {
    found.push({
      code: 'reload-refused',
      severity: 'warning',
      text: `the last reload was refused, and the configuration before it is still in force: ${refusedReload.text}`,
      advice: `vrrpd check ${daemon.configFile}, mend it, then: systemctl reload vrrpd`,
      since: refusedReload.at,
      instance: null,
    })
  }
  if (logLinesLost > 0) {
    found.push({
      code: 'log-lines-lost',
      severity: 'warning',
      text: `${logLinesLost} log lines were lost: they could not be written in time`,
      advice: 'look at journald or at what reads the log',
      instance: null,
    })
  }
  for (const text of notices) {
    found.push({
      code: 'not-served',
      severity: 'notice',
      text,
      advice: null,
      since: daemon.loadedAt,
      instance: null,
    })
  }
  return found
}
