/**
 * Moments at which something is due, of all checkers together: ten thousand of them, each with the next attempt and
 * the patience of the one under way, and one timer for the nearest. A binary heap whose entries know their place.
 */

import type { Instant } from '../base/time.ts'

export interface Deadline {
  readonly at: Instant
}

/** What a probe needs of it. */
export interface Deadlines {
  /** @param due called once, at that moment or later, unless cancelled */
  add(at: Instant, due: (now: Instant) => void): Deadline
  /** One that has been called, or cancelled, is left alone. */
  cancel(deadline: Deadline): void
}

interface Entry extends Deadline {
  readonly due: (now: Instant) => void
  /** Entries of one moment come in the order in which they were added. */
  readonly sequence: number
  /** In the heap; -1 when it is not in it any more. */
  place: number
}

export class Schedule implements Deadlines {
  readonly #heap: Entry[] = []
  #sequence = 0

  /** How many are to come. */
  get size(): number {
    return this.#heap.length
  }

  /** The nearest one. */
  get next(): Instant | undefined {
    return this.#heap[0]?.at
  }

  add(at: Instant, due: (now: Instant) => void): Deadline {
    const entry: Entry = { at, due, sequence: this.#sequence++, place: this.#heap.length }
    this.#heap.push(entry)
    this.#rise(entry)
    return entry
  }

  cancel(deadline: Deadline): void {
    const entry = deadline as Entry
    if (entry.place < 0 || this.#heap[entry.place] !== entry) return
    this.#remove(entry)
  }

  /** Calls all that are due; also those that these add for a moment that has come. */
  run(now: Instant): void {
    for (let first = this.#heap[0]; first !== undefined && first.at <= now; first = this.#heap[0]) {
      this.#remove(first)
      first.due(now)
    }
  }

  #remove(entry: Entry): void {
    const { place } = entry
    const last = this.#heap.pop()
    entry.place = -1
    if (last === undefined || last === entry) return
    last.place = place
    this.#heap[place] = last
    this.#rise(last)
    this.#sink(last)
  }

  #rise(entry: Entry): void {
    while (entry.place > 0) {
      const parent = this.#heap[(entry.place - 1) >> 1]
      if (parent === undefined || !isBefore(entry, parent)) return
      this.#swap(entry, parent)
    }
  }

  #sink(entry: Entry): void {
    for (;;) {
      const left = this.#heap[2 * entry.place + 1]
      const right = this.#heap[2 * entry.place + 2]
      const child = right !== undefined && left !== undefined && isBefore(right, left) ? right : left
      if (child === undefined || !isBefore(child, entry)) return
      this.#swap(child, entry)
    }
  }

  #swap(one: Entry, other: Entry): void {
    const place = one.place
    one.place = other.place
    other.place = place
    this.#heap[one.place] = one
    this.#heap[other.place] = other
  }
}

const isBefore = (one: Entry, other: Entry): boolean =>
  one.at === other.at ? one.sequence < other.sequence : one.at < other.at
