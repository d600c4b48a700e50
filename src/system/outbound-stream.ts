/** TCP connections with a mark or bound to a link, which node:net cannot make; it is handed those that stand. */

import { isIpv4 } from '../base/address.ts'
import { accepted, rejected, type Result } from '../base/result.ts'
import * as linux from './constants.ts'
import { connectFrom, type Outbound } from './outbound.ts'
import { Socket } from './socket.ts'
import { errnoCode, type SystemError } from './system-error.ts'

export interface OutboundStreamSpec extends Outbound {
  /** As of SocketSpec. */
  readonly namespace?: string | undefined
}

/** What went wrong: `connect`, `ECONNREFUSED`. */
type StreamError = Pick<SystemError, 'call' | 'code'>

/** A connection that is being made. */
export interface OpeningStream {
  /** Nothing more is heard of it. Too late once it has settled. */
  cancel(): void
}

/**
 * @param settled is called once, later: with the descriptor of the connection, which is the caller's to close, or with
 *   what came instead
 * @returns what was refused at once; `settled` is not called then
 */
export function openStream(
  spec: OutboundStreamSpec,
  settled: (result: Result<number, StreamError>) => void,
): Result<OpeningStream, StreamError> {
  const opened = Socket.open({
    domain: isIpv4(spec.target.address) ? linux.AF_INET : linux.AF_INET6,
    type: linux.SOCK_STREAM,
    protocol: 0,
    namespace: spec.namespace,
  })
  if (!opened.ok) return opened
  const socket = opened.value
  // A port of one's own is free again at once, as it is for node:net.
  const reusable = socket.setOption(linux.SOL_SOCKET, linux.SO_REUSEADDR, 1)
  const connecting = reusable.ok ? connectFrom(socket, spec) : reusable
  if (!connecting.ok && connecting.error.code !== 'EINPROGRESS') {
    socket.close()
    return connecting
  }
  socket.onWritable(() => {
    const connected = connectionOf(socket)
    if (!connected.ok) socket.close()
    settled(connected)
  })
  return accepted({ cancel: () => socket.close() })
}

/** Of a socket whose connection was made, or was not. */
function connectionOf(socket: Socket): Result<number, StreamError> {
  const error = socket.option(linux.SOL_SOCKET, linux.SO_ERROR, 4)
  if (!error.ok) return error
  const [errno = 0] = new Int32Array(error.value.buffer)
  return errno === 0 ? socket.takeDescriptor() : rejected({ call: 'connect', code: errnoCode(errno) })
}
