/**
 * Which notify scripts a transition calls, and with what. The script of the
 * state comes first and gets only its configured arguments; `notify` comes
 * after it and gets four more: what it is about, its name, the state and the
 * priority (keepalived.conf(5)).
 */

import type { NotifyWord } from '../base/state-names.ts'
import type { LaunchSpec, Script } from './types.ts'

/** DELETED: a reload has removed it; MASTER_RX_LOWER_PRI: a Master has heard a lower priority. */
export type NotifyState = NotifyWord | 'STOP' | 'DELETED' | 'MASTER_RX_LOWER_PRI'

/** The notify scripts of one instance or sync group; absent where none is configured. */
export interface NotifyScripts {
  readonly master?: Script | undefined
  readonly backup?: Script | undefined
  readonly fault?: Script | undefined
  readonly stop?: Script | undefined
  readonly deleted?: Script | undefined
  readonly masterRxLowerPriority?: Script | undefined
  /** `notify` */
  readonly any?: Script | undefined
}

export interface NotifySubject {
  readonly type: 'INSTANCE' | 'GROUP'
  readonly name: string
}

/** One transition of one subject: what is run, in this order. */
export interface Notification {
  readonly subject: NotifySubject
  readonly state: NotifyState
  readonly programs: readonly LaunchSpec[]
}

const OF_STATE = {
  MASTER: 'master',
  BACKUP: 'backup',
  FAULT: 'fault',
  STOP: 'stop',
  DELETED: 'deleted',
  MASTER_RX_LOWER_PRI: 'masterRxLowerPriority',
} as const

/**
 * @param priority the effective one; a group has none and says 0.
 * @returns with no programs when nothing is configured; disabled scripts are left out (told at start).
 */
export function notification(
  scripts: NotifyScripts,
  subject: NotifySubject,
  state: NotifyState,
  priority: number,
): Notification {
  const told = subject.type === 'GROUP' ? 0 : priority
  const ofState = runnable(scripts[OF_STATE[state]])
  const any = runnable(scripts.any).map((spec) => ({
    ...spec,
    argv: [...spec.argv, subject.type, subject.name, state, String(told)] as const,
  }))
  return { subject, state, programs: [...ofState, ...any] }
}

const runnable = (script: Script | undefined): LaunchSpec[] =>
  script?.kind === 'runnable' ? [script.spec] : []
