/**
 * A real server's weight: what is configured, and what its checkers say to that. Each checker's say is kept and the sum
 * made anew: 2.2.7 adds differences to a counter, which leak when a script is killed (keepalived issue 2720).
 */

/** Signed 32 bits: what the kernel takes. */
const HIGHEST = 2_147_483_647

/** MISC_CHECK with misc_dynamic names a weight, FILE_CHECK a difference. */
export type WeightSay =
  { readonly kind: 'absolute'; readonly weight: number } | { readonly kind: 'relative'; readonly by: number }

/**
 * An absolute weight stands whatever is configured (a reload with another weight does not touch it, measured, 2.2.7);
 * several of them count as the differences that they are to the configured one.
 */
export function effectiveWeight(configured: number, says: Iterable<WeightSay | undefined>): number {
  let weight = configured
  for (const say of says) {
    if (say !== undefined) weight += say.kind === 'absolute' ? say.weight - configured : say.by
  }
  return Math.min(HIGHEST, Math.max(0, weight))
}

export const sameSay = (a: WeightSay | undefined, b: WeightSay | undefined): boolean =>
  a?.kind === 'absolute'
    ? b?.kind === 'absolute' && a.weight === b.weight
    : a?.by === (b?.kind === 'relative' ? b.by : undefined) && a?.kind === b?.kind
