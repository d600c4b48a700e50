/** One real server of one virtual server: its checkers' verdicts, whether it is up, and its weight. */

import type { Instant } from '../base/time.ts'
import type { Checker } from './configuration.ts'
import type { Server } from './setup.ts'
import { effectiveWeight, sameSay, type WeightSay } from './weights.ts'

export interface CheckerState {
  readonly checker: Checker
  /** It counts so; until its first verdict by `alpha`, or as the server did before a reload. */
  readonly up: boolean
  /** It has given a verdict. */
  readonly hasRun: boolean
  readonly say: WeightSay | undefined
}

export interface RealServerState {
  readonly server: Server
  readonly checkers: readonly CheckerState[]
  /** All checkers are: the first that fails takes it out, the last that recovers brings it back. */
  readonly up: boolean
  /** Effective. */
  readonly weight: number
  readonly since: Instant
  /** The last verdict's words that made it so: `connect refused`. */
  readonly reason: string | undefined
}

/** What one check came to. */
export interface Verdict {
  readonly up: boolean
  /** `none`: the configured weight; absent: nothing is said, and what was said before stands. */
  readonly weight?: WeightSay | 'none'
  readonly reason?: string
}

/** @param up absent: as `alpha` says */
export const freshChecker = (checker: Checker, up?: boolean): CheckerState => ({
  checker,
  up: up ?? !checker.alpha,
  hasRun: false,
  say: checker.say,
})

/** @param checkers one for each of the server's */
export const serverState = (
  server: Server,
  checkers: readonly CheckerState[],
  since: Instant,
  reason?: string,
): RealServerState => ({
  server,
  checkers,
  up: checkers.every(({ up }) => up),
  weight: weightOf(server, checkers),
  since,
  reason,
})

export const freshServer = (server: Server, now: Instant): RealServerState =>
  serverState(
    server,
    server.definition.checkers.map((checker) => freshChecker(checker)),
    now,
  )

/** @returns the same state where the verdict is the one before */
export function judged(
  state: RealServerState,
  position: number,
  verdict: Verdict,
  now: Instant,
): RealServerState {
  const before = state.checkers[position]
  if (before === undefined) return state
  const say =
    verdict.weight === undefined ? before.say : verdict.weight === 'none' ? undefined : verdict.weight
  if (before.hasRun && before.up === verdict.up && sameSay(before.say, say)) return state
  const checkers = state.checkers.with(position, { ...before, up: verdict.up, hasRun: true, say })
  const up = checkers.every((checker) => checker.up)
  const next = { ...state, checkers, up, weight: weightOf(state.server, checkers) }
  if (up === state.up && !isFirstReason(state, verdict)) return next
  return { ...next, since: now, reason: verdict.up ? undefined : (verdict.reason ?? '') }
}

/** With alpha it was down, and nobody had said why. */
const isFirstReason = ({ up, reason }: RealServerState, verdict: Pick<Verdict, 'up'>): boolean =>
  !up && reason === undefined && !verdict.up

/** Another say of one checker, without a verdict. */
export function weighed(
  state: RealServerState,
  position: number,
  say: WeightSay | undefined,
): RealServerState {
  const before = state.checkers[position]
  if (before === undefined || sameSay(before.say, say)) return state
  const checkers = state.checkers.with(position, { ...before, say })
  return { ...state, checkers, weight: weightOf(state.server, checkers) }
}

const weightOf = ({ definition }: Server, checkers: readonly CheckerState[]): number =>
  effectiveWeight(
    definition.weight,
    checkers.map(({ say }) => say),
  )

/** unchecked: in (or out, with alpha) before any of its checkers has spoken. */
export function phaseOf({ checkers, up }: RealServerState): 'unchecked' | 'up' | 'down' {
  if (checkers.length > 0 && checkers.every(({ hasRun }) => !hasRun)) return 'unchecked'
  return up ? 'up' : 'down'
}
