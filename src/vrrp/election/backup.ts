/** The Backup state: RFC 3768 section 6.4.2 and keepalived's preempt_delay. */

import { assertNever } from '../../base/result.ts'
import { after, minus, type Instant } from '../../base/time.ts'
import { masterDownInterval, skewTime } from '../../base/intervals.ts'
import { countsFrom, intervalsOf, learn, learnedIntervals } from './timers.ts'
import {
  becomeFault,
  becomeMaster,
  describeInterval,
  happened,
  note,
  notify,
  unchanged,
} from './transitions.ts'
import type {
  Advert,
  Backup,
  Conditions,
  Effect,
  RouterEvent,
  Step,
  TransitionCause,
  VirtualRouter,
} from './state.ts'

export function onBackup(
  router: VirtualRouter,
  state: Backup,
  conditions: Conditions,
  event: RouterEvent,
  now: Instant,
): Step {
  switch (event.type) {
    case 'advert':
      return onAdvert(router, state, conditions, event.advert, now)
    case 'timeout':
      return onTimeout(router, state, conditions, now, event.heldBack)
    case 'conditions':
      return onConditions(router, state, conditions, event.before)
    case 'follow':
      if (event.to !== 'master') return unchanged(state)
      return becomeMaster(router, state, conditions, now, { kind: 'group', member: event.because })
    case 'stop':
      return {
        state: { kind: 'initialize', next: undefined },
        effects: [notify('STOP', conditions.priority)],
      }
    case 'start':
    case 'address-lost':
    case 'sibling-disturbed':
      return unchanged(state)
    default:
      return assertNever(event)
  }
}

function onAdvert(
  router: VirtualRouter,
  state: Backup,
  conditions: Conditions,
  advert: Advert,
  now: Instant,
): Step {
  const heardAt = countsFrom(router, advert, now)
  const master = { address: advert.source, priority: advert.priority, heardAt: advert.arrivedAt }
  if (advert.priority === 0) {
    const masterDownAt = after(heardAt, skewTime(intervalsOf(router, state), conditions.priority))
    return {
      state: { ...state, masterDownAt, master },
      effects: [note({ kind: 'priority-zero-received', as: 'backup', source: advert.source })],
    }
  }
  const lower = advert.priority < conditions.priority
  const delay = preemptDelay(router, state, advert, lower)
  if (lower && router.preempt && !delay.pending) {
    // Not accepted: the timer runs out, and we take over then (RFC 3768 section 6.4.2).
    return {
      state,
      effects: [
        happened({ kind: 'lower-priority-discarded', source: advert.source, priority: advert.priority }),
      ],
    }
  }
  const learned = learn(router, state, advert)
  const intervals = learnedIntervals(router, learned)
  return {
    state: {
      kind: 'backup',
      masterDownAt: after(heardAt, masterDownInterval(intervals, conditions.priority)),
      master,
      preemptAt: delay.preemptAt,
      wantsMaster: false,
      ...learned,
    },
    effects: [
      ...delay.effects,
      ...describeInterval('interval-learned', intervalsOf(router, state), intervals),
    ],
  }
}

interface PreemptDelay {
  readonly pending: boolean
  readonly preemptAt: Instant | undefined
  readonly effects: readonly Effect[]
}

/** The delay starts with the first lower-priority advert and is forgotten when a master of our rank is heard. */
function preemptDelay(router: VirtualRouter, state: Backup, advert: Advert, lower: boolean): PreemptDelay {
  if (!router.preempt || router.preemptDelay === 0)
    return { pending: false, preemptAt: undefined, effects: [] }
  if (!lower) {
    const stopped = state.preemptAt === undefined ? [] : [note({ kind: 'preempt-delay-stopped' })]
    return { pending: false, preemptAt: undefined, effects: stopped }
  }
  if (state.preemptAt !== undefined) {
    return { pending: advert.arrivedAt < state.preemptAt, preemptAt: state.preemptAt, effects: [] }
  }
  return {
    pending: true,
    preemptAt: after(advert.arrivedAt, router.preemptDelay),
    effects: [note({ kind: 'preempt-delay-started', delay: router.preemptDelay })],
  }
}

/** Held back by its group, a router keeps wanting to be Master and waits another interval (measured). */
function onTimeout(
  router: VirtualRouter,
  state: Backup,
  conditions: Conditions,
  now: Instant,
  heldBack: boolean,
): Step {
  if (now < state.masterDownAt) return unchanged(state)
  const expired = happened({ kind: 'master-down-timer-expired' })
  if (heldBack) {
    const masterDownAt = after(now, masterDownInterval(intervalsOf(router, state), conditions.priority))
    return { state: { ...state, masterDownAt, wantsMaster: true }, effects: [expired] }
  }
  const { state: master, effects } = becomeMaster(router, state, conditions, now, causeOfTakeover(state))
  return { state: master, effects: [expired, ...effects] }
}

function causeOfTakeover({ master }: Backup): TransitionCause {
  if (master === undefined) return { kind: 'no-master-heard' }
  return { kind: master.priority === 0 ? 'master-left' : 'master-down' }
}

/** keepalived shifts the running timer by the difference of the skews instead of starting it again. */
function onConditions(
  router: VirtualRouter,
  state: Backup,
  conditions: Conditions,
  before: Conditions,
): Step {
  if (conditions.faults.length > 0) return becomeFault(state, conditions, before)
  if (conditions.priority === before.priority) return unchanged(state)
  const intervals = intervalsOf(router, state)
  const shift = minus(skewTime(intervals, conditions.priority), skewTime(intervals, before.priority))
  return {
    state: { ...state, masterDownAt: after(state.masterDownAt, shift) },
    effects: [happened({ kind: 'priority-changed', from: before.priority, to: conditions.priority })],
  }
}
