/**
 * A log line is formatted and written in the event loop's next turn: between
 * the advert of a new master and its address there must be nothing that can
 * wait.
 */

import type { Message } from './messages.ts'

export interface TimedMessage extends Message {
  /** Milliseconds since the epoch, when it was logged. */
  readonly atMs: number
}

/** As many wait for the loop's next turn; one more, and all are written where they are logged. */
const MOST_WAITING = 1_000

export class LogDeferral {
  private readonly write: (message: TimedMessage) => void
  private waiting: TimedMessage[] = []

  constructor(write: (message: TimedMessage) => void) {
    this.write = write
  }

  push(message: Message): void {
    const { level, text, fields } = message
    this.waiting.push({ level, text, fields, atMs: Date.now() })
    if (this.waiting.length === 1)
      setImmediate(() => {
        this.flush()
      })
    if (this.waiting.length > MOST_WAITING) this.flush()
  }

  flush(): void {
    const messages = this.waiting
    this.waiting = []
    for (const message of messages) this.write(message)
  }
}
