/**
 * A datagram socket that is connected to its peer: it hears nobody else, and learns of ICMP errors, also of those that
 * are passed over otherwise (host unreachable). UDP, or ICMP echo, whose identifier and checksum are the kernel's; the
 * latter needs a group in net.ipv4.ping_group_range.
 */

import { isIpv4, type IpAddress } from '../base/address.ts'
import type { Result } from '../base/result.ts'
import * as linux from './constants.ts'
import { ipSocketAddress } from './socket-address.ts'
import { Socket } from './socket.ts'
import type { SystemError } from './system-error.ts'

export interface ConnectedDatagramsSpec {
  readonly protocol: 'udp' | 'icmp'
  readonly target: { readonly address: IpAddress; readonly port: number }
  readonly bindAddress: IpAddress | undefined
  readonly bindPort: number | undefined
  /** SO_BINDTODEVICE; CAP_NET_RAW where it is bound already. */
  readonly bindInterface: string | undefined
  /** SO_MARK, with CAP_NET_ADMIN; 0 is none. */
  readonly mark: number
  /** What is longer is cut off. */
  readonly datagramBytes: number
  /** As of SocketSpec. */
  readonly namespace?: string | undefined
}

/** Marked, bound to its link, bound, connected, in this order, as keepalived does. The first refusal ends it. */
export function openConnectedDatagrams(spec: ConnectedDatagramsSpec): Result<Socket, SystemError> {
  const { target, bindAddress, bindPort, bindInterface, mark } = spec
  const isV4 = isIpv4(target.address)
  const opened = Socket.open({
    domain: isV4 ? linux.AF_INET : linux.AF_INET6,
    type: linux.SOCK_DGRAM,
    protocol: protocolOf(spec.protocol, isV4),
    namespace: spec.namespace,
    datagramBytes: spec.datagramBytes,
    datagramsPerRead: 1,
  })
  if (!opened.ok) return opened
  const socket = opened.value
  const steps: (() => Result<unknown, SystemError>)[] = [
    () =>
      isV4
        ? socket.setOption(linux.IPPROTO_IP, linux.IP_RECVERR, 1)
        : socket.setOption(linux.IPPROTO_IPV6, linux.IPV6_RECVERR, 1),
  ]
  if (mark !== 0) steps.push(() => socket.setOption(linux.SOL_SOCKET, linux.SO_MARK, asUnsigned(mark)))
  if (bindInterface !== undefined) {
    const name = new TextEncoder().encode(bindInterface)
    steps.push(() => socket.setOption(linux.SOL_SOCKET, linux.SO_BINDTODEVICE, name))
  }
  if (bindAddress !== undefined || bindPort !== undefined) {
    const any = isV4 ? ANY_V4 : ANY_V6
    steps.push(() => socket.bind(ipSocketAddress(bindAddress ?? any, bindPort ?? 0)))
  }
  steps.push(() => socket.connect(ipSocketAddress(target.address, target.port)))
  for (const step of steps) {
    const result = step()
    if (result.ok) continue
    socket.close()
    return result
  }
  return opened
}

const ANY_V4 = 0 as IpAddress
const ANY_V6 = '::' as IpAddress

function protocolOf(protocol: 'udp' | 'icmp', isV4: boolean): number {
  if (protocol === 'udp') return linux.IPPROTO_UDP
  return isV4 ? linux.IPPROTO_ICMP : linux.IPPROTO_ICMPV6
}

/** A number is passed as a C int, and a mark has all 32 bits. */
function asUnsigned(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer)
}
