/**
 * VRRP packets on one link: sockets for all its virtual routers together.
 *
 * A receiving one, for each IP protocol, hears the multicast group on this link and nothing else:
 * neither unicast (it is bound to the group) nor groups that others joined.
 * The sending one takes whole IP packets, headers included, and does not hear
 * itself. A link that goes down keeps its sockets; a link that is removed and
 * made again needs new ones (its index is another).
 */

import { ipToBytes, parseIpv4, type Ipv4Address } from '../../base/address.ts'
import { accepted, invariant, type Result } from '../../base/result.ts'
import * as linux from '../../system/constants.ts'
import { ipv4SocketAddress, littleEndian } from '../../system/socket-address.ts'
import { setReceiveBuffer, Socket, type Datagram, type SystemError } from '../../system/socket.ts'

export interface AdvertLink {
  readonly index: number
  readonly name: string
}

export interface AdvertSocketSpec {
  readonly link: AdvertLink
  /** Absent: 224.0.0.18 (RFC 3768 section 5.2.2). */
  readonly group?: Ipv4Address | undefined
  /** The IP protocols to hear; absent: 112 alone, VRRP. With authentication headers it is 51. */
  readonly protocols?: readonly number[] | undefined
  /** A network namespace other than the process's: a name under /run/netns, or a path. */
  readonly namespace?: string | undefined
}

const vrrpProtocol = 112
/** A PDU has 16 + 4 × 255 bytes at most, before it up to 60 of IP and 24 of authentication header. */
const longestPacket = 2048
/** A thousand adverts: 255 virtual routers for some seconds, should we be kept from running. */
const receiveBufferBytes = 1 << 20
/** TC_PRIO_INTERACTIVE, the highest that needs no privilege: before the host's own traffic in a full queue. */
const sendPriority = 6

export interface AdvertSocket {
  /** @param packets whole IP packets; the kernel fills in an id of 0 and the header's checksum */
  send(packets: readonly Uint8Array[]): Result<number, SystemError>
  /** Whole IP packets, some of those that wait; none means that nothing does. */
  receive(): Result<readonly Datagram[], SystemError>
  /** As Socket.onReadable. */
  onReadable(callback: (() => void) | undefined): void
  /** Leaves the group; again it does nothing. */
  close(): void
}

/** Joins the group. ENODEV: the link is gone; EPERM: CAP_NET_RAW is missing. */
export function openAdvertSocket(spec: AdvertSocketSpec): Result<AdvertSocket, SystemError> {
  const group = spec.group ?? vrrpGroup()
  const sender = openSender(spec)
  if (!sender.ok) return sender
  const receivers: Socket[] = []
  for (const protocol of spec.protocols ?? [vrrpProtocol]) {
    const receiver = openReceiver(spec, protocol, group)
    if (!receiver.ok) {
      closeAll([sender.value, ...receivers])
      return receiver
    }
    receivers.push(receiver.value)
  }
  return accepted(together(receivers, sender.value, ipv4SocketAddress(group)))
}

const together = (receivers: readonly Socket[], sender: Socket, to: Uint8Array): AdvertSocket => ({
  send: (packets) =>
    sender.send(
      packets.map((bytes) => ({ bytes, to })),
      linux.MSG_DONTROUTE,
    ),
  receive: () => receiveFromAll(receivers),
  onReadable: (callback) => {
    for (const receiver of receivers) receiver.onReadable(callback)
  },
  close: () => {
    closeAll([sender, ...receivers])
  },
})

function closeAll(sockets: readonly Socket[]): void {
  for (const socket of sockets) socket.close()
}

/** Some of each, so that a flood of one protocol does not silence the other. */
function receiveFromAll(receivers: readonly Socket[]): Result<readonly Datagram[], SystemError> {
  const results = receivers.map((receiver) => receiver.receive())
  const datagrams = results.flatMap((result) => (result.ok ? result.value : []))
  const failed = results.find((result) => !result.ok)
  return datagrams.length === 0 && failed !== undefined ? failed : accepted(datagrams)
}

function vrrpGroup(): Ipv4Address {
  const group = parseIpv4('224.0.0.18')
  invariant(group !== undefined, '224.0.0.18 is an address')
  return group
}

function openReceiver({ link, namespace }: AdvertSocketSpec, protocol: number, group: Ipv4Address): Opened {
  const opened = Socket.open({
    domain: linux.AF_INET,
    type: linux.SOCK_RAW,
    protocol,
    namespace,
    datagramBytes: longestPacket,
  })
  return prepare(opened, [
    (socket) => socket.setOption(linux.SOL_SOCKET, linux.SO_BINDTODEVICE, text(link.name)),
    (socket) => socket.bind(ipv4SocketAddress(group)),
    discardEarlier,
    (socket) => setReceiveBuffer(socket, receiveBufferBytes),
    (socket) => socket.setOption(linux.SOL_SOCKET, linux.SO_TIMESTAMPNS, 1),
    (socket) => socket.setOption(linux.IPPROTO_IP, linux.IP_PKTINFO, 1),
    (socket) => socket.setOption(linux.IPPROTO_IP, linux.IP_RECVTTL, 1),
    (socket) => socket.setOption(linux.IPPROTO_IP, linux.IP_MULTICAST_ALL, 0),
    (socket) =>
      socket.setOption(linux.IPPROTO_IP, linux.IP_ADD_MEMBERSHIP, multicastRequest(link.index, group)),
  ])
}

function openSender({ link, namespace }: AdvertSocketSpec): Opened {
  // IPPROTO_RAW takes whole packets of any protocol and receives nothing.
  const protocol = linux.IPPROTO_RAW
  const opened = Socket.open({ domain: linux.AF_INET, type: linux.SOCK_RAW, protocol, namespace })
  return prepare(opened, [
    (socket) => socket.setOption(linux.SOL_SOCKET, linux.SO_BINDTODEVICE, text(link.name)),
    (socket) => socket.setOption(linux.SOL_SOCKET, linux.SO_PRIORITY, sendPriority),
    (socket) => socket.setOption(linux.IPPROTO_IP, linux.IP_MULTICAST_IF, multicastRequest(link.index)),
    (socket) => socket.setOption(linux.IPPROTO_IP, linux.IP_MULTICAST_LOOP, 0),
  ])
}

type Opened = Result<Socket, SystemError>
type Step = (socket: Socket) => Result<unknown, SystemError>

/** The socket with all steps done, or closed and the first refusal. */
function prepare(opened: Opened, steps: readonly Step[]): Opened {
  if (!opened.ok) return opened
  for (const step of steps) {
    const result = step(opened.value)
    if (result.ok) continue
    opened.value.close()
    return result
  }
  return opened
}

/** What arrived from other links in the moment before the socket was bound to this one. */
function discardEarlier(socket: Socket): Result<unknown, SystemError> {
  let received = socket.receive()
  for (let reads = 0; reads < 64 && received.ok && received.value.length > 0; reads++)
    received = socket.receive()
  return received
}

/** struct ip_mreqn: a group (none for IP_MULTICAST_IF), no address, the link's index. */
function multicastRequest(linkIndex: number, group?: Ipv4Address): Uint8Array {
  const bytes = new Uint8Array(12)
  if (group !== undefined) bytes.set(ipToBytes(group), 0)
  new DataView(bytes.buffer).setInt32(8, linkIndex, littleEndian)
  return bytes
}

const text = (name: string): Uint8Array => new TextEncoder().encode(name)
