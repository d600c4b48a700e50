/** What answers the clients of this process: made of what serves. */

import type { DaemonReport } from '../../../control/report.ts'
import { VERSION } from '../../../base/version.ts'
import type { LoopLag } from '../../../world/world.ts'
import { StatusFeed } from '../../status/status-feed.ts'
import { LvsOperator } from './operator.ts'
import type { HostAddresses } from './problems.ts'
import { LvsReporter } from './reporter.ts'
import type { ServedWorld, Serving } from './serve.ts'

export interface OperatorFacts {
  readonly configFile: string
  readonly startedAt: Date
  readonly lag: LoopLag
}

export function makeLvsOperator(serving: Serving, world: ServedWorld, facts: OperatorFacts): LvsOperator {
  const { journal, runtime, checks } = serving
  const reporter = new LvsReporter({
    ...world,
    director: () => runtime.state,
    checker: (key) => checks.report(key),
    leftOut: () => runtime.inForce.notices,
    host: () => hostAddresses(serving, world),
    about: () => about(serving, facts),
  })
  const report = () => reporter.report()
  const feed = new StatusFeed({
    ...world,
    journal,
    report,
    events: { subscribe: (listener) => journal.onAdded(listener) },
  })
  return new LvsOperator({ report, feed, journal })
}

function hostAddresses({ current, runtime }: Serving, world: ServedWorld): HostAddresses {
  const present = new Set(world.addresses())
  const { instances } = current.model
  return {
    has: (address) => present.has(address),
    holders: (address) =>
      instances
        .filter(({ addresses }) => addresses.some(({ cidr }) => cidr.address === address))
        .map(({ name }) => ({ name, master: runtime.isMaster(name) })),
  }
}

const about = ({ loadedAtMs }: Serving, { configFile, startedAt, lag }: OperatorFacts): DaemonReport => ({
  pid: process.pid,
  version: VERSION,
  startedAt: startedAt.toISOString(),
  configFile,
  loopLagMs: lag.read().maxMs,
  loadedAt: new Date(loadedAtMs).toISOString(),
})
