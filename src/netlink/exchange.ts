/** Which answer belongs to which request: by sequence number. */

import { readAnswer, type Envelope } from './envelope.ts'
import { ERRNO } from './errno.ts'
import { refusal } from './refusal.ts'
import type { Outcome } from './types.ts'

export class Exchange {
  private readonly settled = new Map<number, Outcome>()
  /** Sequence number → index of the request; one that was sent twice has two. */
  private readonly expected = new Map<number, number>()
  private readonly count: number

  /** @param count of requests, known by their indexes */
  constructor(count: number) {
    this.count = count
  }

  expect(seq: number, index: number): void {
    this.expected.set(seq, index)
  }

  /** An answer to a request that is not (or no longer) waited for is passed over. */
  take(message: Envelope): void {
    const index = this.expected.get(message.seq)
    const answer = readAnswer(message)
    if (index === undefined || answer === undefined) return
    this.expected.delete(message.seq)
    this.settle(index, answer.errno === 0 ? undefined : refusal(answer.errno, answer.text))
  }

  /** The first word counts. */
  settle(index: number, outcome: Outcome): void {
    if (!this.settled.has(index)) this.settled.set(index, outcome)
  }

  get isWaiting(): boolean {
    return this.expected.size > 0
  }

  unanswered(): readonly number[] {
    return this.indexes().filter((index) => !this.settled.has(index))
  }

  outcomes(): readonly Outcome[] {
    return this.indexes().map((index) =>
      this.settled.has(index)
        ? this.settled.get(index)
        : refusal(ERRNO.ETIMEDOUT, 'no answer from the kernel'),
    )
  }

  private indexes(): number[] {
    return Array.from({ length: this.count }, (_, index) => index)
  }
}
