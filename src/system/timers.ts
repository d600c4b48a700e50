/** Many one-shot timers over one alarm. */

import { after, microseconds, type Clock, type Duration, type Instant } from '../base/time.ts'
import { Alarm, systemClock } from './clock.ts'

interface Timer {
  readonly at: Instant
  readonly callback: () => void
}

export class SystemTimers {
  readonly #clock: Clock = systemClock
  readonly #alarm: Alarm = new Alarm(() => this.#fire())
  /** The earliest first; of equal ones, the one that was set first. */
  readonly #waiting: Timer[] = []

  /** Calls back once, not before `delay` has passed; the returned function cancels. */
  after(delay: Duration, callback: () => void): () => void {
    const timer: Timer = { at: after(this.#clock.now(), microseconds(Math.max(0, delay))), callback }
    this.#waiting.splice(positionOf(timer, this.#waiting), 0, timer)
    this.#arm()
    return () => {
      this.#cancel(timer)
    }
  }

  /** Nothing fires any more. */
  close(): void {
    this.#waiting.length = 0
    this.#alarm.close()
  }

  #cancel(timer: Timer): void {
    const index = this.#waiting.indexOf(timer)
    if (index < 0) return
    this.#waiting.splice(index, 1)
    this.#arm()
  }

  #fire(): void {
    const now = this.#clock.now()
    try {
      for (let next = this.#due(now); next !== undefined; next = this.#due(now)) next.callback()
    } finally {
      // Also when a callback threw: the others are still due.
      this.#arm()
    }
  }

  /** Timers set by a callback are later than the moment this started with. */
  #due(now: Instant): Timer | undefined {
    const first = this.#waiting[0]
    return first !== undefined && first.at <= now ? this.#waiting.shift() : undefined
  }

  #arm(): void {
    this.#alarm.set(this.#waiting[0]?.at)
  }
}

/** Behind all that are not later. */
function positionOf(timer: Timer, sorted: readonly Timer[]): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const at = sorted[middle]?.at
    if (at !== undefined && at <= timer.at) low = middle + 1
    else high = middle
  }
  return low
}
