/** The kernel's whole view by dumps, asked for now. */

import { accepted, type Result } from '../base/result.ts'
import type { SystemError } from '../system/socket.ts'
import { encodeAddressQuery } from './address-message.ts'
import { decodeMessage, type Protocols } from './decode.ts'
import type { Envelope } from './envelope.ts'
import { encodeLinkQuery } from './link-message.ts'
import { LinkTable } from './link-table.ts'
import { fold } from './fold.ts'
import type { KernelMessage } from './message.ts'
import { RTM } from './numbers.ts'
import { ERRNO } from './errno.ts'
import { encodeRouteQuery } from './route-message.ts'
import type { Transport } from './transport.ts'
import { encodeRuleQuery } from './rule-message.ts'
import type { RouteSpec, RuleSpec } from './types.ts'

/**
 * @param watched protocols whose routes are wanted as well
 * @param withRules whether rules are
 */
export function takeSnapshot(
  transport: Transport,
  watched: Protocols,
  withRules = false,
): Result<LinkTable, SystemError> {
  const links = transport.dump(RTM.GETLINK, encodeLinkQuery())
  if (!links.ok) return links
  const addresses = transport.dump(RTM.GETADDR, encodeAddressQuery())
  if (!addresses.ok) return addresses
  const routes = listRoutes(transport, watched)
  if (!routes.ok) return routes
  const rules = withRules ? listRules(transport) : accepted([])
  if (!rules.ok) return rules
  const messages = decodeAll([...links.value, ...addresses.value], watched)
  const { table } = fold(LinkTable.empty, messages)
  return accepted(table.withRoutes(routes.value).withRules(rules.value))
}

/** The routes of these protocols that are there now. */
export function listRoutes(
  transport: Transport,
  protocols: Protocols,
): Result<readonly RouteSpec[], SystemError> {
  const routes: RouteSpec[] = []
  for (const protocol of protocols) {
    const dump = transport.dump(RTM.GETROUTE, encodeRouteQuery(protocol))
    if (!dump.ok) return dump
    for (const message of decodeAll(dump.value, protocols)) {
      if (message.type === 'route') routes.push(message.route)
    }
  }
  return accepted(routes)
}

/** All rules that are there now. A kernel may do without rules, or without IPv6. */
export function listRules(transport: Transport): Result<readonly RuleSpec[], SystemError> {
  const rules: RuleSpec[] = []
  for (const family of [4, 6] as const) {
    const dump = transport.dump(RTM.GETRULE, encodeRuleQuery(family))
    if (!dump.ok && !NO_RULES.includes(dump.error.errno)) return dump
    for (const message of dump.ok ? decodeAll(dump.value, NO_PROTOCOLS) : []) {
      if (message.type === 'rule') rules.push(message.rule)
    }
  }
  return accepted(rules)
}

const NO_RULES: readonly number[] = [ERRNO.EAFNOSUPPORT, ERRNO.EOPNOTSUPP]
const NO_PROTOCOLS: Protocols = new Set()

const decodeAll = (envelopes: readonly Envelope[], watched: Protocols): readonly KernelMessage[] =>
  envelopes.map((envelope) => decodeMessage(envelope, watched)).filter((message) => message !== undefined)
