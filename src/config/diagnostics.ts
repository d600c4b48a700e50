/** What was found in a configuration and where. Display is separate: a Span only counts characters. */

/** [start, end) in UTF-16 units of `file`'s text; zero-width where something is missing. */
export interface Span {
  readonly file: string
  readonly start: number
  readonly end: number
}

export type Severity = 'error' | 'warning' | 'note'

export interface Related {
  readonly span: Span
  readonly message: string
}
