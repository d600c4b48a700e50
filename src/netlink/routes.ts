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
import { RTM } from './numbers.ts'
import { placeOfRoute, unlessRouteAbsent, unlessRoutesThere, type RoutePlace } from './requests.ts'
import { encodeRoute } from './route-message.ts'
import { listRoutes } from './snapshot.ts'
import type { Transport } from './transport.ts'
import type { Outcome, RouteSpec } from './types.ts'

const FLAGS: Readonly<Record<RoutePlace, number>> = {
  prepend: FlagsNew.CREATE,
  append: FlagsNew.CREATE | FlagsNew.APPEND,
  exclusive: FlagsNew.CREATE | FlagsNew.EXCL,
}

export function installRoutes(transport: Transport, specs: readonly RouteSpec[]): readonly Outcome[] {
  const requests = specs.map((spec) => ({
    type: RTM.NEWROUTE,
    flags: FLAGS[placeOfRoute(spec)],
    body: encodeRoute(spec),
  }))
  return unlessRoutesThere(specs, transport.request(requests), (protocols) => {
    const routes = listRoutes(transport, protocols)
    return routes.ok ? routes.value : []
  })
}

/** What is not there (any more) is a success. */
export function withdrawRoutes(transport: Transport, specs: readonly RouteSpec[]): readonly Outcome[] {
  const requests = specs.map((spec) => ({ type: RTM.DELROUTE, flags: 0, body: encodeRoute(spec) }))
  return transport.request(requests).map(unlessRouteAbsent)
}
