/**
 * The one list of those who hear what happens in the daemon. Each hears every event, in the order in which they
 * happened; of one event the one who has subscribed first hears first. A subscriber is quick, keeps what it needs
 * and does what takes time later; an event that it publishes itself comes after the one it is told of. Pure.
 */

import type { Complaint, DomainEvent } from './event.ts'

export type Subscriber = (event: DomainEvent) => void

export class EventList {
  private readonly subscribers = new Set<Subscriber>()
  private readonly queue: DomainEvent[] = []
  private isTelling = false

  /** @returns a function that ends it */
  subscribe(subscriber: Subscriber): () => void {
    // One of its own, so that a function that subscribes twice hears twice.
    const own: Subscriber = (event) => {
      subscriber(event)
    }
    this.subscribers.add(own)
    return () => {
      this.subscribers.delete(own)
    }
  }

  /** Everybody has heard of it when this returns, unless somebody who is told of another event publishes it. */
  publish(event: DomainEvent): void {
    this.queue.push(event)
    if (this.isTelling) return
    this.isTelling = true
    try {
      for (let next = this.queue.shift(); next; next = this.queue.shift()) {
        for (const tell of this.subscribers) tell(next)
      }
    } finally {
      this.isTelling = false
    }
  }
}

/** How the parts of the daemon say what happens: events, and lines that are an event of their own. */
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
