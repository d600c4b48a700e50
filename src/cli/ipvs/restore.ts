/** A file of command lines (`-R`) as words. Pure. Measured, ipvsadm 1.31: no quotes, no escapes, no comments. */

export interface RestoreLine {
  /** From 1. */
  readonly number: number
  /** Never empty. */
  readonly words: readonly string[]
}

/** `ipvsadm` is left out wherever it stands; lines of nothing else are none. */
export const restoreLines = (text: string): readonly RestoreLine[] =>
  text
    .split('\n')
    .map((line, index) => ({
      number: index + 1,
      words: line.split(/[ \t\r]+/).filter((word) => word !== '' && word !== 'ipvsadm'),
    }))
    .filter(({ words }) => words.length > 0)
