/** One event being worked off: what the engine will be, and the effects so far. Mutable, and gone with the event. */

import type { Instant } from '../base/time.ts'
import type { Facts } from './conditions.ts'
import type { Table } from './table.ts'
import type { Engine, EngineEffect, EngineStep, GroupRecord, RouterRecord } from './types.ts'

export interface Draft {
  routers: Table<RouterRecord>
  groups: Table<GroupRecord>
  facts: Facts
  readonly effects: EngineEffect[]
  /** Groups a member of which has changed state: see group-state.ts. */
  readonly movedGroups: Set<string>
  readonly now: Instant
}

export const draftOf = (engine: Engine, now: Instant): Draft => ({
  ...engine,
  effects: [],
  movedGroups: new Set(),
  now,
})

export const finish = ({ routers, groups, facts, effects }: Draft): EngineStep => ({
  engine: { routers, groups, facts },
  effects,
})

export function recordOf(draft: Draft, name: string): RouterRecord {
  const record = draft.routers.get(name)
  if (record === undefined) throw new Error(`no virtual router ${name}`)
  return record
}

export function update(draft: Draft, name: string, change: Partial<RouterRecord>): void {
  draft.routers = draft.routers.with(name, { ...recordOf(draft, name), ...change })
}

/** All members of a group, in the file's order. */
export const membersOf = (draft: Draft, group: string): readonly RouterRecord[] =>
  (draft.groups.get(group)?.members ?? []).map((member) => recordOf(draft, member))

/** The other members of a router's group. */
export function siblingsOf(draft: Draft, name: string): readonly RouterRecord[] {
  const { group } = recordOf(draft, name)
  return group === undefined ? [] : membersOf(draft, group).filter(({ router }) => router.name !== name)
}
