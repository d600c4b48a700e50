/**
 * What a sequence of check results means. keepalived keeps one counter per
 * script, from 0 to rise + fall - 1; the service is up from `rise` on. A
 * success below `rise` counts up and at the threshold refills completely; a
 * failure above it counts down and at the threshold empties completely. So one
 * success makes up for fewer than `fall` failures, and one failure during a
 * recovery starts it again. The very first result counts at once, whatever
 * rise, fall and init_fail say. (Compared with keepalived 2.2.7 over random
 * sequences, see the tests.)
 */

/** Consecutive results that change the verdict; both at least 1. */
export interface Hysteresis {
  readonly rise: number
  readonly fall: number
}

export interface CheckState {
  /** 0..rise + fall - 1 */
  readonly counter: number
  /** No result has been counted yet. */
  readonly first: boolean
}

export interface Observation {
  readonly state: CheckState
  /** Present when there is something to tell: the verdict changed, or this was the first result. */
  readonly announcement?: 'succeeded' | 'failed'
}

/** Before the first result; with init_fail the service is down until then. */
export const initialState: CheckState = { counter: 0, first: true }

export const isUp = (state: CheckState, { rise }: Hysteresis): boolean => state.counter >= rise

export function observe(state: CheckState, passed: boolean, hysteresis: Hysteresis): Observation {
  return passed ? onSuccess(state, hysteresis) : onFailure(state, hysteresis)
}

function onSuccess({ counter, first }: CheckState, { rise, fall }: Hysteresis): Observation {
  if (!first && counter < rise - 1) return { state: { counter: counter + 1, first: false } }
  const state = { counter: rise + fall - 1, first: false }
  return first || counter === rise - 1 ? { state, announcement: 'succeeded' } : { state }
}

function onFailure({ counter, first }: CheckState, { rise }: Hysteresis): Observation {
  if (!first && counter > rise) return { state: { counter: counter - 1, first: false } }
  const state = { counter: 0, first: false }
  return first || counter === rise ? { state, announcement: 'failed' } : { state }
}

/** The same verdict under another rise and fall (a reload): as firm as it can be. */
export function carriedOver(state: CheckState, before: Hysteresis, now: Hysteresis): CheckState {
  if (before.rise === now.rise && before.fall === now.fall) return state
  return { ...state, counter: isUp(state, before) ? now.rise + now.fall - 1 : 0 }
}
