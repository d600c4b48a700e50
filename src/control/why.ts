/** Why an instance is in the state it is in, as clients see it. Pure. */

import type { InstanceState } from './report.ts'

export interface WhyReport {
  readonly instance: string
  readonly state: InstanceState
  /** ISO 8601 in UTC. */
  readonly since: string
  /** The events that led to it and what they brought about, the first cause first. */
  readonly chain: readonly WhyStep[]
  /** What is true now, in whole sentences. */
  readonly now: readonly string[]
}

export interface WhyStep {
  /** In the journal. */
  readonly id: number
  readonly at: string
  /** After the first step. */
  readonly afterMs: number
  readonly text: string
}
