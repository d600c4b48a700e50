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
import { isRoute } from './identity.ts'
import { RTM } from './numbers.ts'
import { ERRNO } from './refusal.ts'
import { encodeRoute } from './route-message.ts'
import { listRoutes } from './snapshot.ts'
import type { Transport } from './transport.ts'
import { KEEPALIVED_PROTOCOL, type Outcome, type RouteSpec } from './types.ts'

export function installRoutes(transport: Transport, specs: readonly RouteSpec[]): readonly Outcome[] {
  const requests = specs.map((spec) => ({
    type: RTM.NEWROUTE,
    flags: spec.type === 'unicast' ? FlagsNew.CREATE : FlagsNew.CREATE | FlagsNew.EXCL,
    body: encodeRoute(spec),
  }))
  return transport.request(requests).map((outcome, index) => {
    const spec = specs[index]
    return spec && outcome?.errno === ERRNO.EEXIST && exists(transport, spec) ? undefined : outcome
  })
}

/** Without NLM_F_EXCL, EEXIST means the very same route; with it, any to the same destination. */
function exists(transport: Transport, spec: RouteSpec): boolean {
  if (spec.type === 'unicast') return true
  const routes = listRoutes(transport, new Set([spec.protocol ?? KEEPALIVED_PROTOCOL]))
  return routes.ok && routes.value.some((route) => isRoute(spec, route))
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
