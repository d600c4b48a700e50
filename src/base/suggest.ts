/** "Did you mean": the known word nearest to a mistyped one. */

import { withoutInvisible } from './invisible.ts'

/** Beyond these a suggestion is not worth its time. */
const MOST_CANDIDATES = 500
const LONGEST_WORD = 40

/** Undefined unless one candidate is clearly meant: about one slip in four letters, two at most in short words. */
export function nearest(written: string, candidates: readonly string[]): string | undefined {
  if (candidates.length > MOST_CANDIDATES || written.length > LONGEST_WORD) return undefined
  // Nobody can see the difference: what is in the word has to be said instead.
  if (candidates.includes(withoutInvisible(written))) return undefined
  const allowed = Math.min(3, Math.max(1, Math.floor(written.length / 4)))
  let best: string | undefined
  let bestDistance = allowed + 1
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - written.length) > allowed) continue
    const distance = editDistance(lookalikes(written), lookalikes(candidate))
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Letters that are mistaken for one another count as the same: `1b_algo` is `lb_algo`. */
const lookalikes = (word: string): string =>
  word.toLowerCase().replace(/[1i|]/g, 'l').replace(/0/g, 'o').replace(/-/g, '_')

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] ?? 0) + 1)
      current.push(best)
    }
    before = previous
    previous = current
  }
  return previous[b.length] ?? 0
}
