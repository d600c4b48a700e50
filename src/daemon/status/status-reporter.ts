/** The whole status: what the subsystems tell, what the host says of itself, and all problems, worst first. */

import type { Clock } from '../../base/time.ts'
import type { StatusReport } from '../../control/report.ts'
import type { Subsystems } from '../subsystems.ts'
import { ProblemMemory } from './problem-memory.ts'
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
