/** What the kernel does rarely, played by a script: lost answers, disturbed dumps, strangers. */

import { describe, expect, test } from 'vitest'
import { accepted, rejected, type Result } from '../../src/base/result.ts'
import { microseconds } from '../../src/base/time.ts'
import { splitMessages, type Envelope } from '../../src/netlink/envelope.ts'
import { Transport } from '../../src/netlink/transport.ts'
import { netlinkSocketAddress } from '../../src/system/socket-address.ts'
import type { Datagram, Outgoing, SystemError } from '../../src/system/socket.ts'

const ADDRESS = 20
const ERROR = 2
const DONE = 3
const DUMP_INTR = 0x10

const error = (code: string, errno: number): SystemError => ({ errno, code, call: 'recvmmsg', text: code })
const ENOBUFS = error('ENOBUFS', 105)

/** One read of the socket: a failure, or datagrams. */
type Read = SystemError | readonly Datagram[]

/** Answers each write with the reads that the script gives for it. */
class ScriptedSocket {
  readonly writes: Envelope[][] = []
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
    this.queue.length = 0
  }
}

function datagram(
  type: number,
  seq: number,
  more: { flags?: number; body?: number[]; from?: number } = {},
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

const success = (seq: number, from = 0): Datagram =>
  datagram(ERROR, seq, { body: Array.from({ length: 20 }, () => 0), from })
const part = (seq: number, flags = 0): Datagram => datagram(ADDRESS, seq, { flags })
const done = (seq: number, flags = 0): Datagram => datagram(DONE, seq, { flags, body: [0, 0, 0, 0] })

const requests = (count: number): { type: number; flags: number; body: Uint8Array }[] =>
  Array.from({ length: count }, () => ({ type: ADDRESS, flags: 0, body: new Uint8Array(8) }))

describe('requests', () => {
  test('go out in as few writes as the limit allows, each with a number of its own', () => {
    const socket = new ScriptedSocket((sent) => [sent.map(({ seq }) => success(seq))])
    const outcomes = new Transport(socket, 7, 100).request(requests(250))
    expect(outcomes).toEqual(Array.from({ length: 250 }, () => undefined))
    expect(socket.writes.map((write) => write.length)).toEqual([100, 100, 50])
    expect(new Set(socket.writes.flat().map(({ seq }) => seq)).size).toBe(250)
  })

  test('without an answer are repeated in smaller writes', () => {
    const socket = new ScriptedSocket((sent, write) =>
      write === 1
        ? [ENOBUFS, sent.slice(0, 10).map(({ seq }) => success(seq))]
        : [sent.map(({ seq }) => success(seq))],
    )
    const outcomes = new Transport(socket, 7, 30).request(requests(30))
    expect(outcomes).toEqual(Array.from({ length: 30 }, () => undefined))
    expect(socket.writes.map((write) => write.length)).toEqual([30, 16, 4])
  })

  test('that are long go in writes that any send buffer has room for', () => {
    const socket = new ScriptedSocket((sent) => [sent.map(({ seq }) => success(seq))])
    const long = [20_000, 20_000, 12_000, 60_000, 1, 1].map((bytes) => ({
      type: ADDRESS,
      flags: 0,
      body: new Uint8Array(bytes),
    }))
    expect(new Transport(socket, 7).request(long)).toEqual(long.map(() => undefined))
    expect(socket.writes.map((write) => write.map(({ data }) => data.length))).toEqual([
      [20_000],
      [20_000, 12_000],
      [60_000],
      [1, 1],
    ])
  })

  test('that fit into no message are refused without being asked, the others are not', () => {
    const socket = new ScriptedSocket((sent) => [sent.map(({ seq }) => success(seq))])
    const all = [1, 0, 1].map((bytes) => ({ type: ADDRESS, flags: 0, body: new Uint8Array(bytes) }))
    const outcomes = new Transport(socket, 7).request(all)
    expect(outcomes.map((outcome) => outcome?.code)).toEqual([undefined, 'EMSGSIZE', undefined])
    expect(socket.writes.flat()).toHaveLength(2)
  })

  test('that stay without one are refused in the end', () => {
    const socket = new ScriptedSocket(() => [])
    const outcomes = new Transport(socket, 7, 30).request(requests(2))
    expect(outcomes.map((outcome) => outcome?.code)).toEqual(['ETIMEDOUT', 'ETIMEDOUT'])
    expect(socket.writes.map((write) => write.length)).toEqual([2, 2, 1, 1])
  })

  test('that cannot be sent are refused with the reason, the others are not', () => {
    const socket = new ScriptedSocket((sent, write) =>
      write === 1 ? error('EPERM', 1) : [sent.map(({ seq }) => success(seq))],
    )
    const outcomes = new Transport(socket, 7, 2).request(requests(3))
    expect(outcomes.map((outcome) => outcome?.code)).toEqual(['EPERM', 'EPERM', undefined])
  })

  test('are not answered by other processes', () => {
    const socket = new ScriptedSocket((sent) => [sent.map(({ seq }) => success(seq, 4242))])
    expect(new Transport(socket, 7).request(requests(1)).map((outcome) => outcome?.code)).toEqual([
      'ETIMEDOUT',
    ])
  })

  test('none at all is nothing to send', () => {
    const socket = new ScriptedSocket(() => [])
    expect(new Transport(socket, 7).request([])).toEqual([])
    expect(socket.writes).toEqual([])
  })
})

describe('dumps', () => {
  const seqOf = ([request]: readonly Envelope[]): number => request?.seq ?? 0
  const dump = (socket: ScriptedSocket): unknown => {
    const result = new Transport(socket, 7).dump(22, new Uint8Array(8))
    return result.ok ? result.value.length : result.error.code
  }

  test('come in several reads, and what belongs to something else is left out', () => {
    const socket = new ScriptedSocket((sent) => {
      const seq = seqOf(sent)
      return [[part(seq), part(seq)], [part(seq), part(999)], [done(seq)]]
    })
    expect(dump(socket)).toBe(3)
  })

  test.each([
    ['the kernel says it was interrupted', (seq: number) => [[part(seq, DUMP_INTR), done(seq)]]],
    ['it says so only at the end', (seq: number) => [[part(seq), done(seq, DUMP_INTR)]]],
    ['a part was too long', (seq: number) => [[{ ...part(seq), truncated: true }, done(seq)]]],
    ['something was dropped', (seq: number) => [[part(seq)], ENOBUFS, [done(seq)]]],
    ['an earlier one is not over', (seq: number) => [[datagram(ERROR, seq, { body: refusedWith(16) })]]],
  ] satisfies [string, (seq: number) => readonly Read[]][])('are repeated when %s', (_why, first) => {
    const socket = new ScriptedSocket((sent, write) => {
      const seq = seqOf(sent)
      return write === 1 ? first(seq) : [[part(seq), part(seq), done(seq)]]
    })
    expect(dump(socket)).toBe(2)
    expect(socket.writes).toHaveLength(2)
  })

  test('that are always interrupted end in a refusal', () => {
    const socket = new ScriptedSocket((sent) => [[done(seqOf(sent), DUMP_INTR)]])
    expect(dump(socket)).toBe('EINTR')
    expect(socket.writes).toHaveLength(10)
  })

  test.each([
    ['is refused', (seq: number) => [[datagram(ERROR, seq, { body: refusedWith(1) })]], 'EPERM'],
    [
      'fails at its end',
      (seq: number) => [[datagram(DONE, seq, { body: [0xff, 0xff, 0xff, 0xff] })]],
      'EPERM',
    ],
    ['has no end', (seq: number) => [[part(seq)]], 'ETIMEDOUT'],
    ['cannot be read', () => [error('EBADF', 9)], 'EBADF'],
    ['cannot be asked for', () => error('EBADF', 9), 'EBADF'],
  ] satisfies [string, (seq: number) => readonly Read[] | SystemError, string][])(
    'one that %s says so',
    (_what, answer, code) => {
      const socket = new ScriptedSocket((sent) => answer(seqOf(sent)))
      expect(dump(socket)).toBe(code)
      expect(socket.writes).toHaveLength(1)
    },
  )

  /** The body of NLMSG_ERROR. */
  function refusedWith(errno: number): number[] {
    const body = Buffer.alloc(20)
    body.writeInt32LE(-errno)
    return [...body]
  }
})
