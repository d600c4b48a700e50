/** The journal of virtual servers as clients hear of it. */

import type { EventReport } from '../../../control/events.ts'
import { namedBy } from '../../../control/server-name.ts'
import type { ReadableJournal, Wanted } from '../../journal/journal-stream.ts'
import { happeningKind, happeningText, subjectsOf } from './happening-text.ts'
import type { Happened, LvsJournal } from './journal.ts'

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

/** @param subject a virtual or a real server; undefined: all there is */
export function wantedBy(subject: string | undefined): Wanted {
  if (subject === undefined) return () => true
  const isMeant = namedBy(subject)
  const isOne = (name: string | null | undefined): boolean => typeof name === 'string' && isMeant(name)
  return ({ virtualServer, realServer }) => isOne(virtualServer) || isOne(realServer)
}

/** As the journal of virtual routers is read. */
export const readable = (journal: Pick<LvsJournal, 'entries' | 'lastId'>): ReadableJournal => ({
  get lastId() {
    return journal.lastId
  },
  after: (id) => {
    const { entries } = journal
    const oldest = entries[0]?.id ?? id + 1
    return {
      events: entries.filter((each) => each.id > id).map(eventOf),
      forgotten: Math.max(0, oldest - id - 1),
    }
  },
})
