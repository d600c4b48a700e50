/**
 * Lines about a rival. One that does not hear us draws the same line with each
 * of its adverts, once a second for as long as the split brain lasts; as with
 * rejected adverts the first is logged and the others are summed up.
 */

import type { Clock } from '../../base/time.ts'
import type { Note } from '../../vrrp/election/state.ts'
import { reject, type RejectedSenders } from '../../vrrp/rejections.ts'
import { describeNote, rejectionWords, repetition, type Message } from './messages.ts'

type RivalNote = Extract<Note, { readonly kind: 'forcing-election' | 'lower-priority-discarded' }>

export class RivalsLog {
  private readonly clock: Clock
  /** By instance, since its last change of state. */
  private readonly rivals = new Map<string, RejectedSenders>()

  constructor(clock: Clock) {
    this.clock = clock
  }

  /** What to log of an instance's note. */
  describe(name: string, note: Note): readonly Message[] {
    if (note.kind === 'transition') this.rivals.delete(name)
    return isRival(note) ? this.summed(name, note) : [describeNote(name, note)]
  }

  private summed(name: string, note: RivalNote): readonly Message[] {
    const { level, text, fields } = describeNote(name, note)
    const advert = { source: note.source, reason: note.kind, text }
    const { senders, notes } = reject(this.rivals.get(name) ?? [], advert, this.clock.now())
    this.rivals.set(name, senders)
    return notes.flatMap((each) => {
      if (each.kind === 'advert-rejected') return [{ level, text: each.text, fields }]
      if (each.kind !== 'adverts-still-rejected') return []
      return [{ level, text: rejectionWords(each), fields: { ...fields, ...repetition(each) } }]
    })
  }
}

const isRival = (note: Note): note is RivalNote =>
  note.kind === 'forcing-election' || note.kind === 'lower-priority-discarded'
