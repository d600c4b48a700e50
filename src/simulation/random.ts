/** Reproducible randomness: the same seed gives the same numbers on every machine. */

export interface Random {
  /** 0 up to, but not including, 1. */
  next(): number
  /** Both bounds included. */
  integer(least: number, most: number): number
  chance(probability: number): boolean
  pick<T>(from: readonly T[]): T
}

export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0
    return mix(state) / 2 ** 32
  }
  const integer = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1))
  return {
    next,
    integer,
    chance: (probability) => next() < probability,
    pick: (from) => {
      const picked = from[integer(0, from.length - 1)]
      if (picked === undefined) throw new Error('nothing to pick from')
      return picked
    },
  }
}

/**
 * A number of 0..1 that depends on its arguments only: the fate of a packet
 * must not change because an unrelated event was left out of the scenario.
 */
export function fate(...causes: readonly number[]): number {
  let state = 0x12345678
  for (const cause of causes) state = mix((state ^ cause) >>> 0)
  return state / 2 ** 32
}

/** The finalizer of MurmurHash3: every bit of the input alters every bit of the output. */
function mix(value: number): number {
  let mixed = value
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
