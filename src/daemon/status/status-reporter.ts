/** Gathers what a status report needs from the parts of the running daemon. */

import type { Clock, Instant } from '../../base/time.ts'
import type { StatusReport } from '../../control/report.ts'
import type { CheckReport } from '../../scripts/check-events.ts'
import type { AboutDaemon } from './about.ts'
import type { Assembly } from '../assemble.ts'
import type { Chronicle } from '../journal/chronicle.ts'
import type { Daemon } from '../daemon.ts'
import { ProblemMemory, type Found } from './problem-memory.ts'
import { findProblems } from './problems.ts'
import { statusReport, type StatusSources } from './status.ts'
import { isoOf, type WallReading } from '../journal/wall-time.ts'

export interface StatusReporterPorts {
  readonly clock: Clock
  readonly wallMs: () => number
  readonly daemon: Pick<Daemon, 'engine' | 'presence' | 'deafnessProblems' | 'conflictProblems'>
  readonly chronicle: Chronicle
  readonly assembly: () => Assembly
  readonly checks: () => readonly CheckReport[]
  readonly drainedUntil: (router: string) => Instant | undefined
  readonly about: () => AboutDaemon
}

const FIREWALL_ADVICE = 'vrrpd doctor looks for the rule, and has the command that lets them in'
const CONFLICT_ADVICE =
  'a second master, or a host with that address of its own: find it by its MAC address (ip neigh, the switch), and mend it there'

export class StatusReporter {
  private readonly ports: StatusReporterPorts
  private readonly memory = new ProblemMemory()

  constructor(ports: StatusReporterPorts) {
    this.ports = ports
  }

  report(): StatusReport {
    const { daemon, chronicle, assembly, checks, clock, wallMs, about, drainedUntil } = this.ports
    const { engine } = daemon
    const moment = { now: clock.now(), wallNowMs: wallMs() }
    const facts = about()
    const sources: StatusSources = {
      ...moment,
      ...facts,
      engine,
      routers: assembly().routers.flatMap((assembled) => {
        const record = engine.routers.get(assembled.router.name)
        return record ? [{ assembled, record }] : []
      }),
      presence: (assembled) => daemon.presence(assembled),
      heard: chronicle.heard,
      checks: new Map(checks().map((check) => [check.name, check])),
      history: (router) => chronicle.history(router),
      drainedUntil,
    }
    return statusReport(sources, (instances) => {
      const found = findProblems({
        ...moment,
        ...facts,
        instances,
        recordOf: (name) => engine.routers.get(name),
        observed: this.observed(moment),
        trackerSince: (name) => chronicle.trackerSince(name),
      })
      return this.memory.date(found, new Date(moment.wallNowMs).toISOString())
    })
  }

  /** What is noticed beside the election. */
  private observed(moment: WallReading): readonly Found[] {
    const { deafnessProblems, conflictProblems } = this.ports.daemon
    return [
      ...deafnessProblems.map(({ code, routers, text, since }) => ({
        ...{ code, text, advice: FIREWALL_ADVICE },
        instance: routers.length === 1 ? (routers[0] ?? null) : null,
        instances: routers,
        severity: 'critical' as const,
        since: isoOf(since, moment),
      })),
      ...conflictProblems.map(({ code, router, text, since }) => ({
        ...{ code, text: `${router} is MASTER, but ${text}`, advice: CONFLICT_ADVICE, instance: router },
        severity: 'critical' as const,
        since: isoOf(since, moment),
      })),
    ]
  }
}
