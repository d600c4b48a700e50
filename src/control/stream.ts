/** An answer of several responses, as they come about: what a client subscribes to. Pure. */

import type { Response } from './protocol.ts'

export interface Stream {
  /** What to send next; undefined: that was all. Asked for only when the previous one has been taken. */
  next(): Promise<Response | undefined>
  /** The client is gone, or wants no more: a waiting next() resolves with undefined. May come more than once. */
  close(): void
}

export type Answer = Response | Stream

export const isStream = (answer: Answer): answer is Stream => 'next' in answer
