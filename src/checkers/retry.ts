/**
 * When a server is asked, and what its answers mean: keepalived's schedule of one checker.
 *
 * The first attempt comes one second after the start, and up to `warmup` later. Then the next one comes delay_loop
 * after the end of the last. A server that is up is down when the attempt after `retry` further ones has failed, each
 * delay_before_retry after the last; one success brings it back. The very first attempt needs no retries to fail
 * (SMTP_CHECK alone does). HTTP_GET asks one URL a period; once it is down it asks the URL that failed until that
 * passes, and then all of them, before it is up.
 *
 * Source: measured, keepalived 2.2.7 with IPVS stubbed, servers that answered by a list (test/checkers/retry.test.ts
 * has the lists). Not taken over: a TCP_CHECK that is down repeats its retries in each period (fixed in keepalived
 * in 2025), and an HTTP_GET with fast_recovery asks a URL that fails on the way back again without any pause.
 */

import { after, between, longer, plus, seconds, times, type Duration, type Instant } from '../base/time.ts'
import type { FailureReason, NoResultReason } from './reason.ts'
import type { LengthNote, Outcome, TimedCheck, Timing } from './types.ts'

export type Verdict = 'up' | 'down'

/** How this kind of check is scheduled. */
export interface Policy extends Timing {
  /** MISC_CHECK counts its delays from the beginning of an attempt. */
  readonly countsFrom: 'beginning' | 'end'
  /** SMTP_CHECK: a server that is down gets its retries in each period, and one that was never asked, too. */
  readonly alwaysRetries: boolean
  /** HTTP_GET; absent: one attempt is the whole check. */
  readonly urls: { readonly count: number; readonly fastRecovery: boolean } | undefined
}

/** Each field by its name: V8 gives each copy made by `...` a hidden class of its own, of which 10,000 are 3 MB. */
export const policyOf = (check: TimedCheck): Policy => ({
  delayLoop: check.timing.delayLoop,
  retry: check.timing.retry,
  delayBeforeRetry: check.timing.delayBeforeRetry,
  warmup: check.timing.warmup,
  countsFrom: check.kind === 'misc' ? 'beginning' : 'end',
  alwaysRetries: check.kind === 'smtp',
  urls: check.kind === 'http' ? { count: check.urls.length, fastRecovery: check.fastRecovery } : undefined,
})

/**
 * Where a checker is on its way through its URLs. `steady`: all is well. `first-round`: alpha, never up; a failure
 * counts at once. `failed-url`: down, and only the URL that failed is asked. `way-back`: it has passed, now all are
 * asked; one that fails is asked again until it passes.
 */
export type Stage = 'steady' | 'first-round' | 'failed-url' | 'way-back'

export type Activity =
  | { readonly kind: 'waiting'; readonly until: Instant }
  | { readonly kind: 'running'; readonly since: Instant }
  /** ha_suspend: nothing is asked, the verdict stays. */
  | { readonly kind: 'suspended' }

export interface Counts {
  readonly successes: number
  readonly failures: number
  readonly noResults: number
}

export interface LastAttempt {
  readonly at: Instant
  readonly took: Duration
  readonly outcome: Outcome
}

export interface CheckerState {
  readonly verdict: Verdict
  readonly stage: Stage
  /** Index of the URL that is asked, or is next. */
  readonly url: number
  /** Failed attempts of the series that is going on, 0..retry. */
  readonly failures: number
  /** All of it has passed at least once. */
  readonly hasPassed: boolean
  readonly activity: Activity
  readonly last: LastAttempt | undefined
  readonly counts: Counts
}

/** What an attempt came to, for those who tell and count. */
export type Finding =
  | {
      readonly kind: 'success'
      readonly url: number
      /** Before it. */
      readonly verdict: Verdict
      /** The first time that all of it has passed, or all of it again after it was down. */
      readonly isNews: boolean
      readonly note: LengthNote | undefined
    }
  | {
      readonly kind: 'failure'
      readonly url: number
      readonly reason: FailureReason
      /** Before it. */
      readonly verdict: Verdict
      readonly stage: Stage
      /** It is the last of its series, and no further one could have saved the server. */
      readonly isFinal: boolean
      /** Nothing was known before. */
      readonly isFirst: boolean
      /** Of its series, from 1 on. */
      readonly attempt: number
    }
  | {
      readonly kind: 'no-result'
      readonly reason: NoResultReason
      /** The attempt before came to nothing for the same reason. */
      readonly isRepeated: boolean
    }

export interface Step {
  readonly state: CheckerState
  readonly finding: Finding
  /** Present when it is another one than before. */
  readonly change: Verdict | undefined
}

const FIRST_CHECK: Duration = seconds(1)

/** @param random 0 ≤ random < 1; makes one checker's first attempt come at another time than its neighbour's. */
const firstCheckAt = (policy: Policy, now: Instant, random: number): Instant =>
  after(now, plus(FIRST_CHECK, times(policy.warmup, random)))

/** A checker of which nothing is known. */
export const begin = (policy: Policy, alpha: boolean, now: Instant, random: number): CheckerState => ({
  verdict: alpha ? 'down' : 'up',
  stage: alpha ? 'first-round' : 'steady',
  url: 0,
  failures: policy.alwaysRetries ? 0 : policy.retry,
  hasPassed: false,
  activity: { kind: 'waiting', until: firstCheckAt(policy, now, random) },
  last: undefined,
  counts: { successes: 0, failures: 0, noResults: 0 },
})

/**
 * After a reload that asks the same: what is known stays, and it is asked as if it had just begun, also one that was
 * suspended. The policy may be another one than before.
 */
export function restart(state: CheckerState, policy: Policy, now: Instant, random: number): CheckerState {
  const until = firstCheckAt(policy, now, random)
  return { ...state, failures: Math.min(state.failures, policy.retry), activity: { kind: 'waiting', until } }
}

/** When the next attempt is to begin; undefined while one is under way, or none is wanted. */
export const dueAt = ({ activity }: CheckerState): Instant | undefined =>
  activity.kind === 'waiting' ? activity.until : undefined

/** Begins an attempt when it is time; undefined when it is not. */
export function attempt(state: CheckerState, now: Instant): CheckerState | undefined {
  const due = dueAt(state)
  return due === undefined || due > now ? undefined : { ...state, activity: { kind: 'running', since: now } }
}

/** An attempt under way is to be given up; what would have come of it counts for nothing. */
export const suspend = (state: CheckerState): CheckerState => ({ ...state, activity: { kind: 'suspended' } })

/** Asked again at `at`; a checker that is not suspended stays as it is. */
export const resume = (state: CheckerState, at: Instant): CheckerState =>
  state.activity.kind === 'suspended' ? { ...state, activity: { kind: 'waiting', until: at } } : state

/** The attempt under way has come to this. Undefined when there is none: it was given up. */
export function settle(
  state: CheckerState,
  policy: Policy,
  outcome: Outcome,
  now: Instant,
): Step | undefined {
  if (state.activity.kind !== 'running') return undefined
  const began = state.activity.since
  const { next, pause, finding } = judge(state, policy, outcome)
  const counted: CheckerState = {
    ...next,
    last: { at: now, took: between(began, now), outcome },
    counts: count(state.counts, outcome),
    activity: { kind: 'waiting', until: nextAt(policy, began, now, pause) },
  }
  return {
    state: counted,
    finding,
    change: counted.verdict === state.verdict ? undefined : counted.verdict,
  }
}

function nextAt(policy: Policy, began: Instant, now: Instant, pause: Duration): Instant {
  if (policy.countsFrom === 'end') return after(now, pause)
  // A program that takes longer than its period is followed by the next one at once, never overlapped.
  return after(now, longer(0 as Duration, between(now, after(began, pause))))
}

const count = (counts: Counts, { kind }: Outcome): Counts => ({
  successes: counts.successes + (kind === 'success' ? 1 : 0),
  failures: counts.failures + (kind === 'failure' ? 1 : 0),
  noResults: counts.noResults + (kind === 'no-result' ? 1 : 0),
})

interface Judgement {
  /** But for when, and what is counted. */
  readonly next: CheckerState
  readonly pause: Duration
  readonly finding: Finding
}

function judge(state: CheckerState, policy: Policy, outcome: Outcome): Judgement {
  switch (outcome.kind) {
    case 'success':
      return onSuccess(state, policy, outcome.note)
    case 'failure':
      return onFailure(state, policy, outcome.reason)
    case 'no-result': {
      const before = state.last?.outcome
      const isRepeated = before?.kind === 'no-result' && sameReason(before.reason, outcome.reason)
      return {
        next: state,
        pause: policy.delayLoop,
        finding: { kind: 'no-result', reason: outcome.reason, isRepeated },
      }
    }
  }
}

const sameReason = (one: NoResultReason, other: NoResultReason): boolean =>
  JSON.stringify(one) === JSON.stringify(other)

function onSuccess(state: CheckerState, policy: Policy, note: LengthNote | undefined): Judgement {
  const { verdict, url } = state
  const told = { kind: 'success', url, verdict, note } as const
  const count = policy.urls?.count ?? 1
  // A URL that failed has to pass, and then all of them.
  if (policy.urls !== undefined && state.stage === 'failed-url')
    return {
      next: { ...state, stage: 'way-back', url: 0, failures: 0 },
      pause: pauseOnTheWay(policy),
      finding: { ...told, isNews: false },
    }
  const isLast = url + 1 >= count
  const goesUp = verdict === 'down' && isLast
  const isNews = isLast && (goesUp || !state.hasPassed)
  const next: CheckerState = {
    ...state,
    url: isLast ? 0 : url + 1,
    failures: 0,
    stage: isLast ? 'steady' : state.stage,
    verdict: goesUp ? 'up' : verdict,
    hasPassed: state.hasPassed || isLast,
  }
  const pause = next.verdict === 'down' ? pauseOnTheWay(policy) : policy.delayLoop
  return { next, pause, finding: { ...told, isNews } }
}

const pauseOnTheWay = ({ urls, delayLoop }: Policy): Duration =>
  urls?.fastRecovery === true ? (0 as Duration) : delayLoop

function onFailure(state: CheckerState, policy: Policy, reason: FailureReason): Judgement {
  const { verdict, stage, url, failures, counts } = state
  const isFirst = counts.successes + counts.failures === 0
  const told = { kind: 'failure', url, reason, verdict, stage, isFirst } as const
  const attempt = failures + 1
  const again: Judgement = {
    next: { ...state, failures: Math.min(attempt, policy.retry) },
    pause: policy.delayBeforeRetry,
    finding: { ...told, isFinal: false, attempt },
  }
  // On the way back the same URL is asked until it passes, and not without a pause.
  if (policy.urls !== undefined && stage === 'way-back')
    return policy.delayBeforeRetry > 0 ? again : { ...again, pause: policy.delayLoop }
  const mayRetry = verdict === 'up' || policy.alwaysRetries
  if (mayRetry && failures < policy.retry) return again
  return {
    next: { ...state, verdict: 'down', stage: 'failed-url', failures: 0 },
    pause: policy.urls === undefined ? policy.delayLoop : longer(policy.delayBeforeRetry, policy.delayLoop),
    finding: { ...told, isFinal: true, attempt },
  }
}
