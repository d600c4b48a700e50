/** A Master that hears another one: who stays, who yields (RFC 3768 section 6.4.3). */

import { compareIp } from '../../base/address.ts'
import { after, type Instant } from '../../base/time.ts'
import { OWNER_PRIORITY } from './priority.ts'
import { masterDownInterval } from '../../base/intervals.ts'
import { countsFrom, learn, learnedIntervals, type Learned } from './timers.ts'
import {
  advertise,
  describeInterval,
  happened,
  listening,
  note,
  notify,
  transition,
  withdraw,
} from './transitions.ts'
import type {
  Advert,
  Backup,
  Conditions,
  Effect,
  Master,
  Step,
  TransitionCause,
  VirtualRouter,
} from './state.ts'

export function onAdvert(
  router: VirtualRouter,
  state: Master,
  conditions: Conditions,
  advert: Advert,
  now: Instant,
): Step {
  const { source, priority } = advert
  if (priority === 0) return stayAfterGoodbye(router, state, conditions, advert, now)
  const rank = compareRank(advert, conditions)
  if (rank === 'same') return { state, effects: [note({ kind: 'own-address-advert', source })] }
  const { state: next, effects } =
    rank === 'lower'
      ? forceElection(router, state, conditions, advert, now)
      : yieldToAdvert(router, conditions, advert, now)
  const owners: readonly Effect[] =
    priority === OWNER_PRIORITY && conditions.priority === OWNER_PRIORITY
      ? [note({ kind: 'two-owners', source, yielding: rank === 'higher' })]
      : []
  return { state: next, effects: [...owners, ...effects] }
}

/** The other one leaves; answering at once tells everybody who stays. */
const stayAfterGoodbye = (
  router: VirtualRouter,
  state: Master,
  conditions: Conditions,
  { source }: Advert,
  now: Instant,
): Step => ({
  state: { ...state, nextAdvertAt: after(now, router.advertInterval) },
  effects: [note({ kind: 'priority-zero-received', as: 'master', source }), advertise(conditions)],
})

/** On equal priorities the higher primary address wins, and only in this state. */
function compareRank(advert: Advert, conditions: Conditions): 'higher' | 'lower' | 'same' {
  if (advert.priority !== conditions.priority)
    return advert.priority > conditions.priority ? 'higher' : 'lower'
  if (conditions.source === undefined || advert.source === conditions.source) return 'same'
  return compareIp(advert.source, conditions.source) > 0 ? 'higher' : 'lower'
}

/** keepalived tells a lower master who is master here, and mends what it may have told the LAN by ARP. */
function forceElection(
  router: VirtualRouter,
  state: Master,
  conditions: Conditions,
  { source, priority }: Advert,
  now: Instant,
): Step {
  const silent = router.lowerPrioNoAdvert
  const nextAdvertAt = silent ? state.nextAdvertAt : after(now, router.advertInterval)
  return {
    state: withLowerPrioBurst(router, { ...state, nextAdvertAt }, now),
    effects: [
      happened({ kind: 'forcing-election', source, priority, ours: conditions.priority }),
      ...(silent ? [] : [advertise(conditions)]),
      { type: 'announce', repeat: router.garp.lowerPrioRepeat },
    ],
  }
}

/** Each such advert puts the burst off: one is due when the other master has been silent for the delay. */
export function withLowerPrioBurst({ garp }: VirtualRouter, state: Master, now: Instant): Master {
  return garp.lowerPrioDelay > 0 ? { ...state, lowerPrioBurstAt: after(now, garp.lowerPrioDelay) } : state
}

function yieldToAdvert(router: VirtualRouter, conditions: Conditions, advert: Advert, now: Instant): Step {
  const { source, priority, arrivedAt } = advert
  const ours = conditions.priority
  const kind = priority > ours ? 'higher-priority' : 'higher-address'
  const heardAt = countsFrom(router, advert, now)
  const cause: TransitionCause = { kind, source, priority }
  const { state, effects } = yieldTo(router, conditions, heardAt, cause, learn(router, {}, advert))
  return {
    state: { ...state, master: { address: source, priority, heardAt: arrivedAt } },
    effects: [
      happened({ kind: 'yielding', source, priority, ours }),
      ...(router.higherPrioSendAdvert ? [advertise(conditions)] : []),
      ...effects,
    ],
  }
}

interface Yielded {
  readonly state: Backup
  readonly effects: readonly Effect[]
}

/**
 * No priority 0: the other side is already Master.
 *
 * @param learned of its advert, where there is one
 */
export function yieldTo(
  router: VirtualRouter,
  conditions: Conditions,
  heardAt: Instant,
  cause: TransitionCause,
  learned: Learned = {},
): Yielded {
  const intervals = learnedIntervals(router, learned)
  const masterDownAt = after(heardAt, masterDownInterval(intervals, conditions.priority))
  return {
    state: { ...listening(masterDownAt), ...learned },
    effects: [
      transition('master', 'backup', cause),
      ...withdraw,
      notify('BACKUP', conditions.priority),
      ...describeInterval('interval-learned', router, intervals),
    ],
  }
}
