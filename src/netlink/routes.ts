/**
 * Virtual routes into the kernel and out of it, with the flags that keepalived
 * uses (seen with strace, 2.2.7), as these decide what happens beside an
 * administrator's route to the same destination:
 *
 * - A unicast route is put before it (NLM_F_CREATE alone, "ip route prepend"). It takes
 *   effect, and the other is in its place again when ours is withdrawn.
 * - A blackhole, unreachable, prohibit or throw route is refused then (NLM_F_EXCL).
 *
 * Withdrawn is only what agrees in everything we set, the protocol included:
 * an administrator's route differs at least in that.
 */

import { FlagsNew } from 'netlink/dist/constants.js'
import { accepted } from '../base/result.ts'
import { LinkTable } from './link-table.ts'
import { RTM } from './numbers.ts'
import { ERRNO } from './refusal.ts'
import { encodeRoute } from './route-message.ts'
import { listRoutes } from './snapshot.ts'
import type { Transport } from './transport.ts'
import { KEEPALIVED_PROTOCOL, type Outcome, type RouteSpec } from './types.ts'

function flagsFor({ type, append }: RouteSpec): number {
  if (type !== 'unicast') return FlagsNew.CREATE | FlagsNew.EXCL
  return append === true ? FlagsNew.CREATE | FlagsNew.APPEND : FlagsNew.CREATE
}

export function installRoutes(transport: Transport, specs: readonly RouteSpec[]): readonly Outcome[] {
  const requests = specs.map((spec) => ({
    type: RTM.NEWROUTE,
    flags: flagsFor(spec),
    body: encodeRoute(spec),
  }))
  const outcomes = transport.request(requests)
  const doubtful = specs.filter((_, index) => outcomes[index]?.errno === ERRNO.EEXIST)
  const there = existing(transport, doubtful)
  return outcomes.map((outcome, index) => {
    const spec = specs[index]
    return spec && outcome?.errno === ERRNO.EEXIST && there(spec) ? undefined : outcome
  })
}

/** Without NLM_F_EXCL, EEXIST means the very same route; with it, any to the same destination. */
function existing(transport: Transport, specs: readonly RouteSpec[]): (spec: RouteSpec) => boolean {
  const asked = specs.filter(({ type }) => type !== 'unicast')
  const protocols = new Set(asked.map(({ protocol }) => protocol ?? KEEPALIVED_PROTOCOL))
  const routes = protocols.size === 0 ? accepted([]) : listRoutes(transport, protocols)
  const table = LinkTable.empty.withRoutes(routes.ok ? routes.value : [])
  return (spec) => spec.type === 'unicast' || table.hasRoute(spec)
}

/** Not there: the route, its link, IPv6 at all; or what the kernel calls invalid and so cannot have. */
const ABSENT: readonly number[] = [ERRNO.ESRCH, ERRNO.ENODEV, ERRNO.EINVAL, ERRNO.EOPNOTSUPP]

/** What is not there (any more) is a success. */
export function withdrawRoutes(transport: Transport, specs: readonly RouteSpec[]): readonly Outcome[] {
  const requests = specs.map((spec) => ({ type: RTM.DELROUTE, flags: 0, body: encodeRoute(spec) }))
  return transport
    .request(requests)
    .map((outcome) => (outcome && ABSENT.includes(outcome.errno) ? undefined : outcome))
}
