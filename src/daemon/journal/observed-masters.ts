/**
 * Who is heard as master of each virtual router. The election forgets that in
 * FAULT and while it is Master itself; the operator wants to know it then most
 * of all. Pure.
 */

import type { IpAddress } from '../../base/address.ts'
import { masterDownInterval } from '../../base/intervals.ts'
import { before, type Duration, type Instant } from '../../base/time.ts'
import type { Advert } from '../../vrrp/election/state.ts'
import type { RouterRecord } from '../../vrrp/engine.ts'

/** A router that says it is master. */
export interface ObservedMaster {
  readonly source: IpAddress
  readonly priority: number
  /** Its first advert since it was silent or left. */
  readonly since: Instant
  readonly last: Instant
  /** It has said goodbye with priority 0. */
  readonly left: boolean
  /** Version 3: how often it advertises. */
  readonly interval: Duration | undefined
}

/** Since when one of that interval has to have been heard, to be there still; undefined: of our own. */
export type SilentSince = (interval: Duration | undefined) => Instant

/** How long ago a master of that router may have been heard and still be there. */
export const silentSince =
  ({ router, conditions }: Pick<RouterRecord, 'router' | 'conditions'>, now: Instant): SilentSince =>
  (interval = router.advertInterval) => {
    const { version, downTimerAdverts } = router
    return before(
      now,
      masterDownInterval({ version, downTimerAdverts, advertInterval: interval }, conditions.priority),
    )
  }

export type ObservedChange = 'new' | 'priority' | 'left' | undefined

/** For each router; a LAN with more masters than that has no need of their number. */
const MOST_SOURCES = 8

export class ObservedMasters {
  private readonly byRouter = new Map<string, readonly ObservedMaster[]>()

  /**
   * @param silent one that was last heard before this has been silent in between
   * @returns what is news in it
   */
  hear(
    router: string,
    { source, priority, arrivedAt, interval }: Advert,
    silent: SilentSince,
  ): ObservedChange {
    const live = this.live(router, silent)
    const known = live.find((each) => each.source === source)
    if (priority === 0) {
      if (known) this.put(router, live, { ...known, last: arrivedAt, left: true })
      return known && 'left'
    }
    const since = known?.since ?? arrivedAt
    this.put(router, live, { source, priority, since, last: arrivedAt, left: false, interval })
    if (!known) return 'new'
    return known.priority === priority ? undefined : 'priority'
  }

  /** The last one heard, however long ago. */
  latest(router: string): ObservedMaster | undefined {
    return this.byRouter.get(router)?.[0]
  }

  /** Those heard since then that have not left; the last one heard comes first. */
  live(router: string, silent: SilentSince): readonly ObservedMaster[] {
    const all = this.byRouter.get(router) ?? []
    return all.filter(({ left, last, interval }) => !left && last >= silent(interval))
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
