/** The states that neither send nor hear: Initialize (RFC 3768 section 6.4.1) and keepalived's own Fault. */

import { assertNever } from '../../base/result.ts'
import { latest, type Instant } from '../../base/time.ts'
import { isSameFault } from './fault.ts'
import {
  becomeBackup,
  becomeFault,
  becomeMaster,
  happened,
  listening,
  notify,
  unchanged,
} from './transitions.ts'
import type {
  Conditions,
  Effect,
  Fault,
  FaultReason,
  Initialize,
  RouterEvent,
  Step,
  VirtualRouter,
} from './state.ts'

export function onInitialize(
  router: VirtualRouter,
  state: Initialize,
  conditions: Conditions,
  event: RouterEvent,
  now: Instant,
): Step {
  switch (event.type) {
    case 'start': {
      const isFree = conditions.faults.length === 0 && conditions.pending.length === 0
      if (event.resumed === true && isFree && !isDeaf(router, now)) {
        return becomeMaster(router, state, conditions, now, { kind: 'resumed' })
      }
      const next = event.asOwner ? 'master' : 'backup'
      return begin(router, { kind: 'initialize', next }, conditions, now)
    }
    case 'conditions':
      return state.next === undefined ? unchanged(state) : begin(router, state, conditions, now)
    case 'stop':
      return stopped(conditions)
    case 'advert':
    case 'timeout':
    case 'address-lost':
    case 'follow':
    case 'sibling-disturbed':
      return unchanged(state)
    default:
      return assertNever(event)
  }
}

/**
 * A router that tracks weight-0 scripts waits, silently, for their first results. A Fault is announced
 * before those, but not before its tracked files have been read: keepalived has read them by then, and
 * tells scripts the priority that they make (measured, 2.2.7).
 */
function begin(router: VirtualRouter, state: Initialize, conditions: Conditions, now: Instant): Step {
  if (conditions.unread) return unchanged(state)
  if (conditions.faults.length > 0) return becomeFault(state, conditions)
  if (conditions.pending.length > 0) return unchanged(state)
  if (state.next === 'backup') return becomeBackup(router, state, conditions, now, { kind: 'started' })
  // Without a word: an owner is never announced as Backup (measured).
  if (isDeaf(router, now)) return { state: listening(latest(now, router.deafUntil)), effects: [] }
  return becomeMaster(router, state, conditions, now, { kind: 'address-owner' })
}

const isDeaf = ({ deafUntil }: VirtualRouter, now: Instant): boolean =>
  deafUntil !== undefined && now < deafUntil

/** Left, and always to Backup, when every reason is gone. */
export function onFault(
  router: VirtualRouter,
  state: Fault,
  conditions: Conditions,
  event: RouterEvent,
  now: Instant,
): Step {
  switch (event.type) {
    case 'conditions': {
      const reasons = reasonsToStay(conditions)
      if (reasons.length === 0) return leaveFault(router, state, conditions, now, event.unserved === true)
      return stayInFault(state, reasons, conditions, event.before)
    }
    case 'stop':
      return stopped(conditions, state.lastPriority)
    case 'start':
    case 'advert':
    case 'timeout':
    case 'address-lost':
    case 'follow':
    case 'sibling-disturbed':
      return unchanged(state)
    default:
      return assertNever(event)
  }
}

/** Who has listened for a Master_Down_Interval already need not do so again. */
function leaveFault(
  router: VirtualRouter,
  state: Fault,
  conditions: Conditions,
  now: Instant,
  unserved: boolean,
): Step {
  const step = becomeBackup(router, state, conditions, now, { kind: 'fault-cleared' })
  return unserved ? { ...step, state: listening(latest(now, router.deafUntil)) } : step
}

/** keepalived sends STOP for a router it has never announced, too (measured). */
const stopped = (conditions: Conditions, priority = conditions.priority): Step => ({
  state: { kind: 'initialize', next: undefined },
  effects: [notify('STOP', priority)],
})

const reasonsToStay = ({ faults, pending }: Conditions): readonly FaultReason[] => [
  ...faults,
  ...pending.map((subject): FaultReason => ({ kind: 'no-result', subject })),
]

/** Reasons come and go while others keep the router in Fault; each change is worth a line. */
function stayInFault(
  state: Fault,
  reasons: readonly FaultReason[],
  conditions: Conditions,
  before: Conditions,
): Step {
  const fresh = reasons.filter((reason) => !includes(state.reasons, reason))
  const gone = state.reasons.filter((reason) => !includes(reasons, reason))
  const isSame = conditions.priority === before.priority
  const priority: readonly Effect[] = isSame
    ? []
    : [happened({ kind: 'priority-changed', from: before.priority, to: conditions.priority })]
  const { lastPriority } = state
  return {
    state: { kind: 'fault', reasons, ...(isSame && lastPriority !== undefined && { lastPriority }) },
    effects: [
      ...fresh.map((reason) => happened({ kind: 'fault-reason', reason })),
      ...gone.map((reason) => happened({ kind: 'fault-cleared', reason })),
      ...priority,
    ],
  }
}

const includes = (reasons: readonly FaultReason[], reason: FaultReason): boolean =>
  reasons.some((each) => isSameFault(each, reason))
