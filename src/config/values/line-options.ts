/** Lines of lists: what comes first, then options in any order, as ip(8) has them. */

import type { Details, Report } from '../diagnostics/diagnostics.ts'
import type { Word } from '../syntax/lexer.ts'
import { errorAt } from '../syntax/place-diagnostic.ts'

/**
 * What an option does with its value, where it is not simply taken; both have been reported.
 * - `drop`: the whole line is given up
 * - `stop`: the rest of the line is not read, what stands before it holds
 */
export type Outcome = 'drop' | 'stop' | undefined

export interface LineOption<T> {
  /** Options without a value are called with the option's own word; `if-any`: at the end of a line, too. */
  readonly takesValue: boolean | 'if-any'
  /** Words that may stand before the value: `mtu lock 1400`, `via inet6 fe80::1`. */
  readonly prefixes?: readonly string[]
  readonly apply: (target: T, given: Word, report: Report, option: Word, prefix?: Word) => Outcome
}

export type OptionTable<T> = ReadonlyMap<string, LineOption<T>>

export const bare = <T>(apply: (target: T) => void): LineOption<T> => ({
  takesValue: false,
  apply: (target) => {
    apply(target)
    return undefined
  },
})

export const valued = <T>(apply: LineOption<T>['apply']): LineOption<T> => ({
  takesValue: true,
  apply,
})

export interface Handlers<T> {
  readonly options: OptionTable<T>
  /** What a word means where an option before it has words of its own, as `encap` has. */
  inner?(target: T, word: string): LineOption<T> | undefined
  /** A word that is no option. */
  unknown(target: T, given: Word, report: Report): Outcome
  /** An option at the end of the line that wants a value: the line is given up. */
  missing(option: Word, report: Report, target: T): void
}

/** False when the line is given up. */
export function readOptions<T>(
  words: readonly Word[],
  target: T,
  handlers: Handlers<T>,
  report: Report,
): boolean {
  for (let index = 0; index < words.length; index++) {
    const word = words[index]
    if (word === undefined) return true
    const option = handlers.inner?.(target, word.text) ?? handlers.options.get(word.text)
    let outcome: Outcome
    if (option === undefined) {
      outcome = handlers.unknown(target, word, report)
    } else if (option.takesValue === false) {
      outcome = option.apply(target, word, report, word)
    } else {
      const prefix =
        option.prefixes?.includes(words[index + 1]?.text ?? '') === true ? words[++index] : undefined
      const value = words[++index]
      if (value === undefined && option.takesValue === true) {
        handlers.missing(word, report, target)
        return false
      }
      outcome = option.apply(target, value ?? word, report, word, prefix)
    }
    if (outcome !== undefined) return outcome === 'stop'
  }
  return true
}

export const MOST_32_BITS = 4_294_967_295

/** A word that is none of what it should be, and so costs its whole line. */
export function drop(given: Word, what: string, report: Report, details: Details = {}): 'drop' {
  report(errorAt(given, 'invalid-value', `'${given.text}' is no ${what}: the line is ignored`, details))
  return 'drop'
}

/**
 * What keepalived 2.2.7 takes without a word, and the kernel then refuses or understands as something
 * else: the line counts for nothing, and the rest of it is read for what is wrong in it.
 */
export function leaveOut(draft: { unusable?: true }, given: Word, what: string, report: Report): Outcome {
  drop(given, what, report, { inKeepalived: 'no' })
  draft.unusable = true
  return undefined
}
