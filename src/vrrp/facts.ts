/**
 * Links, scripts and other tracked things change: which routers are concerned, and in which order
 * they are told. In a sync group one member goes first and the others follow
 * it; which one is keepalived's choice (measured with 2.2.7): into Fault the
 * first whose own conditions changed, out of it the last, because only then
 * is the whole group free.
 */

import {
  ownConditions,
  sameConditions,
  sharedConditions,
  withShared,
  type Facts,
  type LinkFact,
} from './conditions.ts'
import type { Conditions, Tracker, Verdict, VirtualRouter } from './election/state.ts'
import { membersOf, recordOf, update, type Draft } from './draft.ts'
import { announceMovedGroups } from './group-state.ts'
import { announceSyncing, stepRouter } from './stepping.ts'
import type { RouterRecord } from './types.ts'

export function changeLink(draft: Draft, name: string, fact: LinkFact | undefined): void {
  const concerned = (router: VirtualRouter): boolean =>
    router.link === name || router.requiredLinks.includes(name) || tracks('interface', name)(router)
  changeFacts(draft, { ...draft.facts, links: withEntry(draft.facts.links, name, fact) }, concerned)
}

export function changeScript(draft: Draft, name: string, verdict: Verdict): void {
  const scripts = withEntry(draft.facts.scripts, name, verdict)
  changeFacts(draft, { ...draft.facts, scripts }, tracks('script', name))
}

export function drain(draft: Draft, names: readonly string[]): void {
  const drained = new Set([...(draft.facts.drained ?? []), ...names])
  changeFacts(draft, { ...draft.facts, drained }, ({ name }) => names.includes(name))
}

/** @param unserved whom nobody has succeeded for a Master_Down_Interval */
export function letIn(draft: Draft, names: readonly string[], unserved: ReadonlySet<string> = NOBODY): void {
  const left = [...(draft.facts.drained ?? [])].filter((name) => !names.includes(name))
  changeFacts(draft, { ...draft.facts, drained: new Set(left) }, ({ name }) => names.includes(name), unserved)
}

export function changeFile(draft: Draft, name: string, number: number): void {
  const files = withEntry(draft.facts.files, name, number)
  changeFacts(draft, { ...draft.facts, files }, tracks('file', name))
}

export function changeProcess(draft: Draft, name: string, verdict: Verdict): void {
  const processes = withEntry(draft.facts.processes, name, verdict)
  changeFacts(draft, { ...draft.facts, processes }, tracks('process', name))
}

const tracks =
  (kind: Tracker['kind'], name: string) =>
  ({ trackers }: VirtualRouter): boolean =>
    trackers.some((tracker) => tracker.kind === kind && tracker.name === name)

function withEntry<V>(
  map: ReadonlyMap<string, V>,
  key: string,
  value: V | undefined,
): ReadonlyMap<string, V> {
  const copy = new Map(map)
  if (value === undefined) copy.delete(key)
  else copy.set(key, value)
  return copy
}

const NOBODY: ReadonlySet<string> = new Set()

function changeFacts(
  draft: Draft,
  facts: Facts,
  concerned: (router: VirtualRouter) => boolean,
  unserved = NOBODY,
): void {
  draft.facts = facts
  for (const unit of unitsOf(renewOwnConditions(draft, concerned))) stepUnit(draft, unit, unserved)
  announceMovedGroups(draft)
}

/** Routers whose own conditions changed and that change state together: one, or members of one group. */
interface Unit {
  readonly group: string | undefined
  readonly changed: readonly string[]
}

function renewOwnConditions(
  draft: Draft,
  concerned: (router: VirtualRouter) => boolean,
): readonly RouterRecord[] {
  return [...draft.routers.values()].filter(({ router, own: before }) => {
    if (!concerned(router)) return false
    const own = ownConditions(router, draft.facts)
    if (sameConditions(before, own)) return false
    update(draft, router.name, { own })
    return true
  })
}

function unitsOf(changed: readonly RouterRecord[]): readonly Unit[] {
  const units = new Map<string, Unit>()
  for (const { router, group } of changed) {
    const key = group === undefined ? `router ${router.name}` : `group ${group}`
    units.set(key, { group, changed: [...(units.get(key)?.changed ?? []), router.name] })
  }
  return [...units.values()]
}

function stepUnit(draft: Draft, { group, changed }: Unit, unserved: ReadonlySet<string>): void {
  const before = new Map(renewConditions(draft, group, changed))
  let moved = false
  for (const name of inOrder(draft, group, changed)) {
    const previous = before.get(name)
    if (previous === undefined) continue
    const from = recordOf(draft, name).state.kind
    stepRouter(draft, name, {
      type: 'conditions',
      before: previous,
      following: moved,
      ...(unserved.has(name) && { unserved: true }),
    })
    const to = recordOf(draft, name).state.kind
    if (moved || to === from) continue
    moved = true
    if (group !== undefined) announceSyncing(draft, group, to)
  }
}

/** The joint conditions of a group's members, or of one router; gives those that differ, as they were. */
export function renewConditions(
  draft: Draft,
  group: string | undefined,
  names: readonly string[],
): readonly (readonly [string, Conditions])[] {
  const records = group === undefined ? names.map((name) => recordOf(draft, name)) : membersOf(draft, group)
  const shared =
    group === undefined
      ? undefined
      : sharedConditions(records.map(({ router, own }) => ({ name: router.name, own })))
  return records.flatMap(({ router, own, conditions: before }) => {
    const conditions = shared === undefined ? own : withShared(own, shared)
    if (sameConditions(before, conditions)) return []
    update(draft, router.name, { conditions })
    return [[router.name, before] as const]
  })
}

function inOrder(draft: Draft, group: string | undefined, changed: readonly string[]): readonly string[] {
  if (group === undefined) return changed
  const members = membersOf(draft, group).map(({ router }) => router.name)
  const entering = changed.some((name) => recordOf(draft, name).conditions.faults.length > 0)
  const first = entering ? changed.at(0) : changed.at(-1)
  return first === undefined ? members : [first, ...members.filter((name) => name !== first)]
}
