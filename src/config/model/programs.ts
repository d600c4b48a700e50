/** Programs that the operator gave: which, as whom, and what tells them. */

import type { Command, ScriptUser } from '../values/command.ts'
import type { Duration } from '../../base/time.ts'
import type { Span } from '../diagnostics/diagnostics.ts'

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
