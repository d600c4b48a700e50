/**
 * A new configuration for a running engine. A router is the same one when it
 * has the same VRID on the same link and the same multicast group or unicast
 * source, whatever its name (keepalived matches so too): it keeps its state, and a Master stays Master without missing an
 * advert. Routers that are not in the new configuration have been dismissed
 * before; new ones start as at start.
 */

import { after, latest, type Instant } from '../base/time.ts'
import { ownConditions, sameConditions, type Facts } from './conditions.ts'
import { membersOf, recordOf, type Draft } from './draft.ts'
import type { Conditions, State, VirtualRouter } from './election/state.ts'
import { intervalsOf } from './election/timers.ts'
import { masterDownInterval } from '../base/intervals.ts'
import { renewConditions } from './facts.ts'
import { announceMovedGroups } from './group-state.ts'
import { freshRecord, startRouter } from './start.ts'
import { stepRouter, withNothingSaid, yieldSiblings } from './stepping.ts'
import { jointState } from './sync-group.ts'
import { Table } from './table.ts'
import type { EngineSetup, GroupRecord, RouterRecord } from './types.ts'

/** What makes a router the same one across a reload. */
export const identityOf = ({
  link,
  vrid,
  channel,
}: Pick<VirtualRouter, 'link' | 'vrid' | 'channel'>): string =>
  [link, String(vrid), ...(channel === undefined ? [] : [channel])].join(' ')

/** These are in no configuration any more: priority 0, addresses gone, and FAULT for their `notify`, as keepalived has it. */
export function dismiss(draft: Draft, names: readonly string[]): void {
  for (const name of names) {
    const mark = draft.effects.length
    stepRouter(draft, name, { type: 'stop' })
    for (const [index, entry] of draft.effects.entries()) {
      if (index < mark || entry.type !== 'router' || entry.effect.type !== 'notify') continue
      draft.effects[index] = { ...entry, effect: { ...entry.effect, state: 'FAULT', deleted: true } }
    }
  }
  draft.movedGroups.clear()
}

/** @param setup as for createEngine; what is known of scripts, files and processes is carried over by name */
export function reconfigure(draft: Draft, setup: EngineSetup): void {
  const facts: Facts = {
    ...draft.facts,
    links: setup.facts.links,
    drained: stillDrained(draft, setup.routers),
  }
  const known = new Map([...draft.routers.values()].map((record) => [identityOf(record.router), record]))
  const groupOf = new Map(setup.groups.flatMap(({ name, members }) => members.map((each) => [each, name])))
  const before = new Map<string, Conditions>()
  const started: string[] = []
  const records = setup.routers.map((router): RouterRecord => {
    const group = groupOf.get(router.name)
    const old = known.get(identityOf(router))
    if (old === undefined || isDismissed(old)) {
      started.push(router.name)
      return freshRecord(router, group, facts, draft.now)
    }
    before.set(router.name, old.conditions)
    return carriedOver(old, router, group, facts, draft.now)
  })
  const announced = new Map([...draft.groups.values()].map((group) => [group.name, group.announced]))
  const groups = setup.groups.map(({ name, members }): GroupRecord => ({
    name,
    members,
    announced: announced.get(name),
  }))
  draft.facts = facts
  draft.routers = Table.of(records, ({ router }) => router.name)
  draft.groups = Table.of(groups, ({ name }) => name)
  renewAll(draft)
  settleNewGroups(draft)
  for (const [name, previous] of before) tellConditions(draft, name, previous)
  for (const name of started) startRouter(draft, name)
  announceMovedGroups(draft)
}

/** Whoever was taken out stays out, under another name too. */
function stillDrained({ routers, facts }: Draft, wanted: readonly VirtualRouter[]): ReadonlySet<string> {
  const out = new Set<string>()
  for (const name of facts.drained ?? []) {
    const record = routers.get(name)
    if (record) out.add(identityOf(record.router))
  }
  return new Set(wanted.filter((router) => out.has(identityOf(router))).map(({ name }) => name))
}

const isDismissed = ({ state }: RouterRecord): boolean =>
  state.kind === 'initialize' && state.next === undefined

function carriedOver(
  old: RouterRecord,
  router: VirtualRouter,
  group: string | undefined,
  facts: Facts,
  now: Instant,
): RouterRecord {
  const own = ownConditions(router, facts)
  const state = retimed(old, router, own, now)
  return { ...old, router, group, own, conditions: own, state, ...withNothingSaid(old) }
}

/** keepalived forgets a running preempt_delay, and every Master advertises at once with what is new (measured). */
function retimed(old: RouterRecord, router: VirtualRouter, own: Conditions, now: Instant): State {
  const { state } = old
  switch (state.kind) {
    case 'master':
      return { ...state, nextAdvertAt: now }
    case 'backup': {
      // What is known of the master's interval is so still, where version 3 stays.
      const { learnedInterval, ...rest } = state
      const carried: State =
        learnedInterval === undefined || router.version === 2 ? rest : { ...rest, learnedInterval }
      const intervals = intervalsOf(router, carried)
      const wanted = masterDownInterval(intervals, own.priority)
      const begin = latest(now, router.deafUntil)
      const same = wanted === masterDownInterval(intervalsOf(old.router, state), own.priority)
      // It may have been about to preempt a Master that it has not counted as one.
      const stays = old.router.preempt && !router.preempt
      // By the priority that it had: a new one shifts it next, as at any other time.
      const restarted = after(begin, masterDownInterval(intervals, old.conditions.priority))
      return {
        ...carried,
        preemptAt: undefined,
        masterDownAt: same && !stays ? state.masterDownAt : restarted,
        wantsMaster: state.wantsMaster && !stays,
      }
    }
    case 'initialize':
    case 'fault':
      return state
  }
}

function renewAll(draft: Draft): void {
  for (const { name, members } of draft.groups.values()) renewConditions(draft, name, members)
}

function tellConditions(draft: Draft, name: string, before: Conditions): void {
  const { conditions } = recordOf(draft, name)
  if (!sameConditions(before, conditions)) {
    stepRouter(draft, name, { type: 'conditions', before, following: false })
  }
}

/**
 * Members that the new configuration has brought together may be in different
 * states: beside a Backup the Masters step back. A member that only begins is
 * no reason to: it goes to Master when nobody is heard. A group that is in one
 * state already has nothing to announce.
 */
function settleNewGroups(draft: Draft): void {
  for (const group of draft.groups.values()) {
    const members = membersOf(draft, group.name)
    const joint = jointState(members.map(({ state }) => state))
    if (joint !== undefined) {
      draft.groups = draft.groups.with(group.name, { ...group, announced: joint })
      continue
    }
    const other = members.find(({ state }) => state.kind === 'backup')
    if (other !== undefined) yieldSiblings(draft, other.router.name)
  }
}
