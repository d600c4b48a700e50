/** Sockets that go out: to whom, and what decides which way they take. */

import { isIpv4, type IpAddress } from '../base/address.ts'
import type { Result } from '../base/result.ts'
import * as linux from './constants.ts'
import { ipSocketAddress } from './socket-address.ts'
import type { Socket } from './socket.ts'
import type { SystemError } from './system-error.ts'

export interface Outbound {
  readonly target: { readonly address: IpAddress; readonly port: number }
  readonly bindAddress: IpAddress | undefined
  readonly bindPort: number | undefined
  /** SO_BINDTODEVICE; CAP_NET_RAW where it is bound already. */
  readonly bindInterface: string | undefined
  /** SO_MARK, with CAP_NET_ADMIN; 0 is none. */
  readonly mark: number
}

/** Marked, bound to its link, bound, connected, in this order, as keepalived does. The first refusal ends it. */
export function connectFrom(
  socket: Socket,
  { target, bindAddress, bindPort, bindInterface, mark }: Outbound,
): Result<undefined, SystemError> {
  const steps: (() => Result<undefined, SystemError>)[] = []
  if (mark !== 0) steps.push(() => socket.setOption(linux.SOL_SOCKET, linux.SO_MARK, asUnsigned(mark)))
  if (bindInterface !== undefined) {
    const name = new TextEncoder().encode(bindInterface)
    steps.push(() => socket.setOption(linux.SOL_SOCKET, linux.SO_BINDTODEVICE, name))
  }
  if (bindAddress !== undefined || bindPort !== undefined) {
    const any = isIpv4(target.address) ? ANY_V4 : ANY_V6
    steps.push(() => socket.bind(ipSocketAddress(bindAddress ?? any, bindPort ?? 0)))
  }
  for (const step of steps) {
    const result = step()
    if (!result.ok) return result
  }
  return socket.connect(ipSocketAddress(target.address, target.port))
}

const ANY_V4 = 0 as IpAddress
const ANY_V6 = '::' as IpAddress

/** A number is passed as a C int, and a mark has all 32 bits. */
function asUnsigned(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer)
}
