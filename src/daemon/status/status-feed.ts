/**
 * The status report for clients that watch it: at once, again when something
 * has happened, and every second for what no event tells of (ages, counters,
 * what the kernel has). One report serves all of them, and however many they
 * are, reports take the event loop a tenth of its time at most. A client that is
 * slow to read costs none at all.
 */

import { after, between, milliseconds, seconds, times, type Clock } from '../../base/time.ts'
import type { Duration, Instant } from '../../base/time.ts'
import type { Response } from '../../control/protocol.ts'
import type { Stream } from '../../control/stream.ts'
import type { Timers } from '../../scripts/types.ts'
import type { Journal } from '../journal/journal.ts'

/** Of any kind of report. */
export interface FeedPorts<R> {
  readonly clock: Clock
  readonly timers: Timers
  /** Calls whenever something may have happened; returns what ends it. */
  readonly events: { readonly subscribe: (listener: () => void) => () => void }
  readonly journal: Pick<Journal, 'lastId'>
  readonly report: () => R
}

/** A storm of events is shown ten times a second, and a person sees no more. */
const SHORTEST: Duration = milliseconds(100)
const REFRESH: Duration = seconds(1)
/** How many times as long as a report took nobody gets another. */
const LEISURE = 10

interface Made<R> {
  readonly report: R
  /** When there may be another. */
  readonly again: Instant
  /** The newest event that was known. */
  readonly seen: number
}

export class StatusFeed<R> {
  private readonly ports: FeedPorts<R>
  private readonly streams = new Set<StatusStream<R>>()
  private unsubscribe: () => void = () => undefined
  private cancel: () => void = () => undefined
  private wakeAt: Instant | undefined
  private made: Made<R> | undefined

  constructor(ports: FeedPorts<R>) {
    this.ports = ports
  }

  /** @param answer what is sent of a report */
  open(answer: (report: R) => Response): Stream {
    const stream = new StatusStream<R>({
      answer,
      report: () => this.report(),
      leave: () => {
        this.leave(stream)
      },
    })
    if (this.streams.size === 0) this.unsubscribe = this.ports.events.subscribe(() => this.look())
    this.streams.add(stream)
    return stream
  }

  /** Made for whoever asks first, and the same for all who ask soon after. */
  private report(): R {
    const { clock, journal, report } = this.ports
    const begin = clock.now()
    if (this.made && begin < this.made.again) return this.made.report
    const seen = journal.lastId
    const fresh = report()
    const end = clock.now()
    const rest = Math.max(SHORTEST, times(between(begin, end), LEISURE)) as Duration
    this.made = { report: fresh, again: after(end, rest), seen }
    this.wake(after(end, Math.max(REFRESH, rest) as Duration))
    return fresh
  }

  /** In the midst of an event nothing is settled yet, and a timer comes when that is over. */
  private look(): void {
    const { clock, journal } = this.ports
    const { made } = this
    if (made === undefined || journal.lastId === made.seen) return
    this.wake(Math.max(clock.now(), made.again) as Instant)
  }

  /** All who wait, then or earlier. */
  private wake(at: Instant): void {
    if (this.wakeAt !== undefined && this.wakeAt <= at) return
    const { clock, timers } = this.ports
    this.cancel()
    this.wakeAt = at
    this.cancel = timers.after(between(clock.now(), at), () => {
      this.wakeAt = undefined
      for (const stream of this.streams) stream.wake()
    })
  }

  private leave(stream: StatusStream<R>): void {
    if (!this.streams.delete(stream) || this.streams.size > 0) return
    this.unsubscribe()
    this.cancel()
    this.wakeAt = undefined
    this.made = undefined
  }
}

interface StreamPorts<R> {
  readonly answer: (report: R) => Response
  readonly report: () => R
  readonly leave: () => void
}

class StatusStream<R> implements Stream {
  private readonly ports: StreamPorts<R>
  private due = true
  private over = false
  private given: R | undefined
  private resume: () => void = () => undefined

  constructor(ports: StreamPorts<R>) {
    this.ports = ports
  }

  wake(): void {
    this.due = true
    this.resume()
  }

  async next(): Promise<Response | undefined> {
    for (;;) {
      while (!this.due && !this.over)
        await new Promise<void>((resolve) => {
          this.resume = resolve
        })
      if (this.over) return undefined
      this.due = false
      const report = this.ports.report()
      if (report === this.given) continue
      this.given = report
      return this.ports.answer(report)
    }
  }

  close(): void {
    this.over = true
    this.ports.leave()
    this.resume()
  }
}
