/**
 * The monotonic clock and the alarm set by it. setTimeout may fire a
 * millisecond early and drifts under garbage collection; a timerfd with an
 * absolute deadline does neither.
 */

import { instant, type Clock, type Instant } from '../base/time.ts'
import { mustSucceed, native, type Handle, type Native } from './native.ts'

/** CLOCK_MONOTONIC: it counts through a stopped process but not through a suspended machine. */
export const systemClock: Clock = { now: () => instant(native().now()) }

/**
 * One deadline at a time. The callback runs once per deadline, never before
 * it, and after all sockets that are readable in the same wake-up. A set alarm
 * keeps the process alive, as a timer of Node's does.
 */
export class Alarm {
  readonly #native: Native = native()
  readonly #handle: Handle = mustSucceed(this.#native.openAlarm())
  readonly #callback: () => void
  readonly #expirations: Uint8Array = new Uint8Array(8)
  #deadline: Instant | undefined
  #watched = false
  #closed = false

  constructor(callback: () => void) {
    this.#callback = callback
  }

  /** Replaces the deadline: one in the past fires in the next turn of the event loop, undefined disarms. */
  set(at: Instant | undefined): void {
    if (this.#closed) return
    this.#deadline = at
    // The kernel's zero means "disarm", so that instant is rounded up.
    mustSucceed(this.#native.setAlarm(this.#handle, at === undefined ? 0 : Math.max(1, at)))
    this.#watchIfSet()
  }

  /** Nothing fires any more, and set() does nothing. */
  close(): void {
    this.#closed = true
    this.#native.closeHandle(this.#handle)
  }

  #watchIfSet(): void {
    const wanted = this.#deadline !== undefined
    if (this.#closed || wanted === this.#watched) return
    this.#watched = wanted
    if (wanted) mustSucceed(this.#native.watch(this.#handle, () => this.#fire(), true, true))
    else this.#native.watch(this.#handle, undefined)
  }

  #fire(): void {
    // Something served earlier in this wake-up may have moved the deadline.
    if (mustSucceed(this.#native.read(this.#handle, this.#expirations)) < 0) return
    this.#deadline = undefined
    try {
      this.#callback()
    } finally {
      // Most callbacks set the next deadline; then nothing has to change here.
      this.#watchIfSet()
    }
  }
}
