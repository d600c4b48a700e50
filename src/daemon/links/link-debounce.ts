/**
 * `interface_up_down_delays`: a link that went down or came up counts as that
 * only after it has stayed so for a while; one that changes its mind before
 * has never changed. What is gone, or is another link of the same name, counts
 * at once, as in keepalived.
 */

import { toSeconds, type Duration } from '../../base/time.ts'
import type { HeldDelay } from '../../config/blocks/interface-up-down-delays.ts'
import type { Link } from '../../netlink/types.ts'
import type { Timers } from '../../scripts/types.ts'

export interface LinkDebouncePorts {
  readonly timers: Timers
  /** What the kernel has told already is heard before a change counts. */
  readonly drain: () => void
  /** A change counts now: ask again. */
  readonly changed: (link: string) => void
  readonly say: (text: string) => void
}

interface Entry {
  readonly index: number
  counts: boolean
  /** The kernel says otherwise for as long as this runs. */
  waiting: Waiting | undefined
}

interface Waiting {
  readonly cancel: () => void
  over: boolean
}

export class LinkDebounce {
  private readonly ports: LinkDebouncePorts
  private delays: ReadonlyMap<string, HeldDelay> = new Map()
  private readonly entries = new Map<string, Entry>()

  constructor(ports: LinkDebouncePorts) {
    this.ports = ports
  }

  /** A configuration; what waits already goes on. */
  use(delays: ReadonlyMap<string, HeldDelay>): void {
    this.delays = delays
  }

  /**
   * @param link as the kernel has it now; undefined: there is none
   * @returns whether it counts as up
   */
  isUp(name: string, link: Link | undefined): boolean {
    const known = this.entries.get(name)
    if (link === undefined || known?.index !== link.index) {
      this.forget(name)
      if (link !== undefined)
        this.entries.set(name, { index: link.index, counts: link.up, waiting: undefined })
      return link?.up ?? false
    }
    this.follow(name, known, link.up)
    return known.counts
  }

  /** Whether the kernel says otherwise than what counts. */
  isWaiting(name: string): boolean {
    return this.entries.get(name)?.waiting !== undefined
  }

  close(): void {
    for (const name of [...this.entries.keys()]) this.forget(name)
  }

  private follow(name: string, entry: Entry, up: boolean): void {
    if (entry.counts !== up && entry.waiting === undefined) {
      const { down: downFor, up: upFor } = this.delays.get(name) ?? {}
      const delay = up ? upFor : downFor
      if (delay !== undefined && delay > 0) this.wait(name, entry, up, delay)
      else entry.counts = up
      return
    }
    if (entry.counts !== up && entry.waiting?.over !== true) return
    entry.waiting?.cancel()
    entry.waiting = undefined
    entry.counts = up
  }

  private wait(name: string, entry: Entry, up: boolean, delay: Duration): void {
    const waiting: Waiting = {
      over: false,
      cancel: this.ports.timers.after(delay, () => {
        this.ports.drain()
        if (entry.waiting !== waiting) return
        waiting.over = true
        this.ports.changed(name)
      }),
    }
    entry.waiting = waiting
    this.ports.say(`${name} went ${up ? 'up' : 'down'}: that counts in ${toSeconds(delay)} s, if it stays so`)
  }

  private forget(name: string): void {
    this.entries.get(name)?.waiting?.cancel()
    this.entries.delete(name)
  }
}
