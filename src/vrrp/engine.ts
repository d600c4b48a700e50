/**
 * All virtual routers of one daemon as a value. One event goes in; a new
 * engine and the list of effects come out, in the order in which they have to
 * be performed. Nothing else changes a router's state.
 *
 * An event first alters the facts (facts.ts) or names a router; the routers
 * concerned are stepped (stepping.ts, and election/step.ts for each one),
 * their sync groups follow (sync-group.ts), and at the end each group whose
 * members agree on a new state announces it (group-state.ts).
 */

import { assertNever } from '../base/result.ts'
import { earliest, type Instant } from '../base/time.ts'
import { forgetGoneSenders, receiveAdvert, receiveRejected } from './adverts.ts'
import { draftOf, finish, recordOf, type Draft } from './draft.ts'
import { deadlineOf } from './election/timers.ts'
import { isSucceeded } from './election/master.ts'
import {
  changeFile,
  changeLink,
  changeProcess,
  changeScript,
  drain,
  letIn,
  renewConditions,
} from './facts.ts'
import { announceMovedGroups, announceStartedGroups, announcement, settleGroup } from './group-state.ts'
import { dismiss, reconfigure } from './reconfigure.ts'
import { freshRecord, startRouter } from './start.ts'
import { stepAndSettle, stepRouter } from './stepping.ts'
import { isReadyForMaster } from './sync-group.ts'
import { Table } from './table.ts'
import type { Engine, EngineEvent, EngineSetup, EngineStep, GroupRecord } from './types.ts'

export type { Engine, EngineEffect, EngineEvent, EngineSetup, EngineStep, RouterRecord } from './types.ts'

export function createEngine(setup: EngineSetup, now: Instant): Engine {
  const groupOf = new Map(setup.groups.flatMap(({ name, members }) => members.map((each) => [each, name])))
  const routers = setup.routers.map((router) =>
    freshRecord(router, groupOf.get(router.name), setup.facts, now),
  )
  const groups = setup.groups.map(({ name, members }): GroupRecord => ({
    name,
    members,
    announced: undefined,
  }))
  const draft = draftOf(
    {
      routers: Table.of(routers, ({ router }) => router.name),
      groups: Table.of(groups, ({ name }) => name),
      facts: setup.facts,
    },
    now,
  )
  for (const { name, members } of groups) renewConditions(draft, name, members)
  return finish(draft).engine
}

/** When the next alarm is due; undefined while no router waits for anything. */
export function nextDeadline(engine: Engine): Instant | undefined {
  let next: Instant | undefined
  for (const record of engine.routers.values()) next = earliest(next, deadlineOf(record.state))
  return next
}

/** @param now not before the `now` of any earlier step */
export function stepEngine(engine: Engine, event: EngineEvent, now: Instant): EngineStep {
  const draft = draftOf(engine, now)
  switch (event.type) {
    case 'start':
      start(draft, event.resumed)
      break
    case 'stop':
      stop(draft)
      break
    case 'alarm':
      expireDeadlines(draft)
      break
    case 'advert':
      receiveAdvert(draft, event.router, event.advert)
      announceMovedGroups(draft)
      break
    case 'rejected':
      receiveRejected(draft, event)
      break
    case 'link':
      changeLink(draft, event.name, event.fact)
      break
    case 'script':
      changeScript(draft, event.name, event.verdict)
      break
    case 'drain':
      drain(draft, event.routers)
      break
    case 'resume':
      letIn(draft, event.routers, event.unserved)
      break
    case 'file':
      changeFile(draft, event.name, event.number)
      break
    case 'process':
      changeProcess(draft, event.name, event.verdict)
      break
    case 'dismiss':
      dismiss(draft, event.routers)
      break
    case 'reconfigure':
      reconfigure(draft, event.setup)
      break
    case 'address-lost':
      loseAddress(draft, event.router, event.address)
      break
    default:
      assertNever(event)
  }
  return finish(draft)
}

function start(draft: Draft, resumed: ReadonlySet<string> | undefined): void {
  for (const name of draft.routers.keys()) startRouter(draft, name, resumed)
  announceStartedGroups(draft)
}

function stop(draft: Draft): void {
  for (const name of draft.routers.keys()) stepRouter(draft, name, { type: 'stop' })
  for (const name of draft.groups.keys()) draft.effects.push(announcement(name, 'STOP'))
}

/**
 * The earliest deadline first; what one router does may keep another from acting on its own. Before all of them
 * those that have slept too long: a group that goes with them advertises no more.
 */
function expireDeadlines(draft: Draft): void {
  for (const { name } of dueRouters(draft)) {
    forgetGoneSenders(draft, name)
    stepAndSettle(draft, name, { type: 'timeout', heldBack: isHeldBack(draft, name) })
  }
  announceMovedGroups(draft)
}

interface Due {
  readonly name: string
  readonly at: Instant
  readonly sleptTooLong: boolean
}

function dueRouters({ routers, now }: Draft): readonly Due[] {
  const due: Due[] = []
  for (const { router, state, conditions } of routers.values()) {
    const at = deadlineOf(state)
    if (at === undefined || at > now) continue
    const sleptTooLong = state.kind === 'master' && isSucceeded(router, state, conditions, now)
    due.push({ name: router.name, at, sleptTooLong })
  }
  return due.sort((a, b) => Number(b.sleptTooLong) - Number(a.sleptTooLong) || a.at - b.at)
}

/** A member waits for the others, and looks no further than the first that is not ready. */
function isHeldBack(draft: Draft, name: string): boolean {
  const { state, group } = recordOf(draft, name)
  if (state.kind !== 'backup' || group === undefined) return false
  const members = draft.groups.get(group)?.members ?? []
  return members.some((member) => member !== name && !isReadyForMaster(recordOf(draft, member).state))
}

/** The group itself is not announced as Backup (measured), but as Master when it is that again. */
function loseAddress(draft: Draft, name: string, address: string): void {
  stepAndSettle(draft, name, { type: 'address-lost', address })
  for (const group of draft.movedGroups) settleGroup(draft, group)
}
