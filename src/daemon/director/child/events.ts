/** The journal of virtual servers for clients: what they ask for of it, and the stream of those who follow. */

import type { EventReport, EventsReport } from '../../../control/events.ts'
import { succeeded, type Response } from '../../../control/protocol.ts'
import { namedBy } from '../../../control/server-name.ts'
import type { Stream } from '../../../control/stream.ts'
import { happeningKind, happeningText, subjectsOf } from './happening-text.ts'
import type { Happened, LvsJournal } from './journal.ts'

type Entries = Pick<LvsJournal, 'entries' | 'forgotten'>

export function eventOf({ id, wallMs, happening }: Happened): EventReport {
  const at = new Date(wallMs).toISOString()
  const { virtualServer, realServer } = subjectsOf(happening)
  return {
    ...{ id, at, kind: happeningKind(happening), instance: null },
    subject: realServer ?? virtualServer ?? 'ipvs',
    text: happeningText(happening),
    ...{ cause: null, count: 1, until: at, virtualServer, realServer },
  }
}

export type WantedEvent = (event: EventReport) => boolean

/** @param subject a virtual or a real server; undefined: all there is */
export function wantedBy(subject: string | undefined): WantedEvent {
  if (subject === undefined) return () => true
  const isMeant = namedBy(subject)
  const isOne = (name: string | null | undefined): boolean => typeof name === 'string' && isMeant(name)
  return ({ virtualServer, realServer }) => isOne(virtualServer) || isOne(realServer)
}

/** @param last at most so many, the newest; undefined: all */
export function pastEvents(journal: Entries, wanted: WantedEvent, last: number | undefined): EventsReport {
  const found = journal.entries.map(eventOf).filter(wanted)
  return {
    events: last === undefined ? found : found.slice(Math.max(0, found.length - last)),
    forgotten: journal.forgotten,
  }
}

export class LvsEventStream implements Stream {
  private readonly journal: Entries
  private readonly wanted: WantedEvent
  private readonly unsubscribe: () => void
  private first: EventsReport | undefined
  private read: number
  private over = false
  private wake: () => void = () => undefined

  constructor(journal: Entries & Pick<LvsJournal, 'onAdded'>, wanted: WantedEvent, last: number | undefined) {
    this.journal = journal
    this.wanted = wanted
    this.first = pastEvents(journal, wanted, last)
    this.read = lastIdOf(journal)
    this.unsubscribe = journal.onAdded(() => {
      this.wake()
    })
  }

  async next(): Promise<Response | undefined> {
    const past = this.first
    this.first = undefined
    if (past) return succeeded<'lvs-follow'>(past)
    while (!this.over) {
      const news = this.news()
      if (news.events.length > 0) return succeeded<'lvs-follow'>(news)
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
    const { read, journal } = this
    this.read = lastIdOf(journal)
    const news = journal.entries.filter(({ id }) => id > read)
    const oldest = journal.entries[0]?.id ?? read + 1
    return { events: news.map(eventOf).filter(this.wanted), forgotten: Math.max(0, oldest - read - 1) }
  }
}

export const lastIdOf = ({ entries, forgotten }: Entries): number => entries.at(-1)?.id ?? forgotten
