/** Taking instances out for maintenance, and what comes of it, as clients see it. Pure. */

import type { InstanceState } from './report.ts'

export type DrainNews =
  | {
      readonly kind: 'drained'
      readonly instances: readonly {
        readonly name: string
        /** What it was in before. */
        readonly was: InstanceState
        /** It was drained before. */
        readonly already: boolean
      }[]
      /** When it ends by itself: ISO 8601 in UTC; null: when somebody says so. */
      readonly until: string | null
    }
  /** The first advert of another master: until then nobody served, as seen from here. */
  | {
      readonly kind: 'taken-over'
      readonly instance: string
      readonly by: string
      readonly priority: number
      readonly afterMs: number
    }
  /** No other router was heard within the time that any backup would need. */
  | {
      readonly kind: 'not-taken-over'
      readonly instances: readonly string[]
      readonly afterMs: number
      /** They were let in again at once; otherwise they stay out, as was wished. */
      readonly resumed: boolean
    }
  | { readonly kind: 'resumed'; readonly instances: readonly string[] }

/** One of a stream. */
export interface DrainReport {
  readonly news: DrainNews
}

export interface ResumeReport {
  readonly resumed: readonly string[]
  readonly notDrained: readonly string[]
}
