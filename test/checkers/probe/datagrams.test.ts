/** Real datagrams on the loopback. Nothing here depends on how fast a machine is. */

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { describe, expect, onTestFinished, test } from 'vitest'
import { accepted, rejected, type Result } from '../../../src/base/result.ts'
import { after, seconds } from '../../../src/base/time.ts'
import { startDatagrams } from '../../../src/checkers/probe/datagrams.ts'
import { Schedule } from '../../../src/checkers/schedule.ts'
import type { Connection, Outcome } from '../../../src/checkers/types.ts'
import { udpExchange } from '../../../src/checkers/udp.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { address, connection, dnsCheck, udpCheck } from '../specs.ts'
import { probeLab } from '../world.ts'

const patient = (port: number, changes: Partial<Connection> = {}): Connection =>
  connection(port, { connectTimeout: seconds(20), ...changes })
const kindOf = (outcome: Outcome): string => (outcome.kind === 'failure' ? outcome.reason.kind : outcome.kind)

/** Something that happens once, and those who wait for it. */
function signal(): { readonly reached: Promise<void>; readonly reach: () => void } {
  let reach: () => void = () => {}
  const reached = new Promise<void>((resolve) => {
    reach = resolve
  })
  return { reached, reach }
}

/** A server that does this to each datagram; its port. */
async function serve(answer: (socket: Socket, datagram: Buffer, from: RemoteInfo) => void): Promise<number> {
  const socket = createSocket('udp4')
  socket.on('message', (datagram, from) => answer(socket, datagram, from))
  await new Promise<void>((resolve) => void socket.bind(0, '127.0.0.1', resolve))
  onTestFinished(() => void socket.close())
  return socket.address().port
}

/** A name server that answers with this rcode, after what `before` gives. */
const nameServer = (rcode: number, before: (datagram: Buffer) => Buffer[] = () => []): Promise<number> =>
  serve((socket, datagram, from) => {
    const reply = Buffer.from(datagram)
    reply.writeUInt16BE(0x8180 | rcode, 2)
    for (const each of [...before(datagram), reply]) socket.send(each, from.port, from.address)
  })

/** Nobody is there: it was ours a moment ago. */
async function closedPort(): Promise<number> {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => void socket.bind(0, '127.0.0.1', resolve))
  const { port } = socket.address()
  await new Promise<void>((resolve) => void socket.close(resolve))
  return port
}

describe('DNS_CHECK', () => {
  test.each([
    [0, 'success'],
    [2, 'dns-rcode'],
    [3, 'dns-rcode'],
  ])('rcode %i: %s', async (rcode, expected) => {
    const lab = probeLab()
    const port = await nameServer(rcode)
    expect(kindOf(await lab.ask(dnsCheck({ connection: patient(port) })))).toBe(expected)
    expect(lab.schedule.size).toBe(0)
  })

  test('waits through garbage, other ids and questions of its own', async () => {
    const port = await nameServer(0, (datagram) => {
      const otherId = Buffer.from(datagram)
      otherId.writeUInt16BE(0x8182, 2)
      otherId.writeUInt16BE(datagram.readUInt16BE(0) ^ 1, 0)
      return [Buffer.alloc(0), Buffer.from('x'), datagram, otherId]
    })
    expect(kindOf(await probeLab().ask(dnsCheck({ connection: patient(port) })))).toBe('success')
  })

  test('does not hear what somebody else answers', async () => {
    const stranger = createSocket('udp4')
    onTestFinished(() => void stranger.close())
    const { reached, reach } = signal()
    const port = await serve((_socket, datagram, from) => {
      const reply = Buffer.from(datagram)
      reply.writeUInt16BE(0x8180, 2)
      stranger.send(reply, from.port, from.address, reach)
    })
    const outcome = await probeLab().askInVain(dnsCheck({ connection: patient(port) }), reached)
    expect(kindOf(outcome)).toBe('no-reply')
  })

  test('a port where nobody is fails at once', async () => {
    const outcome = await probeLab().ask(dnsCheck({ connection: patient(await closedPort()) }))
    expect(outcome).toEqual({ kind: 'failure', reason: { kind: 'datagram', error: 'ECONNREFUSED' } })
  })

  test('port 0 is one where nobody is', async () => {
    expect(kindOf(await probeLab().ask(dnsCheck({ connection: patient(0) })))).toBe('datagram')
  })

  test('a source address that cannot be had says nothing of the server', async () => {
    const bound = patient(53, { bindAddress: address('192.0.2.1') })
    expect(await probeLab().ask(dnsCheck({ connection: bound }))).toEqual({
      kind: 'no-result',
      reason: { kind: 'bind', error: 'EADDRNOTAVAIL' },
    })
  })

  test('asks from the address that it is bound to', async () => {
    const from: string[] = []
    const port = await serve((socket, datagram, remote) => {
      from.push(remote.address)
      const reply = Buffer.from(datagram)
      reply.writeUInt16BE(0x8180, 2)
      socket.send(reply, remote.port, remote.address)
    })
    const bound = patient(port, { bindAddress: address('127.0.0.9') })
    expect(kindOf(await probeLab().ask(dnsCheck({ connection: bound })))).toBe('success')
    expect(from).toEqual(['127.0.0.9'])
  })
})

describe('UDP_CHECK', () => {
  test('silence passes, a port where nobody is fails', async () => {
    const heard: string[] = []
    const { reached, reach } = signal()
    const port = await serve((_socket, datagram) => {
      heard.push(datagram.toString('hex'))
      reach()
    })
    const silent = udpCheck({ connection: patient(port), payload: 'ab12' })
    expect(await probeLab().askInVain(silent, reached)).toEqual({ kind: 'success' })
    expect(heard).toEqual(['ab12'])
    const gone = udpCheck({ connection: patient(await closedPort()) })
    expect(kindOf(await probeLab().ask(gone))).toBe('datagram')
  })

  test('a reply that is required', async () => {
    const port = await serve((socket, datagram, from) => socket.send(datagram, from.port, from.address))
    const reply = { pattern: 'ab', minLength: 1, maxLength: 10 }
    const ask = (payload: string): Promise<Outcome> =>
      probeLab().ask(udpCheck({ connection: patient(port), payload, reply }))
    expect(kindOf(await ask('ab12'))).toBe('success')
    expect(kindOf(await ask('cd12'))).toBe('reply-content')
    expect(kindOf(await ask('ab'.repeat(11)))).toBe('reply-length')
  })

  test('and does not come', async () => {
    const { reached, reach } = signal()
    const port = await serve(reach)
    const reply = { pattern: '', minLength: 0, maxLength: 255 }
    const outcome = await probeLab().askInVain(udpCheck({ connection: patient(port), reply }), reached)
    expect(kindOf(outcome)).toBe('no-reply')
  })

  test('a source address that cannot be had fails, as it does with keepalived', async () => {
    const bound = patient(53, { bindAddress: address('192.0.2.1') })
    expect(kindOf(await probeLab().ask(udpCheck({ connection: bound })))).toBe('datagram')
  })

  test('what is cancelled is not heard of, and leaves no deadline', async () => {
    const port = await serve(() => {})
    const lab = probeLab()
    const outcomes: Outcome[] = []
    for (const bindAddress of [undefined, address('127.0.0.9')]) {
      const check = udpCheck({ connection: patient(port, { bindAddress }) })
      const running = lab.probes.start(check, 0, (outcome) => outcomes.push(outcome))
      running.cancel()
      running.cancel()
    }
    await lab.askInVain(udpCheck({ connection: patient(port) }), Promise.resolve())
    expect(outcomes).toEqual([])
    expect(lab.schedule.size).toBe(0)
  })
})

describe('whatever comes of it, its socket is closed once and nothing is waited for', () => {
  type Answer = Result<readonly { readonly bytes: Uint8Array }[], { call: string; code: string }>
  const datagram = (text: string): Answer => accepted([{ bytes: Buffer.from(text, 'hex') }])
  const refused: Answer = rejected({ call: 'recv', code: 'ECONNREFUSED' })

  /** @param answers what the socket has to read, in this order; nothing afterwards */
  function begin(answers: readonly Answer[], sends: boolean) {
    const clock = new ManualClock()
    const schedule = new Schedule()
    const left = [...answers]
    const outcomes: string[] = []
    let closed = 0
    let reads = 0
    let readable: (() => void) | undefined
    const check = udpCheck({ reply: { pattern: 'ab', minLength: 1, maxLength: 10 } })
    const running = startDatagrams(
      {
        clock,
        deadlines: schedule,
        openDatagrams: () =>
          accepted({
            send: () => (sends ? accepted(undefined) : rejected({ call: 'send', code: 'ENETUNREACH' })),
            receive: () => {
              reads++
              return left.shift() ?? accepted([])
            },
            onReadable: (callback) => {
              readable = callback
            },
            close: () => {
              closed++
            },
          }),
      },
      'udp',
      check.connection,
      {
        ...udpExchange(check),
        received: (bytes) => (bytes.length === 0 ? undefined : udpExchange(check).received(bytes)),
      },
      (outcome) => outcomes.push(kindOf(outcome)),
    )
    return {
      outcomes,
      left,
      turns: {
        reads: () => readable?.(),
        waits: () => schedule.run(after(clock.now(), seconds(3600))),
        'is cancelled': () => running.cancel(),
      },
      state: () => ({ closed, waiting: schedule.size, reads }),
    }
  }

  test.each<{
    what: string
    answers: Answer[]
    sends?: boolean
    turn: 'reads' | 'waits' | 'is cancelled'
    gives: string[]
  }>([
    { what: 'an answer', answers: [datagram('ab')], turn: 'reads', gives: ['success'] },
    { what: 'two of them', answers: [datagram('ab'), datagram('cd')], turn: 'reads', gives: ['success'] },
    { what: 'a refusal', answers: [refused], turn: 'reads', gives: ['datagram'] },
    { what: 'silence', answers: [], turn: 'waits', gives: ['no-reply'] },
    { what: 'nobody’s wish', answers: [], turn: 'is cancelled', gives: [] },
    { what: 'nothing that could be sent', answers: [], sends: false, turn: 'reads', gives: ['datagram'] },
  ])('$what', ({ answers, sends = true, turn, gives }) => {
    const attempt = begin(answers, sends)
    attempt.turns[turn]()
    expect(attempt.outcomes).toEqual(gives)
    expect(attempt.state()).toMatchObject({ closed: 1, waiting: 0 })
    for (const again of ['reads', 'waits', 'is cancelled'] as const) attempt.turns[again]()
    expect(attempt.outcomes).toEqual(gives)
    expect(attempt.state()).toMatchObject({ closed: 1, waiting: 0 })
  })

  test('who floods has a few at a time, and is no answer', () => {
    const attempt = begin(
      Array.from({ length: 100 }, () => datagram('')),
      true,
    )
    attempt.turns.reads()
    expect(attempt.state().reads).toBeLessThanOrEqual(16)
    for (let turn = 0; turn < 10; turn++) attempt.turns.reads()
    expect(attempt.left).toEqual([])
    expect(attempt.outcomes).toEqual([])
  })
})
