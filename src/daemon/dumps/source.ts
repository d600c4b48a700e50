/** What dumps are made of. Times are by the wall clock, in microseconds since the epoch. */

import type { VrrpModel, VrrpInstance } from '../../config/model.ts'
import type { CheckReport } from '../../scripts/check-events.ts'
import type { FileReport } from '../../scripts/tracking/file-watch.ts'
import type { ProcessReport } from '../../scripts/tracking/tracked-processes.ts'
import type { Counters } from '../../vrrp/counters.ts'
import type { Conditions } from '../../vrrp/election/state.ts'
import type { RouterRecord } from '../../vrrp/engine.ts'
import type { Assembled } from '../assemble.ts'
import type { InstanceNaming } from '../instance-naming.ts'

export interface DumpedRouter {
  readonly assembled: Assembled
  readonly record: RouterRecord
  readonly group: string | undefined
  /** When the state was entered, in microseconds since the epoch; 0: never. */
  readonly sinceMicros: number
  /** Since the start, or since they were cleared. */
  readonly counters: Counters
  /** Whether the address at that index is there now. */
  readonly isPresent: (index: number) => boolean
}

export interface DumpSource {
  readonly instanceNaming: InstanceNaming
  readonly model: VrrpModel
  readonly routers: readonly DumpedRouter[]
  readonly groups: readonly {
    readonly name: string
    readonly members: readonly string[]
    readonly state: string
  }[]
  readonly checks: readonly CheckReport[]
  readonly files: readonly FileReport[]
  readonly processes: readonly ProcessReport[]
}

/**
 * What stands for the addresses of an instance, excluded ones last, as keepalived has them: those that
 * adverts carry, and the others. What they have no room for comes last.
 */
export function asAdvertised<T>(
  all: readonly T[],
  { addresses: { length } }: VrrpInstance,
  { unadvertised = 0 }: Conditions,
): readonly [vips: readonly T[], evips: readonly T[]] {
  const carried = Math.max(0, length - unadvertised)
  return [all.slice(0, carried), [...all.slice(length), ...all.slice(carried, length)]]
}

/** Of the wire's rejection reasons, in keepalived's groups. */
export function errorCounts({ rejected, addressListDiffers }: Counters): Readonly<Record<ErrorName, number>> {
  const of = (...reasons: readonly string[]): number =>
    reasons.reduce((sum, reason) => sum + (rejected[reason] ?? 0), 0)
  return {
    packet_len_err: of('packet-too-short', 'ah-too-short', 'packet-length', 'ip-length'),
    advert_interval_err: of('advert-interval'),
    ip_ttl_err: of('ttl', 'unicast-ttl'),
    invalid_type_rcvd: of('type'),
    addr_list_err: addressListDiffers,
    invalid_authtype: of('auth-type-invalid'),
    authtype_mismatch: of('auth-type-mismatch', 'ah-missing', 'ah-unexpected'),
    auth_failure: of('auth-failure', 'ah-icv', 'ah-spi', 'ah-replay'),
  }
}

export type ErrorName =
  | 'packet_len_err'
  | 'advert_interval_err'
  | 'ip_ttl_err'
  | 'invalid_type_rcvd'
  | 'addr_list_err'
  | 'invalid_authtype'
  | 'authtype_mismatch'
  | 'auth_failure'

/** What has been counted since `before`. */
export function countedSince(before: Counters | undefined, now: Counters): Counters {
  if (before === undefined) return now
  const rejected = Object.entries(now.rejected).map(
    ([reason, count]) => [reason, count - (before.rejected[reason] ?? 0)] as const,
  )
  return {
    advertsReceived: now.advertsReceived - before.advertsReceived,
    advertsSent: now.advertsSent - before.advertsSent,
    becameMaster: now.becameMaster - before.becameMaster,
    releasedMaster: now.releasedMaster - before.releasedMaster,
    priorityZeroReceived: now.priorityZeroReceived - before.priorityZeroReceived,
    priorityZeroSent: now.priorityZeroSent - before.priorityZeroSent,
    addressListDiffers: now.addressListDiffers - before.addressListDiffers,
    rejected: Object.fromEntries(rejected),
  }
}
