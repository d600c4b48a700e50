/** Sends whole Ethernet frames, gratuitous ARP above all, on any link; receives nothing. */

import { accepted, rejected, type Result } from '../../base/result.ts'
import { AF_PACKET, SO_PRIORITY, SOCK_RAW, SOL_SOCKET } from '../../system/constants.ts'
import { packetSocketAddress } from '../../system/socket-address.ts'
import { setSendBuffer, Socket, type SystemError } from '../../system/socket.ts'

/** Thousands of frames at once: 255 virtual routers announce several addresses five times each. */
const sendBufferBytes = 4 << 20
/** As for adverts. */
const sendPriority = 6

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
