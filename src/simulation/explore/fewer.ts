/** Fewer things that still show the same: delta debugging (Zeller's ddmin). Pure but for what is asked. */

/** Counts down; at 0 no more is tried. */
export interface Attempts {
  left: number
}

/**
 * @param all what shows it
 * @param shows whether fewer of them still do
 * @returns as few as were found, in their order; taking any one of them out shows it no longer, unless attempts ran out
 */
export async function fewer<T>(
  all: readonly T[],
  shows: (some: readonly T[]) => boolean | Promise<boolean>,
  attempts: Attempts,
): Promise<readonly T[]> {
  let kept = all
  let parts = 2
  while (kept.length > 0 && attempts.left > 0) {
    const size = Math.ceil(kept.length / parts)
    let isSmaller = false
    for (let start = 0; start < kept.length && attempts.left > 0; start += size) {
      const rest = [...kept.slice(0, start), ...kept.slice(start + size)]
      attempts.left -= 1
      if (!(await shows(rest))) continue
      kept = rest
      isSmaller = true
      break
    }
    if (isSmaller) parts = Math.max(2, parts - 1)
    else if (size === 1) break
    else parts = Math.min(kept.length, parts * 2)
  }
  return kept
}
