/**
 * Who is heard as master of each virtual router. The election forgets that in
 * FAULT and while it is Master itself; the operator wants to know it then most
 * of all. Pure.
 */

import type { Ipv4Address } from '../../base/address.ts'
import type { Instant } from '../../base/time.ts'
import type { Advert } from '../../vrrp/election/state.ts'

/** A router that says it is master. */
export interface ObservedMaster {
  readonly source: Ipv4Address
  readonly priority: number
  /** Its first advert since it was silent or left. */
  readonly since: Instant
  readonly last: Instant
  /** It has said goodbye with priority 0. */
  readonly left: boolean
}

export type ObservedChange = 'new' | 'priority' | 'left' | undefined

/** For each router; a LAN with more masters than that has no need of their number. */
const MOST_SOURCES = 8

export class ObservedMasters {
  private readonly byRouter = new Map<string, readonly ObservedMaster[]>()

  /**
   * @param silentSince one that was last heard before this has been silent in between
   * @returns what is news in it
   */
  hear(router: string, { source, priority, arrivedAt }: Advert, silentSince: Instant): ObservedChange {
    const live = this.live(router, silentSince)
    const before = live.find((each) => each.source === source)
    if (priority === 0) {
      if (before) this.put(router, live, { ...before, last: arrivedAt, left: true })
      return before && 'left'
    }
    const since = before?.since ?? arrivedAt
    this.put(router, live, { source, priority, since, last: arrivedAt, left: false })
    if (!before) return 'new'
    return before.priority === priority ? undefined : 'priority'
  }

  /** The last one heard, however long ago. */
  latest(router: string): ObservedMaster | undefined {
    return this.byRouter.get(router)?.[0]
  }

  /** Those heard since then that have not left; the last one heard comes first. */
  live(router: string, silentSince: Instant): readonly ObservedMaster[] {
    const all = this.byRouter.get(router) ?? []
    return all.filter(({ left, last }) => !left && last >= silentSince)
  }

  /** After a reload: only these routers are there still. */
  retain(routers: ReadonlySet<string>): void {
    for (const name of this.byRouter.keys()) if (!routers.has(name)) this.byRouter.delete(name)
  }

  private put(router: string, live: readonly ObservedMaster[], heard: ObservedMaster): void {
    const others = live.filter(({ source }) => source !== heard.source)
    this.byRouter.set(router, [heard, ...others].slice(0, MOST_SOURCES))
  }
}
