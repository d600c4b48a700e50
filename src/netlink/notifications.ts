/** Reading what the kernel has queued on the socket of the notifications. */

import type { Socket } from '../system/socket.ts'
import { decodeMessage, type Protocols } from './decode.ts'
import type { KernelMessage } from './message.ts'
import { receive } from './receive.ts'
import { ERRNO } from './errno.ts'

/** Of up to 8 notifications each. In ordinary times the rest may wait for the next turn of the loop. */
const READS = 512
/** After an overrun the queue must be emptied: until then the kernel drops what is new without a word. */
const READS_AFTER_OVERRUN = 65_536

export interface Notifications {
  readonly messages: readonly KernelMessage[]
  /** There is nothing left in the queue. */
  readonly emptied: boolean
  /** Something did not fit the queue, or could not be read. */
  readonly incomplete: boolean
}

/** @param watched the protocols whose routes are of interest */
export function readNotifications(socket: Pick<Socket, 'receive'>, watched: Protocols): Notifications {
  const messages: KernelMessage[] = []
  let incomplete = false
  for (let reads = 0; reads < (incomplete ? READS_AFTER_OVERRUN : READS); reads++) {
    const received = receive(socket)
    if (!received.ok) {
      incomplete = true
      if (received.error.errno === ERRNO.ENOBUFS) continue
      break
    }
    if (received.value.empty) return { messages, emptied: true, incomplete }
    incomplete ||= received.value.truncated
    for (const envelope of received.value.messages) {
      const message = decodeMessage(envelope, watched)
      if (message !== undefined) messages.push(message)
    }
  }
  return { messages, emptied: false, incomplete }
}
