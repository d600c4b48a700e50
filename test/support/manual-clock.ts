/** Time that stands still until a test moves it. */

import { after, instant, type Clock, type Duration, type Instant } from '../../src/base/time.ts'

export class ManualClock implements Clock {
  #now: Instant

  /** @param start a million seconds by default, so that nothing relies on zero. */
  constructor(start: Instant = instant(1e12)) {
    this.#now = start
  }

  now(): Instant {
    return this.#now
  }

  /** Moves on without running any timer: what a suspended machine sees. */
  skip(span: Duration): void {
    this.#now = after(this.#now, span)
  }

  moveTo(moment: Instant): void {
    if (moment > this.#now) this.#now = moment
  }
}

interface Timer {
  readonly at: Instant
  readonly callback: () => void
}

/** The port of src/scripts/types.ts and src/system/timers.ts, driven by `advance`. */
export class ManualTimers {
  readonly clock: ManualClock
  #timers: Timer[] = []

  constructor(clock: ManualClock = new ManualClock()) {
    this.clock = clock
  }

  /** Timers that have neither fired nor been cancelled. */
  get pending(): number {
    return this.#timers.length
  }

  after(delay: Duration, callback: () => void): () => void {
    const timer = { at: after(this.clock.now(), Math.max(0, delay) as Duration), callback }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  /** Runs the one timer that is due first, if it is due now. */
  step(): void {
    this.#take(this.clock.now())?.callback()
  }

  /** Runs what falls due on the way, each at its own moment, those of one moment in the order they were set. */
  advance(span: Duration): void {
    const end = after(this.clock.now(), span)
    for (let next = this.#take(end); next !== undefined; next = this.#take(end)) {
      this.clock.moveTo(next.at)
      next.callback()
    }
    this.clock.moveTo(end)
  }

  #take(end: Instant): Timer | undefined {
    const due = this.#timers.filter(({ at }) => at <= end)
    const next = due.reduce<Timer | undefined>(
      (first, each) => (first && first.at <= each.at ? first : each),
      undefined,
    )
    this.#timers = this.#timers.filter((timer) => timer !== next)
    return next
  }
}
