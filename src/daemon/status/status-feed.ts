/**
 * The status report for clients that watch it: at once, again when something
 * has happened, and every second for what no event tells of (ages, counters,
 * what the kernel has). One report serves all of them, and however many they
 * are, reports take the event loop a tenth of its time at most. A client that is
 * slow to read costs none at all.
 */

import { after, between, milliseconds, seconds, times, type Clock } from '../../base/time.ts'
import type { Duration, Instant } from '../../base/time.ts'
import { succeeded, type Response } from '../../control/protocol.ts'
import type { StatusReport } from '../../control/report.ts'
import type { Stream } from '../../control/stream.ts'
import type { EventList } from '../../events/event-list.ts'
import type { Timers } from '../../scripts/types.ts'
import type { Journal } from '../journal/journal.ts'

export interface FeedPorts {
  readonly clock: Clock
  readonly timers: Timers
  readonly events: Pick<EventList, 'subscribe'>
  readonly journal: Pick<Journal, 'lastId'>
  readonly report: () => StatusReport
}

/** A storm of events is shown ten times a second, and a person sees no more. */
const SHORTEST: Duration = milliseconds(100)
const REFRESH: Duration = seconds(1)
/** How many times as long as a report took nobody gets another. */
const LEISURE = 10

interface Made {
  readonly report: StatusReport
  /** When there may be another. */
  readonly again: Instant
  /** The newest event that was known. */
  readonly seen: number
}

export class StatusFeed {
  private readonly ports: FeedPorts
  private readonly streams = new Set<StatusStream>()
  private unsubscribe: () => void = () => undefined
  private cancel: () => void = () => undefined
  private wakeAt: Instant | undefined
  private made: Made | undefined

  constructor(ports: FeedPorts) {
    this.ports = ports
  }

  open(): Stream {
    const stream = new StatusStream({
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
  private report(): StatusReport {
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

  private leave(stream: StatusStream): void {
    if (!this.streams.delete(stream) || this.streams.size > 0) return
    this.unsubscribe()
    this.cancel()
    this.wakeAt = undefined
    this.made = undefined
  }
}

interface StreamPorts {
  readonly report: () => StatusReport
  readonly leave: () => void
}

class StatusStream implements Stream {
  private readonly ports: StreamPorts
  private due = true
  private over = false
  private given: StatusReport | undefined
  private resume: () => void = () => undefined

  constructor(ports: StreamPorts) {
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
      return succeeded<'watch'>(report)
    }
  }

  close(): void {
    this.over = true
    this.ports.leave()
    this.resume()
  }
}
