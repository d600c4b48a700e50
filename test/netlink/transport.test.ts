/** What the kernel does rarely, played by a script: lost answers, disturbed dumps, strangers. */

import { describe, expect, test } from 'vitest'
import type { Envelope } from '../../src/netlink/envelope.ts'
import { Transport } from '../../src/netlink/transport.ts'
import type { Datagram, SystemError } from '../../src/system/socket.ts'
import {
  answer,
  datagram,
  done,
  ENOBUFS,
  error,
  ScriptedSocket,
  success,
  type Read,
} from './scripted-socket.ts'

const ADDRESS = 20
const DONE = 3
const DUMP_INTR = 0x10

const part = (seq: number, flags = 0): Datagram => datagram(ADDRESS, seq, { flags })

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

describe('requests that may be carried out only once', () => {
  const once = (socket: ScriptedSocket, count: number, perWrite: number): readonly (string | undefined)[] =>
    new Transport(socket, 7, perWrite, false).request(requests(count)).map((outcome) => outcome?.code)
  const seqs = (socket: ScriptedSocket): readonly number[] => socket.writes.flat().map(({ seq }) => seq)

  test('are not sent again when answers were lost; what came of them is not known', () => {
    const socket = new ScriptedSocket((sent, write) => {
      const [first, , third] = sent.map(({ seq }) => seq)
      return write === 1
        ? [ENOBUFS, [success(first!)], [answer(third!, 17)]]
        : [sent.map(({ seq }) => success(seq))]
    })
    expect(once(socket, 6, 4)).toEqual([undefined, 'ENOBUFS', 'EEXIST', 'ENOBUFS', undefined, undefined])
    expect(socket.writes.map((write) => write.length)).toEqual([4, 2])
    expect(new Set(seqs(socket)).size).toBe(6)
  })

  test('nor when they have none, which is another refusal', () => {
    const socket = new ScriptedSocket((sent) => [sent.slice(1).map(({ seq }) => success(seq))])
    expect(once(socket, 4, 2)).toEqual(['ETIMEDOUT', undefined, 'ETIMEDOUT', undefined])
    expect(socket.writes).toHaveLength(2)
  })

  test('nor when they could not be sent', () => {
    const socket = new ScriptedSocket((sent, write) =>
      write === 1 ? ENOBUFS : [sent.map(({ seq }) => success(seq))],
    )
    expect(once(socket, 3, 2)).toEqual(['ENOBUFS', 'ENOBUFS', undefined])
    expect(socket.writes).toHaveLength(2)
  })

  test('keep their answers where only a stranger’s message was lost', () => {
    const socket = new ScriptedSocket((sent) => [ENOBUFS, sent.map(({ seq }) => success(seq))])
    expect(once(socket, 2, 2)).toEqual([undefined, undefined])
  })

  test('have their answers in any order, each in a datagram of its own', () => {
    const socket = new ScriptedSocket((sent) =>
      [...sent].reverse().map(({ seq }, index) => [answer(seq, index === 0 ? 3 : 0)]),
    )
    expect(once(socket, 3, 3)).toEqual([undefined, undefined, 'ESRCH'])
  })
})

describe('questions', () => {
  const ask = (socket: ScriptedSocket): unknown => {
    const result = new Transport(socket, 7).query(22, new Uint8Array(8))
    return result.ok ? result.value.length : result.error.code
  }
  const seqOf = ([request]: readonly Envelope[]): number => request?.seq ?? 0

  test('end with the acknowledgement that they ask for', () => {
    const socket = new ScriptedSocket((sent) => [[part(seqOf(sent))], [success(seqOf(sent))]])
    expect(ask(socket)).toBe(1)
    expect(socket.writes.flat().map(({ flags }) => flags)).toEqual([0x5])
  })

  test.each([
    ['everything was', () => [ENOBUFS]],
    ['something was, though it was not the acknowledgement', (seq: number) => [ENOBUFS, [success(seq)]]],
    ['the acknowledgement was', (seq: number) => [[part(seq)], ENOBUFS]],
  ] satisfies [string, (seq: number) => readonly Read[]][])('are repeated when %s lost', (_what, first) => {
    const socket = new ScriptedSocket((sent, write) => {
      const seq = seqOf(sent)
      return write === 1 ? first(seq) : [[part(seq), success(seq)]]
    })
    expect(ask(socket)).toBe(1)
    expect(socket.writes).toHaveLength(2)
  })

  test.each([
    ['refused', (seq: number) => [[answer(seq, 3)]], 'ESRCH'],
    ['not answered', () => [], 'ETIMEDOUT'],
    ['answered by a stranger', (seq: number) => [[success(seq, 4242)]], 'ETIMEDOUT'],
    ['not sent', () => error('EPERM', 1), 'EPERM'],
  ] satisfies [string, (seq: number) => readonly Read[] | SystemError, string][])(
    'that are %s say so, once',
    (_what, told, code) => {
      const socket = new ScriptedSocket((sent) => told(seqOf(sent)))
      expect(ask(socket)).toBe(code)
      expect(socket.writes).toHaveLength(1)
    },
  )
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
    ['an earlier one is not over', (seq: number) => [[answer(seq, 16)]]],
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
    ['is refused', (seq: number) => [[answer(seq, 1)]], 'EPERM'],
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
    (_what, told, code) => {
      const socket = new ScriptedSocket((sent) => told(seqOf(sent)))
      expect(dump(socket)).toBe(code)
      expect(socket.writes).toHaveLength(1)
    },
  )
})
