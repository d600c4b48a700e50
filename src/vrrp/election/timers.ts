/** From when what is heard counts, and when the next deadline is. The intervals themselves: base/intervals.ts. */

import { between, earliest, type Duration, type Instant } from '../../base/time.ts'
import type { State } from './state.ts'

/**
 * From when an advert counts: its arrival at the kernel, which may be before it
 * was read. One that is read a whole Advertisement_Interval late shows that we
 * did not run meanwhile; a socket buffer that ran over has kept the oldest
 * adverts, not the newest, and the master may well be alive. Such an advert
 * counts from now, as with keepalived every one does (measured).
 */
export const countsFrom = (
  router: { readonly advertInterval: Duration },
  advert: { readonly arrivedAt: Instant },
  now: Instant,
): Instant => (between(advert.arrivedAt, now) < router.advertInterval ? advert.arrivedAt : now)

/** Deadlines live in the state; this finds the next one. */
export function deadlineOf(state: State): Instant | undefined {
  switch (state.kind) {
    case 'backup':
      return state.masterDownAt
    case 'master': {
      const burstAt = earliest(state.secondBurstAt, state.lowerPrioBurstAt)
      const periodicAt = earliest(state.refreshAt, state.elsewhereAt)
      return earliest(state.nextAdvertAt, earliest(burstAt, periodicAt))
    }
    case 'initialize':
    case 'fault':
      return undefined
  }
}
