/** The Master state: RFC 3768 section 6.4.3. A Master always yields to a higher priority, nopreempt or not. */

import { assertNever } from '../../base/result.ts'
import { after, type Instant } from '../../base/time.ts'
import { OWNER_PRIORITY } from './priority.ts'
import { masterDownInterval, skewTime } from './timers.ts'
import { becomeFault, listening, note, notify, unchanged } from './transitions.ts'
import type { Advert, Conditions, Effect, RouterEvent, State, Step, VirtualRouter } from './state.ts'

type Master = State & { kind: 'master' }

export function onMaster(
  router: VirtualRouter,
  state: Master,
  conditions: Conditions,
  event: RouterEvent,
  now: Instant,
): Step {
  switch (event.type) {
    case 'advert':
      return onAdvert(router, state, conditions, event.advert, now)
    case 'timeout':
      return onTimeout(router, state, conditions, now)
    case 'conditions':
      return onConditions(state, conditions, event.before)
    case 'address-lost':
      return onAddressLost(conditions, event.address, now)
    case 'follow':
      if (event.to === 'master') return unchanged(state)
      return yieldTo(router, conditions, now, `sync group follows ${event.because}`)
    case 'stop':
      return onStop(conditions)
    case 'start':
      return unchanged(state)
    default:
      return assertNever(event)
  }
}

function onAdvert(
  router: VirtualRouter,
  state: Master,
  conditions: Conditions,
  advert: Advert,
  now: Instant,
): Step {
  const { source, priority } = advert
  if (priority === 0) {
    // The other one leaves; RFC 3768 section 6.4.3 answers at once so that everybody hears who stays.
    return {
      state: { ...state, nextAdvertAt: after(now, router.advertInterval) },
      effects: [
        note({ kind: 'priority-zero-received', as: 'master', source }),
        { type: 'send-advert', priority: conditions.priority, copies: 1 },
      ],
    }
  }
  const rank = compareRank(advert, conditions)
  if (rank === 'same') {
    return { state, effects: [note({ kind: 'own-address-advert', source })] }
  }
  const owners: readonly Effect[] =
    priority === OWNER_PRIORITY && conditions.priority === OWNER_PRIORITY
      ? [note({ kind: 'two-owners', source, yielding: rank === 'higher' })]
      : []
  if (rank === 'lower') {
    const forced = forceElection(router, state, conditions, advert, now)
    return { state: forced.state, effects: [...owners, ...forced.effects] }
  }
  const why = `advert from a master of ${priority > conditions.priority ? 'higher priority' : 'the same priority and a higher address'}`
  const yielded = yieldTo(router, conditions, now, why, advert)
  const last: readonly Effect[] = router.higherPrioSendAdvert
    ? [{ type: 'send-advert', priority: conditions.priority, copies: 1 }]
    : []
  return {
    state: yielded.state,
    effects: [
      ...owners,
      note({ kind: 'yielding', source, priority, ours: conditions.priority }),
      ...last,
      ...yielded.effects,
    ],
  }
}

/** On equal priorities the higher primary address wins, and only in this state (RFC 3768 section 6.4.3). */
function compareRank(advert: Advert, conditions: Conditions): 'higher' | 'lower' | 'same' {
  if (advert.priority !== conditions.priority)
    return advert.priority > conditions.priority ? 'higher' : 'lower'
  if (conditions.source === undefined || advert.source === conditions.source) return 'same'
  return advert.source > conditions.source ? 'higher' : 'lower'
}

/** keepalived tells a lower master who is master here, and mends what it may have told the LAN by ARP. */
function forceElection(
  router: VirtualRouter,
  state: Master,
  conditions: Conditions,
  advert: Advert,
  now: Instant,
): Step {
  const { garp } = router
  const ours = conditions.priority
  const answer: readonly Effect[] = router.lowerPrioNoAdvert
    ? []
    : [{ type: 'send-advert', priority: ours, copies: 1 }]
  return {
    state: {
      ...state,
      nextAdvertAt: router.lowerPrioNoAdvert ? state.nextAdvertAt : after(now, router.advertInterval),
      secondBurstAt: garp.lowerPrioDelay > 0 ? after(now, garp.lowerPrioDelay) : state.secondBurstAt,
      secondBurstRepeat: garp.lowerPrioDelay > 0 ? garp.lowerPrioRepeat : state.secondBurstRepeat,
    },
    effects: [
      note({ kind: 'forcing-election', source: advert.source, priority: advert.priority, ours }),
      ...answer,
      { type: 'announce', repeat: garp.lowerPrioRepeat },
    ],
  }
}

/** No priority 0: the other side is already Master. */
function yieldTo(
  router: VirtualRouter,
  conditions: Conditions,
  now: Instant,
  because: string,
  advert?: Advert,
): Step {
  const heardAt = advert?.arrivedAt ?? now
  return {
    state: {
      ...listening(after(heardAt, masterDownInterval(router, conditions.priority))),
      master: advert && { address: advert.source, priority: advert.priority, heardAt },
    },
    effects: [
      note({ kind: 'transition', from: 'master', to: 'backup', because }),
      note({ kind: 'removing-addresses' }),
      { type: 'withdraw' },
      notify('BACKUP', conditions.priority),
    ],
  }
}

function onTimeout(router: VirtualRouter, state: Master, conditions: Conditions, now: Instant): Step {
  const effects: Effect[] = []
  let next = state
  if (state.nextAdvertAt <= now) {
    // Counted from the last deadline, so that lateness does not add up; from now after a long pause.
    const onTime = after(state.nextAdvertAt, router.advertInterval)
    next = { ...next, nextAdvertAt: onTime > now ? onTime : after(now, router.advertInterval) }
    effects.push({ type: 'send-advert', priority: conditions.priority, copies: 1 })
  }
  if (state.secondBurstAt !== undefined && state.secondBurstAt <= now) {
    next = { ...next, secondBurstAt: undefined }
    effects.push({ type: 'announce', repeat: state.secondBurstRepeat })
  }
  if (state.refreshAt !== undefined && state.refreshAt <= now) {
    next = { ...next, refreshAt: after(now, router.garp.refresh) }
    effects.push({ type: 'announce', repeat: router.garp.refreshRepeat })
  }
  return { state: next, effects }
}

/** A changed priority goes out with the next advert, not at once (measured). */
function onConditions(state: Master, conditions: Conditions, before: Conditions): Step {
  if (conditions.faults.length > 0) return becomeFault(state, conditions)
  if (conditions.priority === before.priority) return unchanged(state)
  return {
    state,
    effects: [note({ kind: 'priority-changed', from: before.priority, to: conditions.priority })],
  }
}

/**
 * keepalived's answer to a virtual address removed by somebody else: step down
 * with priority 0, take every address away, and stand again after Skew_Time
 * alone. A peer of higher priority wins then; otherwise all is set anew.
 */
function onAddressLost(conditions: Conditions, address: string, now: Instant): Step {
  return {
    state: listening(after(now, skewTime(conditions.priority))),
    effects: [
      note({
        kind: 'transition',
        from: 'master',
        to: 'backup',
        because: `${address} was removed by somebody else`,
      }),
      { type: 'send-advert', priority: 0, copies: 1 },
      note({ kind: 'priority-zero-sent' }),
      note({ kind: 'removing-addresses' }),
      { type: 'withdraw' },
      notify('BACKUP', conditions.priority),
    ],
  }
}

function onStop(conditions: Conditions): Step {
  return {
    state: { kind: 'initialize' },
    effects: [
      { type: 'send-advert', priority: 0, copies: 1 },
      note({ kind: 'priority-zero-sent' }),
      note({ kind: 'removing-addresses' }),
      { type: 'withdraw' },
      notify('STOP', conditions.priority),
    ],
  }
}
