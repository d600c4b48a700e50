/** The journal for one subscriber: it remembers how far that one has read, and keeps nothing for it. */

import type { EventReport, EventsReport } from '../../control/events.ts'
import { succeeded, type Response } from '../../control/protocol.ts'
import type { Stream } from '../../control/stream.ts'

/** Whether a subscriber wants to hear of it. */
export type Wanted = (event: EventReport) => boolean

/** What has happened, by ids that grow: `Journal` is one. */
export interface ReadableJournal {
  /** The newest one's; 0 before the first. */
  readonly lastId: number
  /** What came after that id, the oldest first; `forgotten` are those of them that are not there any more. */
  after(id: number): EventsReport
}

/** @param last at most so many, the newest; undefined: all */
export function pastEvents(journal: ReadableJournal, wanted: Wanted, last: number | undefined): EventsReport {
  const { events, forgotten } = journal.after(0)
  const found = events.filter(wanted)
  return { events: last === undefined ? found : found.slice(Math.max(0, found.length - last)), forgotten }
}

export interface JournalPorts {
  readonly journal: ReadableJournal
  /** By the time that this hears of something the journal has it: see event-subscribers.ts. */
  readonly events: { readonly subscribe: (listener: () => void) => () => void }
}

export class JournalStream implements Stream {
  private readonly journal: ReadableJournal
  private readonly wanted: Wanted
  private readonly unsubscribe: () => void
  private first: EventsReport | undefined
  private read: number
  private over = false
  private wake: () => void = () => undefined

  constructor({ journal, events }: JournalPorts, wanted: Wanted, last: number | undefined) {
    this.journal = journal
    this.wanted = wanted
    this.first = pastEvents(journal, wanted, last)
    this.read = journal.lastId
    this.unsubscribe = events.subscribe(() => {
      if (this.read < journal.lastId) this.wake()
    })
  }

  async next(): Promise<Response | undefined> {
    const past = this.first
    this.first = undefined
    if (past) return succeeded<'follow'>(past)
    while (!this.over) {
      const news = this.news()
      if (news.events.length > 0) return succeeded<'follow'>(news)
      await new Promise<void>((resolve) => {
        this.wake = resolve
      })
    }
    return undefined
  }

  close(): void {
    this.over = true
    this.unsubscribe()
    this.wake()
  }

  private news(): EventsReport {
    const { journal } = this
    const { events, forgotten } = journal.after(this.read)
    this.read = journal.lastId
    return { events: events.filter(this.wanted), forgotten }
  }
}
