/**
 * The lines that go into a notify FIFO, in order. keepalived writes each once
 * and forgets it when the FIFO is full, so that a reader that was slow believes
 * an old state for ever. Here, while there is no room, the newest line of each
 * subject is kept, and written as soon as there is: what a reader hears last is
 * how things stand.
 */

import { milliseconds, type Duration } from '../base/time.ts'
import type { Timers } from './types.ts'

/** `full`: nothing was written. */
export type WriteResult = 'written' | 'full' | { readonly refused: string }

export interface FifoLinesPorts {
  readonly timers: Timers
  /** Writes all of it or nothing, and waits for nobody. */
  readonly write: (text: string) => Promise<WriteResult>
  readonly complain: (text: string) => void
}

interface Line {
  /** What a newer line of the same key makes worthless. */
  readonly key: string
  readonly text: string
}

/** PIPE_BUF: what is not longer goes in as a whole or not at all. */
const ATOMIC_BYTES = 4096
/** Only lines that wait while others are being written can become so many. */
const MOST_WAITING = 1000
const RETRY: Duration = milliseconds(100)

export class FifoLines {
  readonly #ports: FifoLinesPorts
  #waiting: Line[] = []
  #isWriting = false
  #isFull = false
  #stopped = false
  #cancelRetry: () => void = () => {}

  constructor(ports: FifoLinesPorts) {
    this.#ports = ports
  }

  /** Returns at once. */
  submit(line: Line): void {
    this.#waiting.push(line)
    if (this.#isFull || this.#waiting.length > MOST_WAITING) this.#keepNewest()
    if (!this.#isFull) this.#writeNext()
  }

  /** Resolves when all is written, or cannot be. */
  async finish(): Promise<void> {
    while (this.#isWriting) await this.#writing
    this.#stopped = true
    this.#cancelRetry()
  }

  #writing: Promise<void> = Promise.resolve()

  #writeNext(): void {
    const [first] = this.#waiting
    if (this.#isWriting || this.#stopped || first === undefined) return
    const batch = this.#batch(first)
    const text = batch.map((line) => line.text).join('')
    this.#isWriting = true
    this.#writing = this.#ports.write(text).then((result) => {
      this.#isWriting = false
      this.#wrote(result, batch)
    })
  }

  /** As many lines as go in at once. */
  #batch(first: Line): readonly Line[] {
    const batch = [first]
    let bytes = Buffer.byteLength(first.text)
    for (const line of this.#waiting.slice(1)) {
      bytes += Buffer.byteLength(line.text)
      if (bytes > ATOMIC_BYTES) break
      batch.push(line)
    }
    return batch
  }

  #wrote(result: WriteResult, batch: readonly Line[]): void {
    if (result === 'full') {
      if (!this.#isFull) {
        this.#ports.complain(
          'is full: nobody reads it; the newest state of each instance is kept for its reader',
        )
      }
      this.#isFull = true
      this.#keepNewest()
      this.#cancelRetry = this.#ports.timers.after(RETRY, () => this.#writeNext())
      return
    }
    const written = new Set(batch)
    this.#waiting = this.#waiting.filter((line) => !written.has(line))
    if (result === 'written') this.#isFull = false
    else this.#ports.complain(`cannot be written: ${result.refused}`)
    this.#writeNext()
  }

  #keepNewest(): void {
    const newest = new Map(this.#waiting.map((line) => [line.key, line]))
    this.#waiting = this.#waiting.filter((line) => newest.get(line.key) === line)
  }
}
