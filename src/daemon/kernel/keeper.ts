/**
 * Keeps things in the kernel that others may take away: what is missing is put
 * back at once, but no item more than once a second, so that two programs that
 * disagree do not fight at full speed; and what the kernel refuses is tried
 * again ever less often, or when something about links or addresses changes.
 */

import {
  after,
  between,
  earliest,
  milliseconds,
  seconds,
  times,
  type Clock,
  type Duration,
  type Instant,
} from '../../base/time.ts'
import type { Refusal } from '../../netlink/types.ts'
import type { Timers } from '../../scripts/types.ts'
import type { Attempt } from './installer.ts'
import { keyOfItem as keyOf, type Item } from './kernel-specs.ts'

const PAUSE = seconds(1)
const LONGEST_PAUSE = seconds(60)
/** After a change that may help; those come in crowds. */
const AFTER_CHANGE = milliseconds(100)

export interface KeeperPorts {
  readonly clock: Clock
  readonly timers: Timers
  /** All that should be there now. */
  readonly wanted: () => readonly Item[]
  readonly isPresent: (item: Item) => boolean
  /** In the order that installing takes. */
  readonly install: (items: readonly Item[]) => readonly Attempt[]
  /** Reads what the kernel has told meanwhile. */
  readonly drain: () => void
  /** What had been there and was gone. @param count how often by now */
  readonly restored: (item: Item, count: number) => void
  /** Once for every reason in a row. */
  readonly refused: (item: Item, refusal: Refusal) => void
}

interface Care {
  wasPresent: boolean
  restored: number
  triedAt: Instant | undefined
  notBefore: Instant
  pause: Duration
  refusal: string | undefined
}

export class Keeper {
  private readonly ports: KeeperPorts
  private readonly cares = new Map<string, Care>()
  private cancelTimer: (() => void) | undefined

  constructor(ports: KeeperPorts) {
    this.ports = ports
  }

  /** To be called when something may have gone; what is known to have been there is `known`. */
  check(known: readonly Item[] = []): void {
    const now = this.ports.clock.now()
    for (const item of known) this.careOf(item, now).wasPresent = true
    const wanted = this.ports.wanted()
    this.forgetOthers(wanted)
    const missing = wanted.filter((item) => !this.isFine(item, now))
    const due = missing.filter((item) => this.careOf(item, now).notBefore <= now)
    for (const attempt of this.ports.install(due)) this.judge(attempt, now)
    this.wakeFor(missing, now)
  }

  /** Links or addresses have changed: what was refused may be accepted now. */
  reconsider(): void {
    for (const care of this.cares.values()) {
      if (care.refusal === undefined || care.triedAt === undefined) continue
      care.notBefore = sooner(care.notBefore, after(care.triedAt, AFTER_CHANGE))
      care.pause = PAUSE
    }
    this.check()
  }

  close(): void {
    this.cancelTimer?.()
    this.cares.clear()
  }

  private isFine(item: Item, now: Instant): boolean {
    if (!this.ports.isPresent(item)) return false
    const care = this.careOf(item, now)
    care.wasPresent = true
    care.refusal = undefined
    care.pause = PAUSE
    return true
  }

  private judge({ item, outcome }: Attempt, now: Instant): void {
    const care = this.careOf(item, now)
    care.triedAt = now
    care.notBefore = after(now, care.pause)
    if (outcome === undefined && care.wasPresent) {
      care.restored += 1
      care.refusal = undefined
      this.ports.restored(item, care.restored)
      return
    }
    // What is accepted and never seen is told in other words than ours: it is there.
    const doubled = times(care.pause, 2)
    care.pause = doubled < LONGEST_PAUSE ? doubled : LONGEST_PAUSE
    if (outcome !== undefined && outcome.code !== care.refusal) this.ports.refused(item, outcome)
    care.refusal = outcome?.code
  }

  private wakeFor(missing: readonly Item[], now: Instant): void {
    this.cancelTimer?.()
    this.cancelTimer = undefined
    const next = missing
      .map((item) => this.careOf(item, now).notBefore)
      .reduce<Instant | undefined>(earliest, undefined)
    if (next === undefined) return
    this.cancelTimer = this.ports.timers.after(between(now, next), () => {
      this.ports.drain()
      this.check()
    })
  }

  private careOf(item: Item, now: Instant): Care {
    const key = keyOf(item)
    const known = this.cares.get(key)
    if (known !== undefined) return known
    const care: Care = {
      wasPresent: false,
      restored: 0,
      triedAt: undefined,
      notBefore: now,
      pause: PAUSE,
      refusal: undefined,
    }
    this.cares.set(key, care)
    return care
  }

  private forgetOthers(wanted: readonly Item[]): void {
    if (this.cares.size <= wanted.length) return
    const keys = new Set(wanted.map(keyOf))
    for (const key of this.cares.keys()) if (!keys.has(key)) this.cares.delete(key)
  }
}

const sooner = (a: Instant, b: Instant): Instant => (a < b ? a : b)
