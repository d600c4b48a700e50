/** What a status says of the daemon itself. */

import { VERSION } from '../../base/version.ts'
import type { Log } from '../log/logging.ts'
import type { LoopLag } from '../../world/world.ts'
import type { DaemonProblemSources } from './problems.ts'

/** A reload that was refused, since which none was accepted. */
export interface RefusedReload {
  readonly at: Date
  readonly text: string
}

export interface DaemonFacts {
  readonly configFile: string
  readonly startedAt: Date
  /** When the configuration in force was read. */
  readonly loadedAt: Date
  readonly refused: RefusedReload | undefined
  readonly notices: readonly string[]
  /** Undefined: it is not measured yet. */
  readonly lag: LoopLag | undefined
  readonly log: Log
}

export function aboutDaemon(facts: DaemonFacts): DaemonProblemSources {
  const { refused } = facts
  return {
    notices: facts.notices,
    logLinesLost: facts.log.linesLost(),
    refusedReload: refused && { at: refused.at.toISOString(), text: refused.text },
    daemon: {
      pid: process.pid,
      version: VERSION,
      startedAt: facts.startedAt.toISOString(),
      configFile: facts.configFile,
      loopLagMs: facts.lag?.read().maxMs ?? 0,
      loadedAt: facts.loadedAt.toISOString(),
    },
  }
}
