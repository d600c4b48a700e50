/** Adverts that were not believed, counted by who sent them and why. Bounded, however many sources are invented. Pure. */

import type { Ipv4Address } from '../base/address.ts'

export interface Rejections {
  readonly router: string
  readonly reason: string
  /** Undefined: from so many sources that they are not told apart. */
  readonly source: Ipv4Address | undefined
  /** The wire's own description of the last one. */
  readonly text: string
  readonly count: number
  /** By the wall clock, in milliseconds since the epoch. */
  readonly firstMs: number
  readonly lastMs: number
}

/** For each router. */
const MOST_SOURCES = 16

/** What has not come for so long is over. */
export const OVER_MS = 60_000

export class RejectionTally {
  private readonly byRouter = new Map<string, Map<string, Rejections>>()

  add(router: string, reason: string, source: Ipv4Address, text: string, nowMs: number): Rejections {
    const all = this.current(router, nowMs)
    const known = all.get(`${reason} ${source}`)
    const crowded = known === undefined && all.size >= MOST_SOURCES
    const key = crowded ? reason : `${reason} ${source}`
    const before = known ?? all.get(key)
    const next = {
      router,
      reason,
      source: crowded ? undefined : source,
      text,
      count: (before?.count ?? 0) + 1,
      firstMs: before?.firstMs ?? nowMs,
      lastMs: nowMs,
    }
    all.set(key, next)
    return next
  }

  /** Those that still go on, the most frequent first. */
  of(router: string, nowMs: number): readonly Rejections[] {
    return [...this.current(router, nowMs).values()].sort((a, b) => b.count - a.count)
  }

  /** After a reload: only these routers are there still. */
  retain(routers: ReadonlySet<string>): void {
    for (const name of this.byRouter.keys()) if (!routers.has(name)) this.byRouter.delete(name)
  }

  private current(router: string, nowMs: number): Map<string, Rejections> {
    const all = this.byRouter.get(router) ?? new Map<string, Rejections>()
    this.byRouter.set(router, all)
    for (const [key, { lastMs }] of all) if (nowMs - lastMs > OVER_MS) all.delete(key)
    return all
  }
}
