/** The whole status: what the subsystems tell, what the host says of itself, and all problems, worst first. */

import type { Clock } from '../../base/time.ts'
import type { Found, Problem } from '../../control/problem.ts'
import type { StatusReport } from '../../control/report.ts'
import type { Subsystems } from '../subsystems.ts'
import { daemonProblems, worstFirst, type DaemonProblemSources } from './problems.ts'

export interface StatusReporterPorts {
  readonly clock: Clock
  readonly wallMs: () => number
  readonly subsystems: Pick<Subsystems, 'report'>
  readonly about: () => DaemonProblemSources
}

export class StatusReporter {
  private readonly ports: StatusReporterPorts
  private readonly memory = new ProblemMemory()

  constructor(ports: StatusReporterPorts) {
    this.ports = ports
  }

  report(): StatusReport {
    const { subsystems, clock, wallMs, about } = this.ports
    const moment = { now: clock.now(), wallNowMs: wallMs() }
    const own = about()
    const { sections, problems } = subsystems.report(moment, own.daemon.loopLagMs)
    const found = worstFirst([...problems, ...daemonProblems(own)])
    return {
      version: 1,
      problems: this.memory.date(found, new Date(moment.wallNowMs).toISOString()),
      instances: [],
      groups: [],
      ...sections,
      notices: own.notices,
      daemon: own.daemon,
    }
  }
}

/**
 * Remembers since when a problem is there, where nothing else tells: since it was first seen. It limits nothing, as
 * base/repeat-limiter.ts does: every look shows all problems, and one that is gone begins anew.
 */
export class ProblemMemory {
  private firstSeen: ReadonlyMap<string, string> = new Map()

  /** @param all that there are now; what is not among them any more is forgotten */
  date(all: readonly Found[], nowIso: string): readonly Problem[] {
    const seen = new Map<string, string>()
    const dated = all.map(({ subject, ...found }): Problem => {
      const instances = found.instances ?? (found.instance === null ? [] : [found.instance])
      if (found.since !== undefined) return { ...found, instances, since: found.since }
      const key = JSON.stringify([found.code, found.instance, subject])
      const since = this.firstSeen.get(key) ?? nowIso
      seen.set(key, since)
      return { ...found, instances, since }
    })
    this.firstSeen = seen
    return dated
  }
}
