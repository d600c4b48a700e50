/**
 * Notes that could come with every advert are given once until the router
 * changes state: a misconfigured neighbour sends one per second, a hostile one
 * thousands, each from another address. The counters go on counting.
 */

import { limitByKey, type Said } from '../base/repeat-limiter.ts'
import type { Instant } from '../base/time.ts'
import type { Note } from './election/state.ts'

const ONCE = { intervals: [], most: 32 }

/** What has been said after this note; undefined when it is not to be given. */
export function remember(said: Said, note: Note, now: Instant): Said | undefined {
  const key = onceKey(note)
  if (key === undefined) return said
  const next = limitByKey(said, key, now, ONCE)
  return next.say && next.said
}

/** Undefined for notes that are given every time. */
function onceKey(note: Note): string | undefined {
  switch (note.kind) {
    case 'address-list-differs':
    case 'two-owners':
      return `${note.kind} ${note.source}`
    case 'own-address-advert':
      return note.kind
    default:
      return undefined
  }
}
