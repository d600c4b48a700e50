/**
 * Sync groups: several routers that change state together. Faults are shared
 * already by the conditions (conditions.ts); what is left is who may go to
 * Master, who has to follow whom, and what the group as a whole is in.
 * Measured with keepalived 2.2.7:
 *  - a member whose Master_Down_Timer fires goes to Master only when every
 *    other member is Master or has also run out; until then it waits another
 *    interval and keeps wanting to, until it accepts an advert;
 *  - the one that may go takes the others along at once;
 *  - a Master that yields takes the others along to Backup, without priority 0;
 *  - one whose address is lost takes them along with priority 0.
 */

import { notifyWord, type NotifyWord } from '../base/state-names.ts'
import type { FollowTo, RouterEvent, State, StateKind } from './election/state.ts'

/** Whether a member would go along to Master; the one that wants to go first needs all others to be. */
export const isReadyForMaster = (state: State): boolean =>
  state.kind === 'master' || (state.kind === 'backup' && state.wantsMaster)

/** Where the other members have to go when one member has gone from a state to another. */
export function followTo(from: StateKind, to: StateKind, event: RouterEvent): FollowTo | undefined {
  if (to === 'master' && from !== 'master') return 'master'
  if (to === 'backup' && from === 'master') return event.type === 'address-lost' ? 'aside' : 'backup'
  return undefined
}

/** Whether a Backup has accepted an advert of somebody who stays Master, and does not want to be it itself. */
export const hearsMaster = (from: State, to: State, event: RouterEvent): boolean =>
  event.type === 'advert' &&
  event.advert.priority > 0 &&
  from.kind === 'backup' &&
  to.kind === 'backup' &&
  to !== from &&
  to.preemptAt === undefined

/** The one state all members are in; undefined while they differ or have not begun. */
export function jointState(states: readonly State[]): NotifyWord | undefined {
  const [first] = states
  if (first === undefined || states.some((state) => state.kind !== first.kind)) return undefined
  return notifyWord(first.kind)
}
