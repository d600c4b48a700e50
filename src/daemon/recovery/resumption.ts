/**
 * Who goes on as Master after a crash. keepalived removes the addresses and
 * listens for a Master_Down_Interval, in which the addresses are nowhere or
 * move to the peer and back. A deliberate departure: a router that was Master
 * and whose adverts cannot have been missed yet goes on where it was.
 */

import { after, between, times, toSeconds, type Instant } from '../../base/time.ts'
import { identityOf } from '../../vrrp/reconfigure.ts'
import type { UsedNumbers } from '../adverts/advert-dispatcher.ts'
import type { Assembled } from '../assemble.ts'
import { without } from '../../addressing/link-binding.ts'
import type { ReadRecord, Wants } from './run-record.ts'
import type { DesiredState } from '../../addressing/desired.ts'

/**
 * The last advert went out at most one interval before the daemon was last
 * known to be alive, and nobody acts before three have been missed.
 */
const INTERVALS_TO_COME_BACK = 2

export function resumable(
  record: ReadRecord | undefined,
  routers: readonly Assembled[],
  now: Instant,
): ReadonlySet<string> {
  if (record === undefined) return new Set()
  const masters = new Set(record.instances.filter(({ isMaster }) => isMaster).map(({ identity }) => identity))
  const isInTime = ({ router }: Assembled): boolean =>
    now < after(record.aliveAt, times(router.advertInterval, INTERVALS_TO_COME_BACK))
  return new Set(
    routers
      .filter((assembled) => masters.has(identityOf(assembled.router)) && isInTime(assembled))
      .map(({ router }) => router.name),
  )
}

/** Adverts of one router, answers to rivals included. */
const MOST_A_SECOND = 4
/** Those of a burst just before the end. */
const MOST_AT_ONCE = 64

/**
 * Sequence numbers of auth_type AH: with lower ones neighbours would take the adverts of a Master that goes
 * on for replays, and elect another beside it. (keepalived begins with 1 again.)
 */
export function usedNumbers(
  record: Pick<ReadRecord, 'sequences' | 'sequencesAt'> | undefined,
  now: Instant,
): readonly UsedNumbers[] {
  if (record === undefined) return []
  const since = Math.ceil(toSeconds(between(record.sequencesAt, now)) * MOST_A_SECOND) + MOST_AT_ONCE
  return record.sequences.map((used) => ({ ...used, unsure: used.unsure + since }))
}

/** What the crashed daemon may have installed and the new configuration does not know. */
export function orphaned(
  record: ReadRecord,
  routers: readonly DesiredState[],
): readonly (Wants & { readonly name: string })[] {
  const known: DesiredState = {
    addresses: routers.flatMap(({ addresses }) => addresses),
    routes: routers.flatMap(({ routes }) => routes),
    rules: routers.flatMap(({ rules }) => rules),
  }
  return record.instances.map((instance) => ({ name: instance.name, ...without(instance, known) }))
}
