/**
 * The state machine of one virtual router: RFC 3768 section 6.4 with the Fault
 * state and the habits of keepalived, which the comments name. Pure: the same
 * arguments give the same answer, and nothing is done here; the effects say
 * what the daemon has to do, in their order.
 *
 * Each state's handlers stand in a file of their own: backup.ts, master.ts;
 * what they share (entering a state) is in transitions.ts.
 */

import { assertNever } from '../../base/result.ts'
import type { Instant } from '../../base/time.ts'
import { onBackup } from './backup.ts'
import { onMaster } from './master.ts'
import type { Conditions, RouterEvent, State, Step, VirtualRouter } from './state.ts'
import { becomeBackup, becomeFault, becomeMaster, note, notify, unchanged } from './transitions.ts'

/** @param conditions what is true around the router now (after the event) */
export function step(
  router: VirtualRouter,
  state: State,
  conditions: Conditions,
  event: RouterEvent,
  now: Instant,
): Step {
  switch (state.kind) {
    case 'initialize':
      return onInitialize(router, state, conditions, event, now)
    case 'backup':
      return onBackup(router, state, conditions, event, now)
    case 'master':
      return onMaster(router, state, conditions, event, now)
    case 'fault':
      return onFault(router, state, conditions, event, now)
    default:
      return assertNever(state)
  }
}

/** RFC 3768 section 6.4.1. A router that tracks weight-0 scripts waits here, silently, for their first results. */
function onInitialize(
  router: VirtualRouter,
  state: State,
  conditions: Conditions,
  event: RouterEvent,
  now: Instant,
): Step {
  switch (event.type) {
    case 'start':
    case 'conditions':
      if (conditions.faults.length > 0) return becomeFault(state, conditions)
      if (conditions.pending.length > 0) return unchanged(state)
      if (event.type === 'start' && event.asOwner)
        return becomeMaster(router, state, conditions, now, 'address owner')
      return becomeBackup(router, state, conditions, now, 'init')
    case 'stop':
      return { state, effects: [notify('STOP', conditions.priority)] }
    default:
      return unchanged(state)
  }
}

/** Fault is keepalived's own state: it neither sends nor hears. Left when every reason is gone. */
function onFault(
  router: VirtualRouter,
  state: State & { kind: 'fault' },
  conditions: Conditions,
  event: RouterEvent,
  now: Instant,
): Step {
  switch (event.type) {
    case 'start':
    case 'conditions': {
      if (conditions.faults.length > 0) return stayInFault(state, conditions)
      if (conditions.pending.length > 0) return unchanged(state)
      return becomeBackup(router, state, conditions, now, 'fault cleared')
    }
    case 'stop':
      return { state: { kind: 'initialize' }, effects: [notify('STOP', conditions.priority)] }
    default:
      return unchanged(state)
  }
}

/** Reasons come and go while others keep the router in Fault; each change is worth a line. */
function stayInFault(state: State & { kind: 'fault' }, conditions: Conditions): Step {
  const same = (a: { kind: string; subject: string }, b: { kind: string; subject: string }): boolean =>
    a.kind === b.kind && a.subject === b.subject
  const fresh = conditions.faults.filter((reason) => !state.reasons.some((old) => same(old, reason)))
  const gone = state.reasons.filter((reason) => !conditions.faults.some((now) => same(now, reason)))
  return {
    state: { kind: 'fault', reasons: conditions.faults },
    effects: [
      ...fresh.map((reason) => note({ kind: 'fault-reason', reason })),
      ...gone.map((reason) => note({ kind: 'fault-cleared', reason })),
    ],
  }
}
