/** ARP by packet sockets: one that sends on any link, and one that asks on a link and hears the answers. */

import { accepted, rejected, type Result } from '../../base/result.ts'
import { AF_PACKET, SO_PRIORITY, SOCK_RAW, SOL_SOCKET } from '../../system/constants.ts'
import { equal, loadHalf } from '../../system/packet-filter.ts'
import { packetSocketAddress } from '../../system/socket-address.ts'
import { setSendBuffer, Socket, type SystemError } from '../../system/socket.ts'

/** Thousands of frames at once: 255 virtual routers announce several addresses five times each. */
const sendBufferBytes = 4 << 20
/** As for adverts. */
const sendPriority = 6

/** Sends whole Ethernet frames, gratuitous ARP above all, on any link; receives nothing. */
export interface ArpSocket {
  /** In as few system calls as possible. ENETDOWN, ENXIO: the link is down or gone; ENOBUFS: its queue is full. */
  send(linkIndex: number, frames: readonly Uint8Array[]): Result<number, SystemError>
  close(): void
}

/** @param namespace other than the process's: a name under /run/netns, or a path */
export function openArpSocket(namespace?: string): Result<ArpSocket, SystemError> {
  // Protocol 0 receives nothing.
  const opened = Socket.open({ domain: AF_PACKET, type: SOCK_RAW, protocol: 0, namespace })
  if (!opened.ok) return opened
  const socket = opened.value
  setSendBuffer(socket, sendBufferBytes)
  const prioritised = socket.setOption(SOL_SOCKET, SO_PRIORITY, sendPriority)
  if (!prioritised.ok) {
    socket.close()
    return rejected(prioritised.error)
  }
  return accepted({
    send: (linkIndex, frames) =>
      socket.send(frames.map((bytes) => ({ bytes, to: packetSocketAddress(linkIndex, etherTypeOf(bytes)) }))),
    close: () => {
      socket.close()
    },
  })
}

const etherTypeOf = (frame: Uint8Array): number => ((frame[12] ?? 0) << 8) | (frame[13] ?? 0)

const ETH_P_ARP = 0x0806
const OPERATION_AT = 20
const OPERATION_REPLY = 2

/**
 * Asks a link who answers for addresses, and hears the answers: nothing else of its ARP. EPERM: CAP_NET_RAW is missing; ENODEV: the link is gone. The caller closes it.
 */
export function openArpProbeSocket(linkIndex: number): Result<Socket, SystemError> {
  const opened = Socket.open({ domain: AF_PACKET, type: SOCK_RAW, protocol: 0 })
  if (!opened.ok) return opened
  const filtered = opened.value.attachFilter([
    loadHalf(OPERATION_AT),
    equal(OPERATION_REPLY, { ifTrue: 'accept', ifFalse: 'drop' }),
  ])
  const bound = filtered.ok ? opened.value.bind(packetSocketAddress(linkIndex, ETH_P_ARP)) : filtered
  if (bound.ok) return opened
  opened.value.close()
  return bound
}
