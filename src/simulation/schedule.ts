/** What is to happen when, in the order of time and, at one instant, of being planned. */

import type { Instant } from '../base/time.ts'

interface Planned {
  readonly at: Instant
  readonly turn: number
  readonly action: () => void
}

/** A binary heap. */
export class Schedule {
  private readonly heap: Planned[] = []
  private turns = 0

  plan(at: Instant, action: () => void): void {
    const { heap } = this
    let place = heap.push({ at, turn: this.turns++, action }) - 1
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (!this.isBefore(place, parent)) return
      this.swap(place, parent)
      place = parent
    }
  }

  /** Removes and gives what is next; undefined when nothing is planned up to then. */
  takeUntil(until: Instant): Planned | undefined {
    const [first] = this.heap
    if (first === undefined || first.at > until) return undefined
    const last = this.heap.pop()
    if (last !== undefined && last !== first) {
      this.heap[0] = last
      this.sink()
    }
    return first
  }

  private sink(): void {
    let place = 0
    for (;;) {
      let least = place
      for (const child of [2 * place + 1, 2 * place + 2])
        if (child < this.heap.length && this.isBefore(child, least)) least = child
      if (least === place) return
      this.swap(place, least)
      place = least
    }
  }

  private isBefore(a: number, b: number): boolean {
    const [one, other] = [this.heap[a], this.heap[b]]
    if (one === undefined || other === undefined) return false
    return one.at < other.at || (one.at === other.at && one.turn < other.turn)
  }

  private swap(a: number, b: number): void {
    const [one, other] = [this.heap[a], this.heap[b]]
    if (one === undefined || other === undefined) return
    this.heap[a] = other
    this.heap[b] = one
  }
}
