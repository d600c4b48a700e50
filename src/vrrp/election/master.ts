/** The Master state: RFC 3768 section 6.4.3. A Master always yields to a higher priority, nopreempt or not. */

import { assertNever } from '../../base/result.ts'
import { after, before, between, plus, seconds, type Instant } from '../../base/time.ts'
import { onAdvert, withLowerPrioBurst, yieldTo } from './master-advert.ts'
import { masterDownInterval, skewTime } from '../../base/intervals.ts'
import {
  advertise,
  becomeFault,
  happened,
  listening,
  notify,
  sayGoodbye,
  transition,
  unchanged,
} from './transitions.ts'
import type {
  Conditions,
  Effect,
  Master,
  RouterEvent,
  Step,
  TransitionCause,
  VirtualRouter,
} from './state.ts'

export function onMaster(
  router: VirtualRouter,
  state: Master,
  conditions: Conditions,
  event: RouterEvent,
  now: Instant,
): Step {
  if ((event.type === 'advert' || event.type === 'timeout') && isSucceeded(router, state, conditions, now)) {
    return yieldTo(router, conditions, now, { kind: 'paused' })
  }
  switch (event.type) {
    case 'advert':
      return onAdvert(router, state, conditions, event.advert, now)
    case 'timeout':
      return onTimeout(router, state, conditions, now)
    case 'conditions':
      return onConditions(state, conditions, event)
    case 'address-lost':
      return onAddressLost(router, conditions, event.address, now)
    case 'follow':
      return onFollow(router, state, conditions, event, now)
    case 'sibling-disturbed':
      return {
        state: withLowerPrioBurst(router, state, now),
        effects: [{ type: 'announce', repeat: router.garp.lowerPrioRepeat }],
      }
    case 'stop':
      return {
        state: { kind: 'initialize', next: undefined },
        effects: [...sayGoodbye(conditions), notify('STOP', conditions.priority)],
      }
    case 'start':
      return unchanged(state)
    default:
      return assertNever(event)
  }
}

/** Adver_Timer is overdue by so much that others have missed enough of our adverts to have elected another. */
export function isSucceeded(
  router: VirtualRouter,
  state: Master,
  conditions: Conditions,
  now: Instant,
): boolean {
  if (router.pauseGuard !== true || router.preempt) return false
  const lastAdvertAt = before(state.nextAdvertAt, router.advertInterval)
  return between(lastAdvertAt, now) > masterDownInterval(router, conditions.priority)
}

/** The advert first: everything else can wait for it. */
function onTimeout(router: VirtualRouter, state: Master, conditions: Conditions, now: Instant): Step {
  const { garp } = router
  const effects: Effect[] = []
  let next = state
  if (state.nextAdvertAt <= now) {
    // Counted from the last deadline, so that lateness does not add up; from now after a long pause.
    const spacing = plus(router.advertInterval, router.advertSlack ?? seconds(0))
    const onTime = after(state.nextAdvertAt, spacing)
    next = { ...next, nextAdvertAt: onTime > now ? onTime : after(now, spacing) }
    effects.push(advertise(conditions))
  }
  if (isDue(state.secondBurstAt, now)) {
    next = { ...next, secondBurstAt: undefined }
    effects.push({ type: 'announce', repeat: garp.repeat })
  }
  if (isDue(state.lowerPrioBurstAt, now)) {
    next = { ...next, lowerPrioBurstAt: undefined }
    effects.push({ type: 'announce', repeat: garp.lowerPrioRepeat })
  }
  if (isDue(state.refreshAt, now)) {
    next = { ...next, refreshAt: after(now, garp.refresh) }
    effects.push({ type: 'announce', repeat: garp.refreshRepeat })
  }
  if (isDue(state.elsewhereAt, now)) {
    next = { ...next, elsewhereAt: garp.elsewhere === undefined ? undefined : after(now, garp.elsewhere) }
    effects.push({ type: 'announce', repeat: 1, elsewhere: true })
  }
  return { state: next, effects }
}

const isDue = (at: Instant | undefined, now: Instant): boolean => at !== undefined && at <= now

/** A changed priority goes out with the next advert, not at once (measured). */
function onConditions(
  state: Master,
  conditions: Conditions,
  { before: former, following }: RouterEvent & { type: 'conditions' },
): Step {
  if (conditions.faults.length > 0) return becomeFault(state, conditions, former, following)
  if (conditions.priority === former.priority) return unchanged(state)
  return {
    state,
    effects: [happened({ kind: 'priority-changed', from: former.priority, to: conditions.priority })],
  }
}

function onFollow(
  router: VirtualRouter,
  state: Master,
  conditions: Conditions,
  { to, because: member }: RouterEvent & { type: 'follow' },
  now: Instant,
): Step {
  const cause: TransitionCause = { kind: 'group', member }
  switch (to) {
    case 'master':
      return unchanged(state)
    case 'backup':
      return yieldTo(router, conditions, now, cause)
    case 'aside':
      return stepAside(router, conditions, cause, now)
  }
}

function onAddressLost(router: VirtualRouter, conditions: Conditions, address: string, now: Instant): Step {
  const { state, effects } = stepAside(router, conditions, { kind: 'address-lost', address }, now)
  return { state, effects: [happened({ kind: 'address-lost', address }), ...effects] }
}

/**
 * keepalived's answer to a virtual address removed by somebody else: step down
 * with priority 0, take every address away, and stand again after Skew_Time
 * alone. A peer of higher priority wins then; otherwise all is set anew.
 */
const stepAside = (
  router: VirtualRouter,
  conditions: Conditions,
  cause: TransitionCause,
  now: Instant,
): Step => ({
  state: listening(after(now, skewTime(router, conditions.priority))),
  effects: [
    transition('master', 'backup', cause),
    ...sayGoodbye(conditions),
    notify('BACKUP', conditions.priority),
  ],
})
