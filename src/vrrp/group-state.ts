/** A group whose members agree on a new state announces it: after all of them, as keepalived does (measured). */

import type { NotifyWord } from '../base/state-names.ts'
import { membersOf, type Draft } from './draft.ts'
import type { NotifyState } from './election/state.ts'
import { jointState } from './sync-group.ts'
import type { EngineEffect } from './types.ts'

export function announceMovedGroups(draft: Draft): void {
  for (const name of draft.movedGroups) {
    const state = settleGroup(draft, name)
    if (state !== undefined) draft.effects.push(announcement(name, state))
  }
}

/** At start a group is announced as Backup before its members (measured), as anything else after them. */
export function announceStartedGroups(draft: Draft): void {
  const first: EngineEffect[] = []
  for (const name of draft.movedGroups) {
    const state = settleGroup(draft, name)
    if (state === 'BACKUP') first.push(announcement(name, state))
    else if (state !== undefined) draft.effects.push(announcement(name, state))
  }
  draft.effects.unshift(...first)
}

/** Takes note of the members' new joint state, which is undefined when there is none or it is not new. */
export function settleGroup(draft: Draft, name: string): NotifyWord | undefined {
  const group = draft.groups.get(name)
  const state = jointState(membersOf(draft, name).map((member) => member.state))
  if (group === undefined || state === undefined || state === group.announced) return undefined
  draft.groups = draft.groups.with(name, { ...group, announced: state })
  return state
}

export const announcement = (group: string, state: NotifyState): EngineEffect => ({
  type: 'group-notify',
  group,
  state,
})
