/** What notify scripts and FIFOs hear of besides changes of state, which are effects of the election. */

import type { Note } from '../../vrrp/election/state.ts'
import type { Engine, RouterRecord } from '../../vrrp/engine.ts'
import type { ScriptRoom } from './script-room.ts'

const NOTIFY_STATES = { initialize: undefined, backup: 'BACKUP', master: 'MASTER', fault: 'FAULT' } as const

/** @param record the router's, if there is one still */
export function notifyOfNote(
  room: Pick<ScriptRoom, 'notifyLowerPriority' | 'notifyPriority'>,
  name: string,
  record: RouterRecord | undefined,
  note: Note,
): void {
  if (note.kind === 'forcing-election') room.notifyLowerPriority(name, note.ours)
  if (note.kind !== 'priority-changed' || !record) return
  room.notifyPriority(name, record.state.kind === 'master' ? 'MASTER' : 'BACKUP', note.to)
}

/** FIFOs hear of every state as it is: fifo_write_vrrp_states_on_reload. */
export function notifyOfStates(
  room: Pick<ScriptRoom, 'tellState'>,
  { routers, groups }: Pick<Engine, 'routers' | 'groups'>,
): void {
  for (const { name, announced } of groups.values()) {
    if (announced) room.tellState({ type: 'GROUP', name }, announced, 0)
  }
  for (const { router, state, conditions } of routers.values()) {
    const told = NOTIFY_STATES[state.kind]
    if (told) room.tellState({ type: 'INSTANCE', name: router.name }, told, conditions.priority)
  }
}
