/** A router's beginning: at the daemon's start, or when a reload brings it. */

import { NOTHING_SAID } from '../base/repeat-limiter.ts'
import type { Instant } from '../base/time.ts'
import { ownConditions, type Facts } from './conditions.ts'
import { zeroCounters } from './counters.ts'
import { recordOf, siblingsOf, type Draft } from './draft.ts'
import { OWNER_PRIORITY } from './election/priority.ts'
import type { VirtualRouter } from './election/state.ts'
import { stepRouter } from './stepping.ts'
import type { RouterRecord } from './types.ts'

export function freshRecord(
  router: VirtualRouter,
  group: string | undefined,
  facts: Facts,
  now: Instant,
): RouterRecord {
  const own = ownConditions(router, facts)
  return {
    router,
    group,
    state: { kind: 'initialize', next: undefined },
    own,
    conditions: own,
    since: now,
    because: 'starting',
    counters: zeroCounters,
    said: NOTHING_SAID,
    rejectedSenders: [],
    lastSender: undefined,
  }
}

export const startRouter = (draft: Draft, name: string, resumed?: ReadonlySet<string>): void => {
  const isResumed =
    resumed?.has(name) === true && siblingsOf(draft, name).every(({ router }) => resumed.has(router.name))
  stepRouter(draft, name, {
    type: 'start',
    asOwner: startsAsOwner(draft, name),
    ...(isResumed && { resumed: true }),
  })
}

/** RFC 3768 section 6.4.1; in a group all have to be owners (measured). */
const startsAsOwner = (draft: Draft, name: string): boolean =>
  isReadyOwner(recordOf(draft, name).router) &&
  siblingsOf(draft, name).every(({ router }) => isReadyOwner(router))

const isReadyOwner = ({ priority, initialState }: VirtualRouter): boolean =>
  priority === OWNER_PRIORITY && initialState !== 'BACKUP'
