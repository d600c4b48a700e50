/** What answers the operator, wired to the parts of the running daemon that know the answers. */

import type { StatusReport } from '../../control/report.ts'
import type { Engine } from '../../vrrp/engine.ts'
import type { World } from '../../world/world.ts'
import { aboutDaemon, type DaemonFacts } from '../status/about.ts'
import type { Assembly } from '../assemble.ts'
import type { Chronicle } from '../journal/chronicle.ts'
import type { Daemon } from '../daemon.ts'
import type { Core } from '../core.ts'
import type { Drains } from './drains.ts'
import type { Log } from '../log/logging.ts'
import { Operator } from './operator.ts'
import type { Reloader } from './reloader.ts'
import type { ScriptRoom } from '../scripts/script-room.ts'
import { StatusFeed } from '../status/status-feed.ts'
import { StatusReporter } from '../status/status-reporter.ts'

export interface OperatorParts {
  readonly world: Pick<World, 'clock' | 'timers' | 'wallMs'>
  readonly core: Pick<Core, 'createDrains'>
  readonly log: Log
  readonly daemon: Daemon
  readonly chronicle: Chronicle
  readonly room: Pick<ScriptRoom, 'reports'>
  readonly reloader: Pick<Reloader, 'reloadAsked'>
  readonly assembly: () => Assembly
  readonly facts: () => DaemonFacts
}

export function makeOperator(parts: OperatorParts): Operator {
  const { world, core, log, daemon, chronicle, reloader } = parts
  const { clock, timers } = world
  const engine = (): Engine => daemon.engine
  const drains = core.createDrains({
    ...{ clock, timers, chronicle, engine },
    dispatch: (event) => {
      daemon.dispatch(event)
    },
    warn: (text) => {
      log.warn(text)
    },
  })
  const reporter = makeReporter(parts, drains)
  const status = (): StatusReport => reporter.report()
  return new Operator({
    ...{ chronicle, engine, drains, status },
    feed: new StatusFeed({ clock, timers, chronicle, report: status }),
    reload: (dryRun) => reloader.reloadAsked(dryRun),
  })
}

function makeReporter(parts: OperatorParts, drains: Drains): StatusReporter {
  const { world, daemon, chronicle, room, assembly, facts } = parts
  return new StatusReporter({
    clock: world.clock,
    wallMs: world.wallMs,
    ...{ daemon, chronicle, assembly },
    checks: () => room.reports(),
    drainedUntil: (router) => drains.until(router),
    about: () => aboutDaemon(facts()),
  })
}
