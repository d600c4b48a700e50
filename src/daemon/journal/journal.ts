/**
 * The last things that happened, in a ring of bounded size. Each event has a
 * number of its own for ever, so that a later one can name its cause and a
 * reader can say how far it has read. What repeats itself (a neighbour with a
 * wrong password sends an advert a second) is one event with a count.
 */

import type { EventKind, EventReport, EventsReport } from '../../control/events.ts'

export interface NewEvent {
  readonly kind: EventKind
  readonly instance?: string | undefined
  readonly subject: string
  readonly text: string
  /** The id of an earlier event. */
  readonly cause?: number | undefined
  /** Events of the same key within REPEAT_MS are counted, not told again. */
  readonly repeatKey?: string | undefined
}

const CAPACITY = 1_000

/** After so long what goes on is told anew: somebody who looks at the newest events has to see it. */
const REPEAT_MS = 600_000

interface Entry {
  readonly report: EventReport
  readonly atMs: number
  readonly repeatKey: string | undefined
}

export class Journal {
  private readonly capacity: number
  private readonly slots: Entry[] = []
  private readonly byKey = new Map<string, number>()
  private last = 0

  constructor(capacity: number = CAPACITY) {
    this.capacity = capacity
  }

  /** 0 before the first event. */
  get lastId(): number {
    return this.last
  }

  /**
   * @param atMs by the wall clock, since the epoch
   * @returns its id, which is an earlier one's where it only repeats that
   */
  append(event: NewEvent, atMs: number): number {
    const repeated = this.repeat(event.repeatKey, atMs)
    if (repeated !== undefined) return repeated
    const id = ++this.last
    const at = new Date(atMs).toISOString()
    const { kind, instance = null, subject, text, cause = null, repeatKey } = event
    const report = { id, at, kind, instance, subject, text, cause, count: 1, until: at }
    this.forget(this.slots[this.slotOf(id)])
    this.slots[this.slotOf(id)] = { report, atMs, repeatKey }
    if (repeatKey !== undefined) this.byKey.set(repeatKey, id)
    return id
  }

  get(id: number | null | undefined): EventReport | undefined {
    if (typeof id !== 'number') return undefined
    const entry = this.slots[this.slotOf(id)]
    return entry?.report.id === id ? entry.report : undefined
  }

  /** What came after that id, the oldest first. */
  after(id: number): EventsReport {
    const first = Math.max(id, this.last - this.capacity) + 1
    const events: EventReport[] = []
    for (let each = first; each <= this.last; each++) {
      const report = this.get(each)
      if (report) events.push(report)
    }
    return { events, forgotten: first - id - 1 }
  }

  private repeat(key: string | undefined, atMs: number): number | undefined {
    const id = key === undefined ? undefined : this.byKey.get(key)
    if (id === undefined) return undefined
    const slot = this.slotOf(id)
    const entry = this.slots[slot]
    // A clock that was set back must not keep one event open for ever.
    if (!entry || Math.abs(atMs - entry.atMs) >= REPEAT_MS) return undefined
    const { report } = entry
    const until = new Date(Math.max(atMs, entry.atMs)).toISOString()
    this.slots[slot] = { ...entry, report: { ...report, count: report.count + 1, until } }
    return id
  }

  private forget(entry: Entry | undefined): void {
    const key = entry?.repeatKey
    if (key !== undefined && this.byKey.get(key) === entry?.report.id) this.byKey.delete(key)
  }

  private slotOf(id: number): number {
    return (id - 1) % this.capacity
  }
}
