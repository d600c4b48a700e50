/** What answers the operator, wired to the parts of the running daemon that know the answers. */

import type { StatusReport } from '../../control/report.ts'
import type { EventList } from '../../events/event-list.ts'
import type { World } from '../../world/world.ts'
import type { Recorder } from '../journal/recorder.ts'
import { aboutDaemon, type DaemonFacts } from '../status/about.ts'
import { StatusFeed } from '../status/status-feed.ts'
import { StatusReporter } from '../status/status-reporter.ts'
import type { Subsystems } from '../subsystems.ts'
import type { Vrrp } from '../vrrp-subsystem.ts'
import { Operator } from './operator.ts'
import type { ReloadReport } from '../../control/reload.ts'

export interface OperatorParts {
  readonly world: Pick<World, 'clock' | 'timers' | 'wallMs'>
  readonly recorder: Recorder
  readonly events: EventList
  readonly reloader: { readonly reloadAsked: (dryRun: boolean) => Promise<ReloadReport | undefined> }
  readonly vrrp: Pick<Vrrp, 'engine' | 'drains'>
  readonly subsystems: Pick<Subsystems, 'report'>
  readonly facts: () => DaemonFacts
}

export function makeOperator({
  world,
  recorder,
  events,
  reloader,
  vrrp,
  subsystems,
  facts,
}: OperatorParts): Operator {
  const { clock, timers, wallMs } = world
  const reporter = new StatusReporter({ clock, wallMs, subsystems, about: () => aboutDaemon(facts()) })
  const status = (): StatusReport => reporter.report()
  return new Operator({
    ...{ recorder, events, status, drains: vrrp.drains },
    engine: () => vrrp.engine,
    feed: new StatusFeed({ clock, timers, events, journal: recorder.journal, report: status }),
    reload: (dryRun) => reloader.reloadAsked(dryRun),
  })
}
