/** Gathers from the parts of the running daemon what a dump is made of. */

import type { VrrpModel } from '../../config/model.ts'
import type { Counters } from '../../vrrp/counters.ts'
import type { Assembled } from '../assemble.ts'
import type { Recorder } from '../journal/recorder.ts'
import type { Daemon } from '../daemon.ts'
import type { ScriptService } from '../scripts/script-service.ts'
import type { Tracking } from '../scripts/tracking.ts'
import type { InstanceNaming } from '../instance-naming.ts'
import type { DumpSource } from './source.ts'

export interface DumpParts {
  readonly model: VrrpModel
  readonly instanceNaming: InstanceNaming
  readonly routers: readonly Assembled[]
  readonly daemon: Pick<Daemon, 'engine' | 'presence'>
  readonly recorder: Pick<Recorder, 'wallMsOf'>
  readonly scriptService: Pick<ScriptService, 'reports'>
  readonly tracking: Pick<Tracking, 'fileReports' | 'processReports'>
}

/** @param countersOf an instance's counters as they are → since they were cleared */
export function gatherDump(
  { model, instanceNaming, routers, daemon, recorder, scriptService, tracking }: DumpParts,
  countersOf: (name: string, now: Counters) => Counters,
): DumpSource {
  const { engine } = daemon
  return {
    model,
    instanceNaming,
    checks: scriptService.reports(),
    files: tracking.fileReports(),
    processes: tracking.processReports(),
    groups: [...engine.groups.values()].map(({ name, members, announced }) => ({
      name,
      members,
      state: announced ?? 'INIT',
    })),
    routers: routers.flatMap((assembled) => {
      const record = engine.routers.get(assembled.router.name)
      if (!record) return []
      const { addresses } = daemon.presence(assembled)
      return [
        {
          assembled,
          record,
          group: record.group,
          sinceMicros: Math.round(recorder.wallMsOf(record.since) * 1000),
          counters: countersOf(record.router.name, record.counters),
          isPresent: (index: number) => addresses[index] === true,
        },
      ]
    }),
  }
}
