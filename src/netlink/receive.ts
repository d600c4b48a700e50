/** Reading a netlink socket: the kernel's messages only, as many as one read gives. */

import { accepted, type Result } from '../base/result.ts'
import { netlinkPortOf } from '../system/socket-address.ts'
import type { Socket, SystemError } from '../system/socket.ts'
import { splitMessages, type Envelope } from './envelope.ts'

export interface Received {
  /** Nothing waited: there was not a single datagram, of interest or not. */
  readonly empty: boolean
  /** A datagram was longer than we can take; something is missing. */
  readonly truncated: boolean
  readonly messages: readonly Envelope[]
}

const KERNEL = 0

/** Other processes with CAP_NET_ADMIN can send to our port as well; only the kernel is believed. */
export function receive(socket: Pick<Socket, 'receive'>): Result<Received, SystemError> {
  const received = socket.receive()
  if (!received.ok) return received
  const datagrams = received.value.filter(({ source }) => netlinkPortOf(source) === KERNEL)
  return accepted({
    empty: received.value.length === 0,
    truncated: datagrams.some(({ truncated }) => truncated),
    messages: datagrams.flatMap(({ bytes }) => splitMessages(bytes)),
  })
}
