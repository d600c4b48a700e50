/**
 * Frames on a host's link, both ways, with the kernel's time stamps; and frames
 * sent as they are. By a packet socket of this process inside the host's
 * namespace, which works for an ordinary user in a user namespace too (tcpdump
 * insists on changing its user there, and ends).
 */

import { endianness } from 'node:os'
import type { Result } from '../../../src/base/result.ts'
import { AF_PACKET, SO_TIMESTAMPNS, SOCK_RAW, SOL_SOCKET } from '../../../src/system/constants.ts'
import { setReceiveBuffer, Socket } from '../../../src/system/socket.ts'
import { describeSystemError, type SystemError } from '../../../src/system/system-error.ts'
import {
  asAdvert,
  asGratuitousArp,
  asUnsolicitedAdvertisement,
  type Frame,
  joinsGroup,
  type SeenAdvert,
  type SeenArp,
} from './frames.ts'
import { type WallTime, wallNow } from './time.ts'

/** What an idle test process may leave unread: a second of the busiest link. */
const receiveBufferBytes = 4 << 20

export class Capture {
  private readonly socket: Socket
  private readonly seen: Frame[] = []
  /** So many of them have been looked at for news. */
  private judged = 0
  private lastNews: WallTime = 0
  /** By sender, destination and VRID. */
  private readonly lastSaid = new Map<string, number>()

  private constructor(socket: Socket) {
    this.socket = socket
    socket.onReadable(() => this.drain())
  }

  /** It sees every frame from now on. */
  static start(namespace: string, linkIndex: number): Capture {
    const socket = openPacketSocket(namespace)
    setReceiveBuffer(socket, receiveBufferBytes)
    must(socket.setOption(SOL_SOCKET, SO_TIMESTAMPNS, 1))
    must(socket.bind(linkAddress(linkIndex, everyProtocol)))
    return new Capture(socket)
  }

  /** All frames that had reached the link when it was called. */
  async frames(since: WallTime = 0): Promise<Frame[]> {
    // The kernel delivers to a packet socket before the sender's system call returns.
    await Promise.resolve()
    this.drain()
    return this.seen.filter((frame) => frame.at >= since)
  }

  async adverts(since: WallTime = 0): Promise<SeenAdvert[]> {
    return (await this.frames(since)).map(asAdvert).filter((seen) => seen !== undefined)
  }

  async gratuitousArps(since: WallTime = 0): Promise<SeenArp[]> {
    return (await this.frames(since))
      .map((frame) => asGratuitousArp(frame) ?? asUnsolicitedAdvertisement(frame))
      .filter((seen) => seen !== undefined)
  }

  /** When a host first asked for the group's traffic. */
  async joinOf(group: string, since: WallTime = 0): Promise<WallTime | undefined> {
    return (await this.frames(since)).find((frame) => joinsGroup(frame, group))?.at
  }

  /** When a gratuitous ARP was last seen, or an advert that is a farewell or differs from the last of its kind; else 0. */
  get lastNewsAt(): WallTime {
    this.drain()
    for (const frame of this.seen.slice(this.judged)) if (this.isNews(frame)) this.lastNews = frame.at
    this.judged = this.seen.length
    return this.lastNews
  }

  stop(): void {
    this.drain()
    this.socket.close()
  }

  private isNews(frame: Frame): boolean {
    const advert = asAdvert(frame)
    if (advert === undefined) return asGratuitousArp(frame) !== undefined
    const voice = `${advert.mac} ${advert.destination} ${advert.vrid}`
    const before = this.lastSaid.get(voice)
    this.lastSaid.set(voice, advert.priority)
    return advert.priority === 0 || advert.priority !== before
  }

  private drain(): void {
    for (;;) {
      const received = this.socket.receive()
      // A link that goes down says so once; what comes after it is up again is seen as before.
      if (!received.ok && received.error.code === 'ENETDOWN') continue
      const frames = must(received)
      const now = wallNow()
      for (const { bytes, age } of frames) this.seen.push({ at: now - age, bytes: Buffer.from(bytes) })
      if (frames.length === 0) return
    }
  }
}

/** @param frames from their Ethernet headers on; they leave by the link as if this host had made them */
export function inject(namespace: string, linkIndex: number, ...frames: readonly Uint8Array[]): void {
  const socket = openPacketSocket(namespace)
  try {
    const to = linkAddress(linkIndex, 0)
    must(socket.send(frames.map((bytes) => ({ bytes, to }))))
  } finally {
    socket.close()
  }
}

const everyProtocol = 3 // ETH_P_ALL

/** Hears nothing until it is bound. */
const openPacketSocket = (namespace: string): Socket =>
  must(Socket.open({ domain: AF_PACKET, type: SOCK_RAW, protocol: 0, namespace, datagramBytes: 65_536 }))

/** struct sockaddr_ll: family, protocol (network order), link; the rest only matters on receipt. */
function linkAddress(linkIndex: number, protocol: number): Uint8Array {
  const bytes = new Uint8Array(20)
  const view = new DataView(bytes.buffer)
  const littleEndian = endianness() === 'LE'
  view.setUint16(0, AF_PACKET, littleEndian)
  view.setUint16(2, protocol)
  view.setInt32(4, linkIndex, littleEndian)
  return bytes
}

function must<T>(result: Result<T, SystemError>): T {
  if (!result.ok) throw new Error(describeSystemError(result.error))
  return result.value
}
