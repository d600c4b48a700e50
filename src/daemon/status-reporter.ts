/** Gathers what a status report needs from the parts of the running daemon. */

import type { Clock, Instant } from '../base/time.ts'
import type { StatusReport } from '../control/report.ts'
import type { CheckReport } from '../scripts/check-events.ts'
import type { AboutDaemon } from './about.ts'
import type { Assembly } from './assemble.ts'
import type { Chronicle } from './chronicle.ts'
import type { Daemon } from './daemon.ts'
import { ProblemMemory } from './problem-memory.ts'
import { findProblems } from './problems.ts'
import { statusReport, type StatusSources } from './status.ts'
import { isoOf } from './wall-time.ts'

export interface StatusReporterPorts {
  readonly clock: Clock
  readonly wallMs: () => number
  readonly daemon: Pick<Daemon, 'engine' | 'isPresent' | 'deafnessProblems'>
  readonly chronicle: Chronicle
  readonly assembly: () => Assembly
  readonly checks: () => readonly CheckReport[]
  readonly drainedUntil: (router: string) => Instant | undefined
  readonly about: () => AboutDaemon
}

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
      isPresent: (assembled, index) => daemon.isPresent(assembled, index),
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
        deafness: daemon.deafnessProblems.map(({ code, text, since }) => ({
          code,
          severity: 'critical',
          text,
          advice: null,
          since: isoOf(since, moment),
          instance: null,
        })),
        trackerSince: (name) => chronicle.trackerSince(name),
      })
      return this.memory.date(found, new Date(moment.wallNowMs).toISOString())
    })
  }
}
