/** A netlink socket whose kernel is a function. */

import { accepted, rejected, type Result } from '../../src/base/result.ts'
import { microseconds } from '../../src/base/time.ts'
import { splitMessages, type Envelope } from '../../src/netlink/envelope.ts'
import { netlinkSocketAddress } from '../../src/system/socket-address.ts'
import type { Datagram, Outgoing, SystemError } from '../../src/system/socket.ts'

const ERROR = 2
const DONE = 3

export const error = (code: string, errno: number): SystemError => ({
  errno,
  code,
  call: 'recvmmsg',
  text: code,
})
export const ENOBUFS: SystemError = error('ENOBUFS', 105)

/** One read of the socket: a failure, or datagrams. */
export type Read = SystemError | readonly Datagram[]

/** Answers each write with the reads that the script gives for it. */
export class ScriptedSocket {
  readonly writes: Envelope[][] = []
  isClosed = false
  private readonly queue: Read[] = []
  private readonly script: (requests: readonly Envelope[], write: number) => readonly Read[] | SystemError

  constructor(script: ScriptedSocket['script']) {
    this.script = script
  }

  send(datagrams: readonly Outgoing[]): Result<number, SystemError> {
    const requests = datagrams.flatMap(({ bytes }) => splitMessages(bytes))
    this.writes.push(requests)
    const reads = this.script(requests, this.writes.length)
    if ('errno' in reads) return rejected(reads)
    this.queue.push(...reads)
    return accepted(datagrams.length)
  }

  receive(): Result<readonly Datagram[], SystemError> {
    const read = this.queue.shift() ?? []
    return 'errno' in read ? rejected(read) : accepted(read)
  }

  close(): void {
    this.isClosed = true
    this.queue.length = 0
  }
}

export function datagram(
  type: number,
  seq: number,
  more: { flags?: number; body?: Uint8Array | readonly number[]; from?: number } = {},
): Datagram {
  const body = more.body ?? []
  const bytes = Buffer.alloc(16 + body.length)
  bytes.writeUInt32LE(bytes.length, 0)
  bytes.writeUInt16LE(type, 4)
  bytes.writeUInt16LE(more.flags ?? 0, 6)
  bytes.writeUInt32LE(seq, 8)
  bytes.set(body, 16)
  const source = netlinkSocketAddress(more.from ?? 0)
  return { bytes, source, linkIndex: undefined, ttl: undefined, age: microseconds(0), truncated: false }
}

/** NLMSG_ERROR; 0 is success. */
export function answer(seq: number, errno: number, from = 0): Datagram {
  const body = Buffer.alloc(20)
  body.writeInt32LE(-errno)
  return datagram(ERROR, seq, { body, from })
}

export const success = (seq: number, from = 0): Datagram => answer(seq, 0, from)
export const done = (seq: number, flags = 0): Datagram => datagram(DONE, seq, { flags, body: [0, 0, 0, 0] })
