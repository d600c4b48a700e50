/** What the notify lanes have to tell, and words for it. keepalived says nothing about its notify scripts. */

import { assertNever } from '../base/result.ts'
import { toSeconds, type Duration } from '../base/time.ts'
import type { Notification } from './notify.ts'
import type { ExitStatus, LaunchRefusal } from './types.ts'

export type NotifyNote =
  | { readonly kind: 'started' }
  | {
      readonly kind: 'ended'
      readonly status: ExitStatus
      readonly duration: Duration
      /** The last of what it printed. */
      readonly output: string
    }
  | { readonly kind: 'not-started'; readonly refusal: LaunchRefusal }
  /** Still running; what comes after it no longer waits for it. */
  | { readonly kind: 'overtaken'; readonly after: Duration }
  /** Too many of this lane are running: this one, the oldest, is ended. */
  | { readonly kind: 'crowded-out' }
  /** Still running when the daemon leaves. */
  | { readonly kind: 'ended-at-exit' }
  /** Never started: the lane was too far behind, and newer states follow. */
  | { readonly kind: 'skipped' }

export interface NotifyEvent {
  readonly notification: Notification
  /** As it was or would have been run. */
  readonly program: readonly string[]
  readonly note: NotifyNote
}

export function describeNotify({ notification, program, note }: NotifyEvent): string {
  const { subject, state } = notification
  const what = `notify script of ${subject.type} ${subject.name} for ${state} (${program.join(' ')})`
  return `${what} ${words(note)}`
}

function words(note: NotifyNote): string {
  switch (note.kind) {
    case 'started':
      return 'started'
    case 'ended':
      return `${outcome(note.status)} after ${toSeconds(note.duration).toFixed(3)} s${printed(note.output)}`
    case 'not-started':
      return `cannot be run: ${note.refusal.text}`
    case 'overtaken':
      return `is still running after ${toSeconds(note.after).toFixed(1)} s: the next one does not wait for it`
    case 'crowded-out':
      return 'is ended: too many notify scripts started after it are still running'
    case 'ended-at-exit':
      return 'is still running and is ended with the daemon'
    case 'skipped':
      return 'is skipped: too many newer ones are waiting behind it'
    default:
      return assertNever(note)
  }
}

const outcome = (status: ExitStatus): string =>
  status.kind === 'exited' ? `exited with status ${status.code}` : `was ended by signal ${status.signal}`

const printed = (output: string): string => (output === '' ? '' : `: ${output}`)
