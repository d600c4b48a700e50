/**
 * VRRP packets on one link: sockets for all its virtual routers together.
 *
 * Receivers, one for each IP protocol, hear what is addressed to one multicast
 * group or to one address of this host, on this link and nothing else: they are
 * bound to it, so that unicast never reaches a router that listens to a group,
 * nor the other way round. The sender takes whole IP packets, headers included,
 * and does not hear itself. A link that goes down keeps its sockets; a link
 * that is removed and made again needs new ones (its index is another).
 */

import {
  ipFamily,
  ipToBytes,
  isIpv4,
  isMulticastIp,
  type IpAddress,
  type IpFamily,
  type Ipv4Address,
  type Ipv6Address,
} from '../../base/address.ts'
import { accepted, type Result } from '../../base/result.ts'
import type { Duration } from '../../base/time.ts'
import * as linux from '../../system/constants.ts'
import {
  ipSocketAddress,
  ipv6OfSocketAddress,
  ipv6SocketAddress,
  littleEndian,
} from '../../system/socket-address.ts'
import { PROTOCOL } from '../wire/ip.ts'
import type { Ipv6Arrival } from '../wire/packet.ts'
import { setReceiveBuffer, Socket, type Datagram, type SystemError } from '../../system/socket.ts'

export interface AdvertLink {
  readonly index: number
  readonly name: string
}

export interface AdvertSenderSpec {
  readonly link: AdvertLink
  readonly family: IpFamily
  /** A network namespace other than the process's: a name under /run/netns, or a path. */
  readonly namespace?: string | undefined
}

export interface AdvertReceiverSpec extends Omit<AdvertSenderSpec, 'family'> {
  /** A multicast group, or an address of this host. */
  readonly address: IpAddress
  /** The IP protocols to hear: 112, VRRP, and 51, the same with authentication headers (over IPv4 alone). */
  readonly protocols: readonly number[]
}

/** A PDU has 16 + 4 × 255 bytes at most, before it up to 60 of IP and 24 of authentication header. */
const longestPacket = 2048
/** A thousand adverts: 255 virtual routers for some seconds, should we be kept from running. */
const receiveBufferBytes = 1 << 20
/** TC_PRIO_INTERACTIVE, the highest that needs no privilege: before the host's own traffic in a full queue. */
const sendPriority = 6

export interface AdvertSender {
  /**
   * To a group always on this link; to a single host over whatever router this link reaches it by.
   *
   * @param packets whole IP packets; the kernel fills in an id of 0 and the header's checksum
   */
  send(packets: readonly Uint8Array[], to: IpAddress): Result<number, SystemError>
  /** Again it does nothing. */
  close(): void
}

/** What has arrived: over IPv4 a whole packet, over IPv6 what is behind its headers, and what they said. */
export interface AdvertArrived {
  readonly bytes: Uint8Array
  readonly ipv6?: Ipv6Arrival
  /** Since the kernel received it. */
  readonly age: Duration
}

export interface AdvertReceiver {
  /** Some of those that wait; none means that nothing does. */
  receive(): Result<readonly AdvertArrived[], SystemError>
  /** As Socket.onReadable. */
  onReadable(callback: (() => void) | undefined): void
  /** Leaves the group; again it does nothing. */
  close(): void
}

/** ENODEV: the link is gone; EPERM: CAP_NET_RAW is missing. */
export function openAdvertSender(spec: AdvertSenderSpec): Result<AdvertSender, SystemError> {
  const { link, family, namespace } = spec
  // IPPROTO_RAW takes whole packets of any protocol and receives nothing.
  const protocol = linux.IPPROTO_RAW
  const domain = family === 4 ? linux.AF_INET : linux.AF_INET6
  const prepared = prepare(Socket.open({ domain, type: linux.SOCK_RAW, protocol, namespace }), [
    (socket) => socket.setOption(linux.SOL_SOCKET, linux.SO_BINDTODEVICE, text(link.name)),
    (socket) => socket.setOption(linux.SOL_SOCKET, linux.SO_PRIORITY, sendPriority),
    ...(family === 4
      ? [
          (socket: Socket) =>
            socket.setOption(linux.IPPROTO_IP, linux.IP_MULTICAST_IF, multicastRequest(link.index)),
          (socket: Socket) => socket.setOption(linux.IPPROTO_IP, linux.IP_MULTICAST_LOOP, 0),
        ]
      : [
          (socket: Socket) => socket.setOption(linux.IPPROTO_IPV6, linux.IPV6_MULTICAST_IF, link.index),
          (socket: Socket) => socket.setOption(linux.IPPROTO_IPV6, linux.IPV6_MULTICAST_LOOP, 0),
        ]),
  ])
  if (!prepared.ok) return prepared
  const sender = prepared.value
  return accepted({
    send: (packets, to) => {
      const address = isIpv4(to) ? ipSocketAddress(to, 0) : ipv6SocketAddress(to, 0, link.index)
      const flags = isMulticastIp(to) ? linux.MSG_DONTROUTE : 0
      return sender.send(
        packets.map((bytes) => ({ bytes, to: address })),
        flags,
      )
    },
    close: () => {
      sender.close()
    },
  })
}

/** Joins the group. ENODEV, EPERM as above; EADDRNOTAVAIL: the address is none of this host's. */
export function openAdvertReceiver(spec: AdvertReceiverSpec): Result<AdvertReceiver, SystemError> {
  const receivers: Socket[] = []
  const { address } = spec
  const family = ipFamily(address)
  for (const protocol of family === 4 ? spec.protocols : [PROTOCOL.vrrp]) {
    const receiver = family === 4 ? openReceiver(spec, protocol) : openIpv6Receiver(spec, protocol)
    if (!receiver.ok) {
      closeAll(receivers)
      return receiver
    }
    receivers.push(receiver.value)
  }
  return accepted({
    receive: () => {
      const received = receiveFromAll(receivers)
      if (!received.ok || isIpv4(address)) return received
      return accepted(received.value.flatMap((datagram) => arrivedOverIpv6(datagram, address)))
    },
    onReadable: (callback) => {
      for (const receiver of receivers) receiver.onReadable(callback)
    },
    close: () => {
      closeAll(receivers)
    },
  })
}

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

/** None: the kernel has not said from whom. */
function arrivedOverIpv6(
  { bytes, source: socketAddress, ttl, age }: Datagram,
  destination: Ipv6Address,
): readonly AdvertArrived[] {
  const source = ipv6OfSocketAddress(socketAddress)
  return source === undefined || ttl === undefined
    ? []
    : [{ bytes, age, ipv6: { source, destination, hopLimit: ttl } }]
}

/**
 * Whatever its checksum: with IPV6_CHECKSUM the kernel would drop those with a wrong one, and nobody could count them.
 */
function openIpv6Receiver({ link, namespace, address }: AdvertReceiverSpec, protocol: number): Opened {
  const opened = Socket.open({
    domain: linux.AF_INET6,
    type: linux.SOCK_RAW,
    protocol,
    namespace,
    datagramBytes: longestPacket,
  })
  const join: readonly Step[] = isMulticastIp(address)
    ? [
        (socket) =>
          socket.setOption(
            linux.IPPROTO_IPV6,
            linux.IPV6_ADD_MEMBERSHIP,
            ipv6Membership(link.index, address),
          ),
      ]
    : []
  return prepare(opened, [
    (socket) => socket.setOption(linux.SOL_SOCKET, linux.SO_BINDTODEVICE, text(link.name)),
    (socket) => socket.bind(ipv6SocketAddress(address, 0, link.index)),
    discardEarlier,
    (socket) => setReceiveBuffer(socket, receiveBufferBytes),
    (socket) => socket.setOption(linux.SOL_SOCKET, linux.SO_TIMESTAMPNS, 1),
    (socket) => socket.setOption(linux.IPPROTO_IPV6, linux.IPV6_RECVHOPLIMIT, 1),
    (socket) => socket.setOption(linux.IPPROTO_IPV6, linux.IPV6_MULTICAST_ALL, 0),
    ...join,
  ])
}

function openReceiver({ link, namespace, address }: AdvertReceiverSpec, protocol: number): Opened {
  const opened = Socket.open({
    domain: linux.AF_INET,
    type: linux.SOCK_RAW,
    protocol,
    namespace,
    datagramBytes: longestPacket,
  })
  const join: readonly Step[] =
    isIpv4(address) && isMulticastIp(address)
      ? [
          (socket) =>
            socket.setOption(
              linux.IPPROTO_IP,
              linux.IP_ADD_MEMBERSHIP,
              multicastRequest(link.index, address),
            ),
        ]
      : []
  return prepare(opened, [
    (socket) => socket.setOption(linux.SOL_SOCKET, linux.SO_BINDTODEVICE, text(link.name)),
    (socket) => socket.bind(ipSocketAddress(address, 0)),
    discardEarlier,
    (socket) => setReceiveBuffer(socket, receiveBufferBytes),
    (socket) => socket.setOption(linux.SOL_SOCKET, linux.SO_TIMESTAMPNS, 1),
    (socket) => socket.setOption(linux.IPPROTO_IP, linux.IP_PKTINFO, 1),
    (socket) => socket.setOption(linux.IPPROTO_IP, linux.IP_RECVTTL, 1),
    (socket) => socket.setOption(linux.IPPROTO_IP, linux.IP_MULTICAST_ALL, 0),
    ...join,
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

/** struct ipv6_mreq: a group, the link's index. */
function ipv6Membership(linkIndex: number, group: IpAddress): Uint8Array {
  const bytes = new Uint8Array(20)
  bytes.set(ipToBytes(group), 0)
  new DataView(bytes.buffer).setInt32(16, linkIndex, littleEndian)
  return bytes
}

const text = (name: string): Uint8Array => new TextEncoder().encode(name)
