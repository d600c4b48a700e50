/** The daemon's timers: those of a process that sleeps ring when it wakes up. */

import { after, type Duration } from '../base/time.ts'
import type { Timers } from '../scripts/types.ts'
import type { Passage } from './process.ts'

export class SleepyTimers implements Timers {
  private readonly around: Passage
  private readonly isAwake: () => boolean
  private readonly missed = new Set<() => void>()
  /** Those set before belong to a process that is gone. */
  private generation = 0

  constructor(around: Passage, isAwake: () => boolean) {
    this.around = around
    this.isAwake = isAwake
  }

  after(delay: Duration, callback: () => void): () => void {
    const { generation } = this
    let cancelled = false
    const ring = (): void => {
      if (!cancelled && generation === this.generation) callback()
    }
    this.around.plan(after(this.around.now(), delay), () => {
      if (this.isAwake()) ring()
      else this.missed.add(ring)
    })
    return () => {
      cancelled = true
    }
  }

  wake(): void {
    const missed = [...this.missed]
    this.missed.clear()
    for (const ring of missed) ring()
  }

  forget(): void {
    this.generation += 1
    this.missed.clear()
  }
}
