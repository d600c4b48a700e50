/** Descriptors of connections that are made for node:net: whatever becomes of an attempt, none is left. */

import { closeSync, readdirSync } from 'node:fs'
import type { Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { after, seconds } from '../../../src/base/time.ts'
import type { Connection, Outcome, TimedCheck } from '../../../src/checkers/types.ts'
import { openStream } from '../../../src/system/outbound-stream.ts'
import { eventually } from '../../support/lab/time.ts'
import { address, connection, httpCheck, smtpCheck, tcpCheck } from '../specs.ts'
import { probeLab, realClock, serve as serveAny, type ProbeLab } from '../world.ts'

const ATTEMPTS = 200
/** So many at once. */
const ABREAST = 20
const OK = 'HTTP/1.1 200 OK\r\n\r\nhello'
const CLOSED_PORT = 1

const descriptors = (): number => readdirSync('/proc/self/fd').length

const from = (port: number, changes: Partial<Connection> = {}): Connection =>
  connection(port, { connectTimeout: seconds(20), bindInterface: 'lo', ...changes })

/** A server that ends what its client has ended: its descriptors are counted, too. */
const serve = (answer: (socket: Socket) => void): Promise<number> =>
  serveAny((socket) => {
    socket.on('end', () => socket.end())
    answer(socket)
    socket.resume()
  })

// What is opened once, by the first of all.
beforeAll(() => new Promise((resolve) => void openStream(from(CLOSED_PORT), resolve)))

/** Many attempts; what they came to. */
async function many(once: () => Promise<unknown>): Promise<ReadonlySet<unknown>> {
  const before = descriptors()
  const outcomes = new Set<unknown>()
  for (let round = 0; round < ATTEMPTS / ABREAST; round++)
    for (const each of await Promise.all(Array.from({ length: ABREAST }, once))) outcomes.add(each)
  await eventually(() => expect(descriptors()).toBeLessThanOrEqual(before))
  return outcomes
}

const kindOf = (outcome: Outcome): string => (outcome.kind === 'failure' ? outcome.reason.kind : outcome.kind)

const checks: readonly { readonly check: string; readonly of: (connection: Connection) => TimedCheck }[] = [
  { check: 'TCP_CHECK', of: (to) => tcpCheck({ connection: to }) },
  { check: 'HTTP_GET', of: (to) => httpCheck({ connection: to }) },
  { check: 'SSL_GET', of: (to) => httpCheck({ connection: to, tls: true }) },
  { check: 'SMTP_CHECK', of: (to) => smtpCheck({ connection: to }) },
]

describe.each(checks)('$check leaves none', ({ of }) => {
  const asks = (lab: ProbeLab, to: Connection) => async () => kindOf(await lab.ask(of(to)))

  test('that is refused', async () => {
    expect(await many(asks(probeLab(), from(CLOSED_PORT)))).toEqual(new Set(['connect']))
  })

  test('that cannot begin', async () => {
    const lab = probeLab()
    const nowhere = from(CLOSED_PORT, { bindInterface: 'nosuch' })
    const another = from(CLOSED_PORT, { bindAddress: address('192.0.2.1') })
    expect(await many(asks(lab, nowhere))).toEqual(new Set(['no-result']))
    expect(await many(asks(lab, another))).toEqual(new Set(['no-result']))
  })

  test.each<{ what: string; answer: (socket: Socket) => void }>([
    { what: 'answers and ends', answer: (socket) => void socket.end(OK) },
    { what: 'ends', answer: (socket) => void socket.end() },
    { what: 'resets', answer: (socket) => void socket.resetAndDestroy() },
    {
      what: 'resets when asked',
      answer: (socket) => void socket.once('data', () => socket.resetAndDestroy()),
    },
  ])('of a server that $what', async ({ answer }) => {
    const port = await serve(answer)
    const lab = probeLab()
    // SMTP waits for a greeting, and we for nobody.
    const once = async (): Promise<string> => {
      const outcome = lab.ask(of(from(port)))
      for (let turn = 0; turn < 20; turn++) await setImmediate()
      lab.schedule.run(after(realClock.now(), seconds(3600)))
      return kindOf(await outcome)
    }
    await many(once)
  })

  test('of a server whose time is up', async () => {
    const port = await serve(() => {})
    const lab = probeLab()
    const outcomes = await many(async () => {
      return kindOf(await lab.askInVain(of(from(port)), Promise.resolve()))
    })
    expect([...outcomes].every((each) => /success|timeout/.test(String(each)))).toBe(true)
    expect(lab.schedule.size).toBe(0)
  })

  test.each([0, 1, 2, 3, 5, 8])('that is cancelled in turn %i of the event loop', async (turns) => {
    const port = await serve((socket) => void socket.on('data', () => socket.write(OK)))
    const lab = probeLab()
    await many(async () => {
      let isOver = false
      const running = lab.probes.start(of(from(port)), 0, () => {
        isOver = true
      })
      for (let turn = 0; turn < turns; turn++) await setImmediate()
      const wasOver = isOver
      running.cancel()
      await setImmediate()
      expect(isOver).toBe(wasOver)
    })
    expect(lab.schedule.size).toBe(0)
  })
})

describe('a stream that is opened', () => {
  const spec = (port: number): Connection => from(port)

  test('is the caller’s once it stands: cancelling comes too late', async () => {
    const port = await serve(() => {})
    const lent: number[] = []
    await new Promise<void>((resolve) => {
      const opening = openStream(spec(port), (result) => {
        if (!result.ok) throw new Error(result.error.code)
        if (opening.ok) opening.value.cancel()
        lent.push(result.value)
        resolve()
      })
    })
    expect(readdirSync('/proc/self/fd')).toContain(String(lent[0]))
    closeSync(lent[0]!)
  })

  test('is not told of after it was cancelled', async () => {
    const port = await serve(() => {})
    await many(async () => {
      const opening = openStream(spec(port), () => expect.unreachable())
      if (opening.ok) opening.value.cancel()
      await setImmediate()
    })
  })

  test('leaves none where nobody listens, cancelled or not', async () => {
    await many(() => new Promise((resolve) => void openStream(spec(CLOSED_PORT), resolve)))
  })

  test('says which call was refused', async () => {
    const refused = (changes: Partial<Connection>) =>
      openStream({ ...spec(CLOSED_PORT), ...changes }, () => expect.unreachable())
    expect(refused({ bindInterface: 'nosuch' })).toMatchObject({
      ok: false,
      error: { call: 'setsockopt', code: 'ENODEV' },
    })
    expect(refused({ bindAddress: address('192.0.2.1') })).toMatchObject({
      ok: false,
      error: { call: 'bind', code: 'EADDRNOTAVAIL' },
    })
    const settled = await new Promise((resolve) => void openStream(spec(CLOSED_PORT), resolve))
    expect(settled).toEqual({ ok: false, error: { call: 'connect', code: 'ECONNREFUSED' } })
  })
})
