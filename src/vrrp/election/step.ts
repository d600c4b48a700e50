/**
 * The state machine of one virtual router: RFC 3768 section 6.4 with the Fault
 * state and the habits of keepalived, which the comments name. Pure: the same
 * arguments give the same answer, and nothing is done here; the effects say
 * what the daemon has to do, in their order.
 *
 * Each state's handlers stand in a file of their own: initialize-and-fault.ts (Initialize and
 * Fault), backup.ts, master.ts; what they share (entering a state) is in
 * transitions.ts.
 */

import { assertNever } from '../../base/result.ts'
import type { Instant } from '../../base/time.ts'
import { onBackup } from './backup.ts'
import { onFault, onInitialize } from './initialize-and-fault.ts'
import { onMaster } from './master.ts'
import type { Conditions, Effect, RouterEvent, State, Step, VirtualRouter } from './state.ts'
import { note } from './transitions.ts'

/** @param conditions what is true around the router now (after the event) */
export function step(
  router: VirtualRouter,
  state: State,
  conditions: Conditions,
  event: RouterEvent,
  now: Instant,
): Step {
  const taken = stepFrom(router, state, conditions, event, now)
  const advertised = describeAdvertised(router, conditions, event)
  return advertised.length === 0 ? taken : { ...taken, effects: [...advertised, ...taken.effects] }
}

/** Whatever its state: whoever looks for addresses that no advert has is told why. */
function describeAdvertised(
  { addresses, advertLink, link }: VirtualRouter,
  { unadvertised = 0 }: Conditions,
  event: RouterEvent,
): readonly Effect[] {
  if (event.type !== 'start' && event.type !== 'conditions') return []
  const { unadvertised: before = 0 } = event.type === 'start' ? {} : event.before
  if (unadvertised === before) return []
  const { length: count } = addresses
  const advertised = count - unadvertised
  return [note({ kind: 'advertised-addresses', advertised, count, link: advertLink ?? link })]
}

function stepFrom(
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
