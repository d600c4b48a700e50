/** The kernel's whole view by dumps, asked for now. */

import { accepted, type Result } from '../base/result.ts'
import type { SystemError } from '../system/socket.ts'
import { encodeAddressQuery } from './address-message.ts'
import { decodeMessage, type Protocols } from './decode.ts'
import type { Envelope } from './envelope.ts'
import { encodeLinkQuery } from './link-message.ts'
import { LinkTable } from './link-table.ts'
import { fold } from './links.ts'
import type { KernelMessage } from './message.ts'
import { RTM } from './numbers.ts'
import { encodeRouteQuery } from './route-message.ts'
import type { Transport } from './transport.ts'
import type { RouteSpec } from './types.ts'

/** @param watched protocols whose routes are wanted as well */
export function takeSnapshot(transport: Transport, watched: Protocols): Result<LinkTable, SystemError> {
  const links = transport.dump(RTM.GETLINK, encodeLinkQuery())
  if (!links.ok) return links
  const addresses = transport.dump(RTM.GETADDR, encodeAddressQuery())
  if (!addresses.ok) return addresses
  const routes = listRoutes(transport, watched)
  if (!routes.ok) return routes
  const messages = decodeAll([...links.value, ...addresses.value], watched)
  return accepted(fold(LinkTable.empty, messages).table.withRoutes(routes.value))
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

const decodeAll = (envelopes: readonly Envelope[], watched: Protocols): readonly KernelMessage[] =>
  envelopes.map((envelope) => decodeMessage(envelope, watched)).filter((message) => message !== undefined)
