/** Entering a state: its deadlines, and what has to be done on the way, in keepalived's order. */

import { after, latest, type Instant } from '../../base/time.ts'
import { masterDownInterval, type Intervals } from '../../base/intervals.ts'
import { intervalsOf } from './timers.ts'
import type {
  Backup,
  Conditions,
  Effect,
  ElectionEvent,
  Note,
  NotifyState,
  State,
  StateKind,
  Step,
  TransitionCause,
  VirtualRouter,
} from './state.ts'

export const unchanged = (state: State): Step => ({ state, effects: [] })

export const note = (value: Note): Effect => ({ type: 'note', note: value })

export const happened = (event: ElectionEvent): Effect => ({ type: 'event', event })

export const notify = (state: NotifyState, priority: number): Effect => ({ type: 'notify', state, priority })

/** An advert with our effective priority. */
export const advertise = (conditions: Conditions): Effect => sendAdvert(conditions, conditions.priority, 1)

const sendAdvert = ({ source, unadvertised }: Conditions, priority: number, copies: number): Effect => ({
  type: 'send-advert',
  priority,
  copies,
  source,
  ...(unadvertised !== undefined && { unadvertised }),
})

/** What a Master does that leaves of its own accord: says so with priority 0, then takes its addresses away. */
export const sayGoodbye = (conditions: Conditions, copies = 1): readonly Effect[] => [
  sendAdvert(conditions, 0, copies),
  note({ kind: 'priority-zero-sent' }),
  ...withdraw,
]

export const withdraw: readonly Effect[] = [note({ kind: 'removing-addresses' }), { type: 'withdraw' }]

export const transition = (from: StateKind, to: StateKind, cause: TransitionCause): Effect =>
  happened({ kind: 'transition', from, to, cause })

/**
 * The advert goes out before the addresses are set: hosts must not hear our
 * gratuitous ARP while the old Master still answers for them. Addresses and
 * routes, then ARP, then the operator's scripts (measured order of keepalived).
 */
export function becomeMaster(
  router: VirtualRouter,
  from: State,
  conditions: Conditions,
  now: Instant,
  cause: TransitionCause,
): Step {
  const { garp } = router
  return {
    state: {
      kind: 'master',
      nextAdvertAt: after(now, router.advertInterval),
      secondBurstAt: garp.delay > 0 ? after(now, garp.delay) : undefined,
      lowerPrioBurstAt: undefined,
      refreshAt: garp.refresh > 0 ? after(now, garp.refresh) : undefined,
      ...(garp.elsewhere !== undefined && { elsewhereAt: after(now, garp.elsewhere) }),
    },
    effects: [
      advertise(conditions),
      transition(from.kind, 'master', cause),
      ...describeInterval('interval-restored', intervalsOf(router, from), router),
      note({ kind: 'setting-addresses' }),
      { type: 'install' },
      { type: 'announce', repeat: garp.repeat },
      notify('MASTER', conditions.priority),
    ],
  }
}

/** Version 3: which interval it goes by, once that is another one. */
export const describeInterval = (
  kind: 'interval-learned' | 'interval-restored',
  { advertInterval: from }: Intervals,
  { advertInterval: to }: Intervals,
): readonly Effect[] => (from === to ? [] : [note({ kind, from, to })])

/** From Initialize or Fault: a whole Master_Down_Interval of listening first, whatever `state` the file wants. */
export function becomeBackup(
  router: VirtualRouter,
  from: State,
  conditions: Conditions,
  now: Instant,
  cause: TransitionCause,
): Step {
  return {
    state: listening(after(latest(now, router.deafUntil), masterDownInterval(router, conditions.priority))),
    effects: [transition(from.kind, 'backup', cause), notify('BACKUP', conditions.priority)],
  }
}

/** A Backup that has heard nobody yet. */
export const listening = (masterDownAt: Instant): Backup => ({
  kind: 'backup',
  masterDownAt,
  master: undefined,
  preemptAt: undefined,
  wantsMaster: false,
})

/**
 * A Master says goodbye; keepalived does so twice, and once where the router
 * only follows another member of its sync group (measured).
 *
 * @param before what was true until now: the source address may be what is missing, and the priority is the
 *   last one in force, which keepalived tells its scripts (measured)
 */
export function becomeFault(
  from: State,
  conditions: Conditions,
  before: Conditions = conditions,
  following = false,
): Step {
  const source = conditions.source ?? before.source
  return {
    state: {
      ...{ kind: 'fault', reasons: conditions.faults },
      ...(before.priority !== conditions.priority && { lastPriority: before.priority }),
    },
    effects: [
      transition(from.kind, 'fault', { kind: 'fault', reasons: conditions.faults }),
      ...(from.kind === 'master' ? sayGoodbye({ ...conditions, source }, following ? 1 : 2) : []),
      // What brings the fault may alter the priority, too (a tracked file): scripts hear the one that was in force.
      notify('FAULT', before.priority),
    ],
  }
}
