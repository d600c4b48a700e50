/** Why a virtual or a real server is as it is, as clients see it. Pure. */

import type { EventReport } from './events.ts'
import type { ServerState } from './lvs-report.ts'

export interface LvsWhyReport {
  /** What was meant: virtual servers, or a real server in each virtual server that has it. */
  readonly answers: readonly LvsWhy[]
  /** How many more there are than are told. */
  readonly others: number
}

export interface LvsWhy {
  readonly virtualServer: string
  /** Null: the virtual server is meant. */
  readonly realServer: string | null
  /** Of a virtual server: whether it has its quorum. */
  readonly state: ServerState
  /** ISO 8601 in UTC. */
  readonly since: string
  /** `HTTP 503, expected 200-299`; null where nothing was said. */
  readonly because: string | null
  /** What the journal has of it, the last ones, the oldest first. */
  readonly events: readonly EventReport[]
  /** What is true now, in whole sentences. */
  readonly now: readonly string[]
}
