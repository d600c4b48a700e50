/**
 * What every way to a kernel has in common: how a route is asked for, and which
 * refusals are none, because what was asked for is so already. Pure.
 */

import { ERRNO } from './errno.ts'
import type { Kernel } from './kernel.ts'
import { LinkTable } from './link-table.ts'
import type { Monitor } from './monitor.ts'
import {
  KEEPALIVED_PROTOCOL,
  type AddressSpec,
  type MacvlanSpec,
  type Outcome,
  type PortId,
  type RouteSpec,
  type RuleSpec,
} from './types.ts'

/** The part of `Kernel` that asks for changes; each as described there. */
export interface Requests {
  readonly portId: PortId
  installAddresses(specs: readonly AddressSpec[]): readonly Outcome[]
  withdrawAddresses(specs: readonly AddressSpec[]): readonly Outcome[]
  installRoutes(specs: readonly RouteSpec[]): readonly Outcome[]
  withdrawRoutes(specs: readonly RouteSpec[]): readonly Outcome[]
  installRules(specs: readonly RuleSpec[]): readonly Outcome[]
  withdrawRules(specs: readonly RuleSpec[]): readonly Outcome[]
  createMacvlan(spec: MacvlanSpec): Outcome
  enableLink(name: string): Outcome
  removeLink(name: string): Outcome
  close(): void
}

/** The monitor is told what is about to be asked, so that it knows whose the notifications are. */
export const monitored = (requests: Requests, monitor: Monitor): Kernel => ({
  portId: requests.portId,
  get table() {
    return monitor.table
  },
  onEvents(callback) {
    monitor.onEvents(callback)
  },
  drain() {
    monitor.drain()
  },
  installAddresses(specs) {
    monitor.expect('address', specs)
    return requests.installAddresses(specs)
  },
  withdrawAddresses(specs) {
    monitor.expect('address-gone', specs)
    return requests.withdrawAddresses(specs)
  },
  installRoutes(specs) {
    monitor.watchRoutes(specs.map(protocolOf))
    return requests.installRoutes(specs)
  },
  withdrawRoutes(specs) {
    monitor.watchRoutes(specs.map(protocolOf))
    return requests.withdrawRoutes(specs)
  },
  installRules(specs) {
    if (specs.length > 0) monitor.watchRules()
    return requests.installRules(specs)
  },
  withdrawRules(specs) {
    if (specs.length > 0) monitor.watchRules()
    return requests.withdrawRules(specs)
  },
  createMacvlan: (spec) => requests.createMacvlan(spec),
  enableLink: (name) => requests.enableLink(name),
  removeLink: (name) => requests.removeLink(name),
  close() {
    monitor.close()
    requests.close()
  },
})

const protocolOf = ({ protocol }: RouteSpec): number => protocol ?? KEEPALIVED_PROTOCOL

const unless =
  (...errnos: readonly number[]) =>
  (outcome: Outcome): Outcome =>
    outcome && errnos.includes(outcome.errno) ? undefined : outcome

/** Of an address or rule: it is there. */
export const unlessThere: (outcome: Outcome) => Outcome = unless(ERRNO.EEXIST)

/** Not there: the address, the link, or IPv6 on the link or at all. */
export const unlessAddressAbsent: (outcome: Outcome) => Outcome = unless(
  ERRNO.EADDRNOTAVAIL,
  ERRNO.ENODEV,
  ERRNO.ENXIO,
  ERRNO.EOPNOTSUPP,
)

/** Not there: the route, its link, IPv6 at all; or what the kernel calls invalid and so cannot have. */
export const unlessRouteAbsent: (outcome: Outcome) => Outcome = unless(
  ERRNO.ESRCH,
  ERRNO.ENODEV,
  ERRNO.EINVAL,
  ERRNO.EOPNOTSUPP,
)

/** Not there: the rule, or the family. */
export const unlessRuleAbsent: (outcome: Outcome) => Outcome = unless(
  ERRNO.ENOENT,
  ERRNO.EAFNOSUPPORT,
  ERRNO.EOPNOTSUPP,
)

export const unlessLinkAbsent: (outcome: Outcome) => Outcome = unless(ERRNO.ENODEV)

/** `prepend` and `append`: before and behind those to the same destination; `exclusive`: beside none. */
export type RoutePlace = 'prepend' | 'append' | 'exclusive'

/** What keepalived asks for (seen with strace, 2.2.7): routes.ts says what that means beside others' routes. */
export function placeOfRoute({ type, append }: RouteSpec): RoutePlace {
  if (type !== 'unicast') return 'exclusive'
  return append === true ? 'append' : 'prepend'
}

/**
 * Asked for exclusively, EEXIST means any route to the same destination, and otherwise the very same one.
 *
 * @param outcomes one for each spec
 * @param list the routes of these protocols that are there now
 */
export function unlessRoutesThere(
  specs: readonly RouteSpec[],
  outcomes: readonly Outcome[],
  list: (protocols: ReadonlySet<number>) => readonly RouteSpec[],
): readonly Outcome[] {
  const doubtful = specs.filter(
    (spec, index) => outcomes[index]?.errno === ERRNO.EEXIST && placeOfRoute(spec) === 'exclusive',
  )
  const routes = doubtful.length === 0 ? [] : list(new Set(doubtful.map(protocolOf)))
  const table = LinkTable.empty.withRoutes(routes)
  return outcomes.map((outcome, index) => {
    const spec = specs[index]
    if (spec === undefined || outcome?.errno !== ERRNO.EEXIST) return outcome
    return placeOfRoute(spec) !== 'exclusive' || table.hasRoute(spec) ? undefined : outcome
  })
}
