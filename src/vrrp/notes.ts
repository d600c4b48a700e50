/**
 * Notes that could come with every advert are given once until the router
 * changes state: a misconfigured neighbour sends one per second, a hostile one
 * thousands, each from another address. The counters go on counting.
 */

import type { Note } from './election/state.ts'

/** More different ones than this are not worth a line each, nor the memory to know them by. */
const MOST_SAID = 32

/** What has been said after this note; undefined when it is not to be given. */
export function remember(said: ReadonlySet<string>, note: Note): ReadonlySet<string> | undefined {
  const key = onceKey(note)
  if (key === undefined) return said
  return said.has(key) || said.size >= MOST_SAID ? undefined : new Set(said).add(key)
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
