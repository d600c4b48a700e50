/**
 * Requests to rtnetlink, or to another protocol of netlink, and their answers.
 *
 * The kernel carries a request out inside of send(2) and has queued the answer
 * when that returns: asking is therefore synchronous, takes microseconds, and
 * nothing here ever waits. (Where the kernel itself is stuck in a request, so
 * is send(2), and this process with it; nothing here can end that.) Should an
 * answer be missing all the same (the receive buffer was too small and the
 * kernel dropped it: ENOBUFS), rtnetlink's requests without one are sent again.
 * That is right because all of them are idempotent: callers take "exists
 * already" and "is not there" for success. Where they are not (IPVS), sending
 * again could undo what later requests did; the caller is told that it has to look.
 */

import { Attributes as Options, Flags, FlagsGet } from 'netlink/dist/constants.js'
import { accepted, type Result } from '../base/result.ts'
import { NETLINK_ROUTE, SOL_NETLINK } from '../system/constants.ts'
import { netlinkPortId, openNetlinkSocket } from '../system/netlink-socket.ts'
import type { Socket, SystemError } from '../system/socket.ts'
import { readDump } from './dump.ts'
import { encodeRequest, type Envelope, type Request } from './envelope.ts'
import { Exchange } from './exchange.ts'
import { receive } from './receive.ts'
import { ERRNO } from './errno.ts'
import { refusal, refusalOfCall } from './refusal.ts'
import type { Outcome } from './types.ts'

export interface TransportOptions {
  /** A name under /run/netns, or a path. */
  readonly namespace?: string | undefined
  /** NETLINK_ROUTE when absent. */
  readonly protocol?: number
  readonly receiveBufferBytes?: number
  readonly requestsPerWrite?: number
  /** Whether requests whose answers were lost are sent again: true when absent. */
  readonly repeats?: boolean
}

/** An answer takes about 1 KiB of the receive buffer: they fit, even where its size is the system's default. */
const defaults = {
  protocol: NETLINK_ROUTE,
  receiveBufferBytes: 1 << 20,
  requestsPerWrite: 128,
  repeats: true,
} as const

/** Of the send buffer a small part, even where its size is the system's default; most requests have 150 or less. */
const BYTES_PER_WRITE = 32 << 10

/** What is still without an answer is sent in ever smaller pieces, at last one by one. */
const SMALLER_WRITES: readonly number[] = [16, 1]
const READ_ATTEMPTS = 10
const READS_PER_WRITE = 1000

type RequestSocket = Pick<Socket, 'send' | 'receive' | 'close'>

export class Transport {
  /** The netlink port of the requests: notifications of what they caused carry it. */
  readonly portId: number
  private readonly socket: RequestSocket
  private readonly requestsPerWrite: number
  private readonly repeats: boolean
  private lastSeq = 0

  /** @param socket open, bound to that port */
  constructor(
    socket: RequestSocket,
    portId: number,
    requestsPerWrite: number = defaults.requestsPerWrite,
    repeats: boolean = defaults.repeats,
  ) {
    this.socket = socket
    this.portId = portId
    this.requestsPerWrite = requestsPerWrite
    this.repeats = repeats
  }

  static open(options: TransportOptions): Result<Transport, SystemError> {
    const { namespace, protocol, receiveBufferBytes, requestsPerWrite, repeats } = { ...defaults, ...options }
    const opened = openNetlinkSocket({ protocol, receiveBufferBytes, namespace })
    if (!opened.ok) return opened
    const socket = opened.value
    const portId = netlinkPortId(socket)
    if (!portId.ok) {
      socket.close()
      return portId
    }
    // Since 4.20: the kernel filters dumps of routes. Before that they are longer, and no less right.
    if (protocol === NETLINK_ROUTE) socket.setOption(SOL_NETLINK, Options.GET_STRICT_CHK, 1)
    return accepted(new Transport(socket, portId.value, requestsPerWrite, repeats))
  }

  /** One outcome per request, in the same order. One that is refused does not stop the others. */
  request(requests: readonly Request[]): readonly Outcome[] {
    const exchange = new Exchange(requests.length)
    for (const [index, { body }] of requests.entries())
      if (body.length === 0) exchange.settle(index, TOO_LONG)
    for (const perWrite of [this.requestsPerWrite, ...(this.repeats ? SMALLER_WRITES : [])]) {
      const unanswered = exchange.unanswered()
      for (const indexes of inWrites(requests, unanswered, perWrite)) this.write(requests, indexes, exchange)
    }
    return exchange.outcomes()
  }

  /** The messages of a whole and consistent dump. */
  dump(type: number, body: Uint8Array): Result<readonly Envelope[], SystemError> {
    return this.read({ type, flags: FlagsGet.DUMP, body })
  }

  /** What the kernel tells of one thing. The request changes nothing: it is repeated when its answer was lost. */
  query(type: number, body: Uint8Array): Result<readonly Envelope[], SystemError> {
    return this.read({ type, flags: Flags.ACK, body })
  }

  close(): void {
    this.socket.close()
  }

  private read(request: Request): Result<readonly Envelope[], SystemError> {
    for (let attempt = 1; ; attempt++) {
      const seq = this.nextSeq()
      const sent = this.socket.send([{ bytes: encodeRequest(request, seq) }])
      if (!sent.ok) return sent
      const read = readDump(this.socket, seq)
      if (read.ok || !isPassing(read.error.errno) || attempt === READ_ATTEMPTS) return read
    }
  }

  private write(requests: readonly Request[], indexes: readonly number[], exchange: Exchange): void {
    const encoded: Uint8Array[] = []
    for (const index of indexes) {
      const request = requests[index]
      if (request === undefined) continue
      const seq = this.nextSeq()
      exchange.expect(seq, index)
      encoded.push(encodeRequest({ ...request, flags: request.flags | Flags.ACK }, seq))
    }
    const sent = this.socket.send([{ bytes: Buffer.concat(encoded) }])
    if (sent.ok) {
      const lost = this.collect(exchange)
      if (lost && !this.repeats) for (const index of indexes) exchange.settle(index, LOST)
    } else for (const index of indexes) exchange.settle(index, refusalOfCall(sent.error))
  }

  /** All answers that are there. After ENOBUFS some are lost, which is what it returns, and others still wait. */
  private collect(exchange: Exchange): boolean {
    let lost = false
    for (let reads = 0; reads < READS_PER_WRITE && exchange.isWaiting; reads++) {
      const received = receive(this.socket)
      if (!received.ok) {
        if (received.error.errno !== ERRNO.ENOBUFS) return lost
        lost = true
        continue
      }
      if (received.value.empty) return lost
      for (const message of received.value.messages) exchange.take(message)
    }
    return lost
  }

  /** Never 0, which is what the kernel's own notifications carry. */
  private nextSeq(): number {
    this.lastSeq = (this.lastSeq % 0xffffffff) + 1
    return this.lastSeq
  }
}

const LOST = refusal(ERRNO.ENOBUFS, 'the kernel’s answer was lost: whether it was done has to be looked up')
const TOO_LONG = refusal(ERRNO.EMSGSIZE, 'it is too long for a netlink message')

/** At least one request each, and no more than are allowed. */
function inWrites(
  requests: readonly Request[],
  indexes: readonly number[],
  most: number,
): readonly (readonly number[])[] {
  const writes: number[][] = []
  let bytes = 0
  for (const index of indexes) {
    const last = writes.at(-1)
    const length = requests[index]?.body.length ?? 0
    bytes += length
    if (last !== undefined && last.length < most && bytes <= BYTES_PER_WRITE) last.push(index)
    else {
      writes.push([index])
      bytes = length
    }
  }
  return writes
}

/** What disturbs one answer need not disturb the next. */
const isPassing = (errno: number): boolean =>
  errno === ERRNO.EINTR || errno === ERRNO.EBUSY || errno === ERRNO.ENOBUFS
