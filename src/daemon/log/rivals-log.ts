/**
 * Lines about a rival. One that does not hear us draws the same line with each
 * of its adverts, once a second for as long as the split brain lasts; as with
 * rejected adverts the first is logged and the others are summed up.
 */

import type { Clock } from '../../base/time.ts'
import type { ElectionEvent } from '../../vrrp/election/state.ts'
import { reject, type RejectedSenders } from '../../vrrp/rejections.ts'
import { describeNote, rejectionWords, repetition, type Message, type Telling } from './messages.ts'

type Rival = Extract<ElectionEvent, { readonly kind: 'forcing-election' | 'lower-priority-discarded' }>

export class RivalsLog {
  private readonly clock: Clock
  /** By instance, since its last change of state. */
  private readonly rivals = new Map<string, RejectedSenders>()

  constructor(clock: Clock) {
    this.clock = clock
  }

  /** What to log of an instance's note. */
  describe(name: string, note: Telling): readonly Message[] {
    if (note.kind === 'transition') this.rivals.delete(name)
    return isRival(note) ? this.summed(name, note) : [describeNote(name, note)]
  }

  private summed(name: string, note: Rival): readonly Message[] {
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

const isRival = (note: Telling): note is Rival =>
  note.kind === 'forcing-election' || note.kind === 'lower-priority-discarded'
