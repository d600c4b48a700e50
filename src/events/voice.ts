/** How the parts of the daemon say what happens: events, and lines that are an event of their own. Pure. */

import type { Complaint, DomainEvent } from './event.ts'

export interface Voice {
  readonly publish: (event: DomainEvent) => void
  readonly complain: (complaint: Complaint) => void
  /** Something worth a line that is no reason to worry. */
  readonly say: (text: string) => void
  /** The same, for those who asked for more with `-D`. */
  readonly detail: (text: string) => void
}

export const voiceOf = (publish: Voice['publish']): Voice => ({
  publish,
  complain: (complaint) => {
    publish({ type: 'complaint', ...complaint })
  },
  say: (text) => {
    publish({ type: 'remark', level: 'info', text })
  },
  detail: (text) => {
    publish({ type: 'remark', level: 'detail', text })
  },
})
