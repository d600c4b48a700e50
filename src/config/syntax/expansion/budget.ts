/** What one reading may come to, so that what has no end has one. */

import type { Report } from '../../diagnostics/diagnostics.ts'
import type { Place } from '../line.ts'
import { errorAt } from '../place-diagnostic.ts'

/** Enough for the 65024 instances of keepalived's own example. */
const MOST_ROUNDS = 200_000
const MOST_USES = 2_000_000
const MOST_CHARACTERS = 64 << 20
/** Of one line: nobody reads a longer one. */
const MOST_PIECES = 2_000

/** Owns the counts. What exceeds them is reported once. */
export class Budget {
  exhausted = false
  readonly #report: Report
  #rounds = 0
  #uses = 0
  #characters = 0

  constructor(report: Report) {
    this.#report = report
  }

  rounds(place: Place, count: number): boolean {
    this.#rounds += count
    return this.#allow(place, this.#rounds <= MOST_ROUNDS)
  }

  /** @param pieces of the line that this use is in. */
  use(place: Place, characters: number): boolean {
    this.#uses += 1
    this.#characters += characters
    const isShort = place.line.pieces.length <= MOST_PIECES
    return this.#allow(place, isShort && this.#uses <= MOST_USES && this.#characters <= MOST_CHARACTERS)
  }

  #allow(place: Place, isWithin: boolean): boolean {
    if (isWithin || this.exhausted) return isWithin && !this.exhausted
    this.exhausted = true
    const message = 'definitions and sequences come to too much: nothing more is expanded'
    this.#report(errorAt(place, 'expansion-limit', message, { fatal: true }))
    return false
  }
}
