/**
 * What VRRP packets reach a link, whether or not they get any further: a
 * packet socket sees them before the firewall and the kernel's own checks do,
 * the sockets of advert-socket.ts after. Not promiscuous: multicast arrives
 * because those have joined the group. A filter in the kernel keeps all other
 * traffic from waking anybody up.
 */

import type { Result } from '../../base/result.ts'
import * as linux from '../../system/constants.ts'
import {
  anyBit,
  atLeast,
  equal,
  load,
  loadByte,
  loadByteBehindHeader,
  loadHalf,
  loadHeaderLength,
  type Instruction,
} from '../../system/packet-filter.ts'
import { packetSocketAddress } from '../../system/socket-address.ts'
import { setReceiveBuffer, Socket, type Datagram, type SystemError } from '../../system/socket.ts'
import { PROTOCOL } from '../wire/ip.ts'

export interface AdvertTap {
  /** IP packets from their header on, some of those that wait; none means that nothing does. */
  receive(): Result<readonly Datagram[], SystemError>
  /** As Socket.onReadable. */
  onReadable(callback: (() => void) | undefined): void
  close(): void
}

const longestPacket = 2048
/** Some hundred adverts. What does not fit is lost, which matters little: adverts come again. */
const receiveBufferBytes = 1 << 18

/**
 * EPERM: CAP_NET_RAW is missing; ENODEV: the link is gone.
 *
 * @param namespace other than the process's: a name under /run/netns, or a path
 */
export function openAdvertTap(linkIndex: number, namespace?: string): Result<AdvertTap, SystemError> {
  const opened = Socket.open({
    domain: linux.AF_PACKET,
    type: linux.SOCK_DGRAM,
    // Receives nothing before there is a filter and a link.
    protocol: 0,
    namespace,
    datagramBytes: longestPacket,
  })
  if (!opened.ok) return opened
  const prepared = prepare(opened.value, linkIndex)
  if (prepared.ok) return opened
  opened.value.close()
  return prepared
}

function prepare(socket: Socket, linkIndex: number): Result<undefined, SystemError> {
  const filtered = socket.attachFilter(vrrpArrived)
  if (!filtered.ok) return filtered
  setReceiveBuffer(socket, receiveBufferBytes)
  socket.setOption(linux.SOL_SOCKET, linux.SO_TIMESTAMPNS, 1)
  // Linux 4.20; before it, what is sent costs the filter's time as well.
  socket.setOption(linux.SOL_PACKET, linux.PACKET_IGNORE_OUTGOING, 1)
  // All types rather than IPv4 alone: those come only behind nftables' ingress hook, which may drop them.
  return socket.bind(packetSocketAddress(linkIndex, linux.ETH_P_ALL))
}

const ETH_P_IP = 0x0800
const PACKET_OTHERHOST = 3
const VLAN_ID = 0x0fff
/** More fragments, or not the first one: the kernel puts them together later. */
const FRAGMENT = 0x3fff

/** IPv4, for this host, on this link and not a VLAN of it: protocol 112, also behind an authentication header. */
const vrrpArrived: readonly Instruction[] = [
  load('protocol'),
  equal(ETH_P_IP, { ifFalse: 'drop' }),
  load('packetType'),
  atLeast(PACKET_OTHERHOST, { ifTrue: 'drop' }),
  load('vlanTag'),
  anyBit(VLAN_ID, { ifTrue: 'drop' }),
  loadHalf(6),
  anyBit(FRAGMENT, { ifTrue: 'drop' }),
  loadByte(9),
  equal(PROTOCOL.vrrp, { ifTrue: 'accept' }),
  equal(PROTOCOL.ah, { ifFalse: 'drop' }),
  loadHeaderLength(0),
  loadByteBehindHeader(0),
  equal(PROTOCOL.vrrp, { ifTrue: 'accept', ifFalse: 'drop' }),
]
