/** The whole status of the process that serves virtual servers: it reads the kernel's table, and remembers problems. */

import { accepted, type Result } from '../../../base/result.ts'
import type { Clock } from '../../../base/time.ts'
import type { CheckerReport } from '../../../checkers/checkers.ts'
import type { LvsStatusArguments } from '../../../control/arguments.ts'
import type { LvsReport } from '../../../control/lvs-report.ts'
import type { DaemonReport } from '../../../control/report.ts'
import { namedBy } from '../../../control/server-name.ts'
import type { Director } from '../../../director/state.ts'
import type { IpvsTable } from '../../../netlink/ipvs/types.ts'
import type { Refusal } from '../../../netlink/types.ts'
import { isoOf } from '../../journal/wall-time.ts'
import { ProblemMemory } from '../../status/status-reporter.ts'
import { lvsProblems, type HostAddresses } from './problems.ts'
import { asWished, lvsSections, type ObservedTable } from './report.ts'

export interface ReporterPorts {
  readonly clock: Clock
  /** Milliseconds since the epoch. */
  readonly wallMs: () => number
  readonly director: () => Director
  readonly checker: (key: string) => CheckerReport | undefined
  readonly table: Pick<IpvsTable, 'services' | 'destinations' | 'syncDaemons'>
  /** `AssembledDirector.notices` */
  readonly leftOut: () => readonly string[]
  readonly host: () => HostAddresses
  readonly about: () => DaemonReport
}

export class LvsReporter {
  private readonly ports: ReporterPorts
  private readonly memory = new ProblemMemory()

  constructor(ports: ReporterPorts) {
    this.ports = ports
  }

  /** The whole of it. */
  report(): LvsReport {
    const { clock, wallMs, director: directorNow, checker, leftOut, host, about } = this.ports
    const moment = { now: clock.now(), wallNowMs: wallMs() }
    const director = directorNow()
    const table = observe(this.ports.table)
    const sections = lvsSections({
      ...{ director, checker, table, about: about() },
      syncDaemons: this.ports.table.syncDaemons(),
      iso: (at) => isoOf(at, moment),
    })
    const found = lvsProblems({
      ...{ director, sections, leftOut: leftOut(), host: host() },
      unreadable: table.ok ? undefined : table.error,
    })
    const problems = this.memory.date(found, new Date(moment.wallNowMs).toISOString())
    return { version: 1, problems, ...sections }
  }
}

/** @returns what was asked for of it, with the problems of that; undefined when there is nothing of that name */
export function wished(
  report: LvsReport,
  { subject, mostServers }: LvsStatusArguments,
): LvsReport | undefined {
  const sections = asWished(report, {
    ...(subject !== undefined && { subject: namedBy(subject) }),
    ...(mostServers !== undefined && { mostServers }),
  })
  if (sections === undefined) return undefined
  if (subject === undefined) return { ...report, ...sections }
  const shown = new Set(sections.virtualServers.map(({ name }) => name))
  const problems = report.problems.filter(
    ({ virtualServer }) => virtualServer !== undefined && shown.has(virtualServer),
  )
  return { ...report, ...sections, problems }
}

/** Rejected with the first refusal. A service that goes meanwhile has no destinations. */
function observe(table: ReporterPorts['table']): Result<ObservedTable, Refusal> {
  const services = table.services()
  if (!services.ok) return services
  const all: ObservedTable[number][] = []
  for (const service of services.value) {
    const destinations = table.destinations(service.key)
    if (!destinations.ok) return destinations
    all.push({ service, destinations: destinations.value })
  }
  return accepted(all)
}
