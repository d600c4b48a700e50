/** What has happened to virtual and real servers, the newest last; so many are kept. */

import type { Clock, Instant } from '../../../base/time.ts'
import type { Happening } from '../../../director/state.ts'

export interface Happened {
  /** Counts from 1 on. */
  readonly id: number
  readonly at: Instant
  /** Milliseconds since the epoch. */
  readonly wallMs: number
  readonly happening: Happening
}

const KEPT = 2000

export class LvsJournal {
  private readonly ports: { readonly clock: Clock; readonly wallMs: () => number }
  private readonly listeners = new Set<(happened: Happened) => void>()
  private kept: Happened[] = []
  private newest = 0

  constructor(ports: { readonly clock: Clock; readonly wallMs: () => number }) {
    this.ports = ports
  }

  /** The oldest first. */
  get entries(): readonly Happened[] {
    return this.kept
  }

  /** The newest one's id; 0 before the first. */
  get lastId(): number {
    return this.newest
  }

  add(happening: Happening): void {
    const { clock, wallMs } = this.ports
    const happened = { id: ++this.newest, at: clock.now(), wallMs: wallMs(), happening }
    this.kept.push(happened)
    // Now and then, and not each time: what is cut off is copied.
    if (this.kept.length >= 2 * KEPT) this.kept = this.kept.slice(-KEPT)
    for (const listener of this.listeners) listener(happened)
  }

  /** @returns ends it */
  onAdded(listener: (happened: Happened) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
}
