/** Keeps things in the kernel that others may take away; retry.ts says how often it tries. */

import { between, earliest, type Instant } from '../base/time.ts'
import type { LinkTable } from '../netlink/link-table.ts'
import type { Refusal } from '../netlink/types.ts'
import type { World } from '../world/world.ts'
import type { Attempt } from './applier.ts'
import { keyOfItem as keyOf, type Item } from './link-binding.ts'
import { isPresent } from './observed.ts'
import { beginning, isSeen, reconsidered, tried, wasSeen, type Retry } from './retry.ts'

export interface KeeperPorts extends Pick<World, 'clock' | 'timers'> {
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

/** What a keeper of real items needs: the kernel's table says what is there. */
export interface ItemKeeperPorts extends Pick<KeeperPorts, 'clock' | 'timers' | 'drain'> {
  readonly table: () => LinkTable
}

/** @param purpose what it is to keep, and who hears of it */
export const keeperOfItems = (
  { clock, timers, drain, table }: ItemKeeperPorts,
  purpose: Pick<KeeperPorts, 'wanted' | 'install' | 'restored' | 'refused'>,
): Keeper => new Keeper({ clock, timers, drain, isPresent: (item) => isPresent(item, table()), ...purpose })

export class Keeper {
  private readonly ports: KeeperPorts
  private readonly retries = new Map<string, Retry>()
  private cancelTimer: (() => void) | undefined

  constructor(ports: KeeperPorts) {
    this.ports = ports
  }

  /** To be called when something may have gone; what is known to have been there is `known`. */
  check(known: readonly Item[] = []): void {
    const now = this.ports.clock.now()
    for (const item of known) this.set(item, wasSeen(this.retryOf(item, now)))
    const wanted = this.ports.wanted()
    this.forgetOthers(wanted)
    const missing = wanted.filter((item) => !this.isFine(item, now))
    const due = missing.filter((item) => this.retryOf(item, now).notBefore <= now)
    for (const attempt of this.ports.install(due)) this.judge(attempt, now)
    this.wakeFor(missing, now)
  }

  /**
   * Others have set these anew just now, at our own wish. The kernel may take its time to tell, above all of an IPv6
   * address: nothing of it is gone until it has been there.
   */
  haveSet(items: readonly Item[]): void {
    const now = this.ports.clock.now()
    for (const item of items) this.set(item, tried(beginning(now), undefined, now).retry)
  }

  /** Links or addresses have changed. */
  reconsider(): void {
    for (const [key, retry] of this.retries) this.retries.set(key, reconsidered(retry))
    this.check()
  }

  close(): void {
    this.cancelTimer?.()
    this.retries.clear()
  }

  private isFine(item: Item, now: Instant): boolean {
    if (!this.ports.isPresent(item)) return false
    this.set(item, isSeen(this.retryOf(item, now)))
    return true
  }

  private judge({ item, outcome }: Attempt, now: Instant): void {
    const { retry, news } = tried(this.retryOf(item, now), outcome, now)
    this.set(item, retry)
    if (news === 'restored') this.ports.restored(item, retry.restored)
    if (news === 'refused' && outcome !== undefined) this.ports.refused(item, outcome)
  }

  private wakeFor(missing: readonly Item[], now: Instant): void {
    this.cancelTimer?.()
    this.cancelTimer = undefined
    const next = missing
      .map((item) => this.retryOf(item, now).notBefore)
      .reduce<Instant | undefined>(earliest, undefined)
    if (next === undefined) return
    this.cancelTimer = this.ports.timers.after(between(now, next), () => {
      this.ports.drain()
      this.check()
    })
  }

  private retryOf(item: Item, now: Instant): Retry {
    return this.retries.get(keyOf(item)) ?? beginning(now)
  }

  private set(item: Item, retry: Retry): void {
    this.retries.set(keyOf(item), retry)
  }

  private forgetOthers(wanted: readonly Item[]): void {
    if (this.retries.size <= wanted.length) return
    const keys = new Set(wanted.map(keyOf))
    for (const key of this.retries.keys()) if (!keys.has(key)) this.retries.delete(key)
  }
}
