/** Programs that the operator gave: which, as whom, and what tells them. */

import type { Duration } from '../../base/time.ts'
import type { Span } from '../diagnostics/diagnostics.ts'

/** A command line as keepalived splits it: a program and its arguments, no shell. */
export interface Command {
  /** At least one word: the program. */
  readonly argv: readonly [string, ...string[]]
  readonly user?: ScriptUser
  readonly span: Span
}

export interface ScriptUser {
  readonly user: string
  /** Where it is said. */
  readonly span?: Span
  /** The user's own group when absent. */
  readonly group?: string
}

export interface LimitedScript {
  readonly command: Command
  /** 10 s by default. */
  readonly timeout: Duration
}

export interface NotifyFifo {
  readonly keyword: 'notify_fifo' | 'vrrp_notify_fifo'
  readonly path: string
  /** Who owns it when it has to be made; absent: as scripts. */
  readonly owner?: ScriptUser
  /** Reads it; gets its path as the last argument. */
  readonly script?: Command
  readonly span: Span
}

export interface Notify {
  readonly master?: Command
  readonly backup?: Command
  readonly fault?: Command
  /** Instances only; a group has none of its own in keepalived before it is stopped. */
  readonly stop?: Command
  /** `notify`: gets type, name, state and priority appended. */
  readonly any?: Command
  /** `notify_master_rx_lower_pri`; instances only. */
  readonly masterRxLowerPriority?: Command
  /** `notify_deleted`, which may name no program; instances only. */
  readonly deleted?: Command | true
  /** `notify_priority_changes`, or the default that global_defs sets: FIFOs hear of them. */
  readonly priorityChanges: boolean
}
