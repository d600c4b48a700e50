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
  const queries: (readonly [number, Uint8Array])[] = [
    [RTM.GETLINK, encodeLinkQuery()],
    [RTM.GETADDR, encodeAddressQuery()],
    ...[...watched].map((protocol) => [RTM.GETROUTE, encodeRouteQuery(protocol)] as const),
  ]
  const answers: Envelope[] = []
  for (const [type, body] of queries) {
    const dump = transport.dump(type, body)
    if (!dump.ok) return dump
    for (const answer of dump.value) answers.push(answer)
  }
  return accepted(fold(LinkTable.empty, decodeAll(answers, watched)).table)
}

/** The routes of one protocol that are there now. */
export function listRoutes(
  transport: Transport,
  protocol: number,
): Result<readonly RouteSpec[], SystemError> {
  const dump = transport.dump(RTM.GETROUTE, encodeRouteQuery(protocol))
  if (!dump.ok) return dump
  const messages = decodeAll(dump.value, new Set([protocol]))
  return accepted(messages.flatMap((message) => (message.type === 'route' ? [message.route] : [])))
}

const decodeAll = (envelopes: readonly Envelope[], watched: Protocols): readonly KernelMessage[] =>
  envelopes.map((envelope) => decodeMessage(envelope, watched)).filter((message) => message !== undefined)
