/**
 * Where tests that choose at random begin: a number for each of them, the same in every run, so that a run says
 * something of what was changed and nothing of its luck. VRRPD_FRESH=1 takes others and prints them;
 * `npm run test:fresh` runs with those what takes a seed. A variable of that name sets one, and repeats what it chose.
 */

const FIXED = {
  /** Of fast-check, where a property names none (properties.ts). */
  VRRPD_PROPERTIES: 20261130,
  VRRPD_KERNEL_SEED: 20261130,
  VRRPD_LIMITS: 20261130,
  VRRPD_LINES: 20261130,
  VRRPD_CORPUS: 20261130,
  VRRPD_MOVES: 20261130,
} as const

export type SeedName = keyof typeof FIXED

type Environment = Record<string, string | undefined>

export const isFresh = ({ VRRPD_FRESH }: Environment = process.env): boolean =>
  VRRPD_FRESH !== undefined && VRRPD_FRESH !== '' && VRRPD_FRESH !== '0'

/** Of a test that is not to go the same way twice. */
export const freshSeed = (): number => Math.floor(Math.random() * 2 ** 31)

export const seedOf = (name: SeedName, env: Environment = process.env): number =>
  Number(env[name] ?? FIXED[name])

/**
 * Once for a run, before it starts its workers: with VRRPD_FRESH what no variable sets gets a fresh seed, by setting it.
 * @returns what repeats the run, to be printed; undefined where nothing is fresh
 */
export function chooseSeeds(env: Environment = process.env): string | undefined {
  if (!isFresh(env)) return undefined
  const names = Object.keys(FIXED) as readonly SeedName[]
  for (const name of names) env[name] ??= String(freshSeed())
  return names.map((name) => `${name}=${env[name] ?? ''}`).join(' ')
}
