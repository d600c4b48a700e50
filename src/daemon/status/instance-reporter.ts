/** Gathers from the running parts what a status tells of instances and sync groups, and what is wrong with them. */

import type { Found } from '../../control/problem.ts'
import type { InstanceReport, StatusReport } from '../../control/report.ts'
import type { CheckReport } from '../../scripts/check-events.ts'
import type { Moment } from '../../world/subsystem.ts'
import type { Instant } from '../../base/time.ts'
import type { Assembly } from '../assemble.ts'
import type { Recorder } from '../journal/recorder.ts'
import type { Daemon } from '../daemon.ts'
import { isoOf } from '../journal/wall-time.ts'
import { vrrpProblems } from './problems.ts'
import { reportInstances } from './status.ts'

export interface InstanceReporterPorts {
  readonly daemon: Pick<Daemon, 'engine' | 'presence' | 'droppedAdvertsProblems' | 'conflictProblems'>
  readonly recorder: Recorder
  readonly assembly: () => Assembly
  readonly checks: () => readonly CheckReport[]
  readonly drainedUntil: (router: string) => Instant | undefined
}

const FIREWALL_ADVICE = 'vrrpd doctor looks for the rule, and has the command that lets them in'
const CONFLICT_ADVICE =
  'a second master, or a host with that address of its own: find it by its MAC address (ip neigh, the switch), and mend it there'

export class InstanceReporter {
  private readonly ports: InstanceReporterPorts

  constructor(ports: InstanceReporterPorts) {
    this.ports = ports
  }

  report(moment: Moment): Pick<StatusReport, 'instances' | 'groups'> {
    const { daemon, recorder, assembly, checks, drainedUntil } = this.ports
    const { engine } = daemon
    return reportInstances({
      ...moment,
      engine,
      routers: assembly().routers.flatMap((assembled) => {
        const record = engine.routers.get(assembled.router.name)
        return record ? [{ assembled, record }] : []
      }),
      presence: (assembled) => daemon.presence(assembled),
      observedMasters: recorder.observedMasters,
      checks: new Map(checks().map((check) => [check.name, check])),
      history: (router) => recorder.history(router),
      drainedUntil,
    })
  }

  /** @param instances as `report` has told them at the same moment */
  problems(instances: readonly InstanceReport[], moment: Moment, loopLagMs: number): readonly Found[] {
    const { daemon, recorder } = this.ports
    return vrrpProblems({
      ...moment,
      ...{ instances, loopLagMs },
      recordOf: (name) => daemon.engine.routers.get(name),
      observed: this.observed(moment),
      trackerSince: (name) => recorder.trackerSince(name),
    })
  }

  /** What is noticed beside the election. */
  private observed(moment: Moment): readonly Found[] {
    const { droppedAdvertsProblems, conflictProblems } = this.ports.daemon
    return [
      ...droppedAdvertsProblems.map(({ code, routers, text, since }) => ({
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
