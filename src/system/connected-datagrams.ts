/**
 * A datagram socket that is connected to its peer: it hears nobody else, and learns of ICMP errors, also of those that
 * are passed over otherwise (host unreachable). UDP, or ICMP echo, whose identifier and checksum are the kernel's; the
 * latter needs a group in net.ipv4.ping_group_range.
 */

import { isIpv4 } from '../base/address.ts'
import type { Result } from '../base/result.ts'
import * as linux from './constants.ts'
import { connectFrom, type Outbound } from './outbound.ts'
import { Socket } from './socket.ts'
import type { SystemError } from './system-error.ts'

export interface ConnectedDatagramsSpec extends Outbound {
  readonly protocol: 'udp' | 'icmp'
  /** What is longer is cut off. */
  readonly datagramBytes: number
  /** As of SocketSpec. */
  readonly namespace?: string | undefined
}

/** The first refusal ends it. */
export function openConnectedDatagrams(spec: ConnectedDatagramsSpec): Result<Socket, SystemError> {
  const isV4 = isIpv4(spec.target.address)
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
  const hears = isV4
    ? socket.setOption(linux.IPPROTO_IP, linux.IP_RECVERR, 1)
    : socket.setOption(linux.IPPROTO_IPV6, linux.IPV6_RECVERR, 1)
  const connected = hears.ok ? connectFrom(socket, spec) : hears
  if (connected.ok) return opened
  socket.close()
  return connected
}

function protocolOf(protocol: 'udp' | 'icmp', isV4: boolean): number {
  if (protocol === 'udp') return linux.IPPROTO_UDP
  return isV4 ? linux.IPPROTO_ICMP : linux.IPPROTO_ICMPV6
}
