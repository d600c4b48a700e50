/** Subscribers of every kind, at a server with short deadlines. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { subscribe, type ClientError } from '../../src/control/client.ts'
import type { EventsReport } from '../../src/control/events.ts'
import { succeeded, type Response } from '../../src/control/protocol.ts'
import type { ControlServer } from '../../src/control/server.ts'
import type { Stream } from '../../src/control/stream.ts'
import { closed, connected, emptyReport, readLine, readToEnd, serve, STATUS } from './support.ts'

const PHASE_MS = 200
const FOLLOW = '{"version":1,"request":"follow"}\n'

/** Sends what it is given, to whoever asks. */
class FakeStream implements Stream {
  readonly waiting: Response[] = []
  asked = 0
  over = false
  private wake: () => void = () => undefined

  push(forgotten: number): void {
    this.waiting.push(succeeded<'follow'>({ events: [], forgotten }))
    this.wake()
  }

  finish(): void {
    this.close()
  }

  async next(): Promise<Response | undefined> {
    this.asked += 1
    while (this.waiting.length === 0 && !this.over)
      await new Promise<void>((resolve) => {
        this.wake = resolve
      })
    return this.waiting.shift()
  }

  close(): void {
    this.over = true
    this.wake()
  }
}

let directory: string
let path: string
let server: ControlServer
let streams: FakeStream[]

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'vrrpd-subscribers-'))
  path = join(directory, 'vrrpd.sock')
  streams = []
  server = await serve(path, {
    handle: ({ request }) => {
      if (request !== 'follow') return succeeded(emptyReport)
      const stream = new FakeStream()
      streams.push(stream)
      return stream
    },
    limits: { connections: 8, phaseMs: PHASE_MS },
  })
})

afterEach(async () => {
  await server.close()
  rmSync(directory, { recursive: true })
})

async function streamOf(at = 0): Promise<FakeStream> {
  while (streams[at] === undefined || streams[at].asked === 0) await sleep(1)
  return streams[at]
}

const line = (forgotten: number): string =>
  `${JSON.stringify({ version: 1, ok: true, result: { events: [], forgotten } })}\n`

describe('a subscriber', () => {
  test('gets what comes, however long that takes', async () => {
    const socket = await connected(path)
    socket.write(FOLLOW)
    const stream = await streamOf()
    stream.push(1)
    expect(await readLine(socket)).toBe(line(1))
    await sleep(PHASE_MS * 1.5)
    stream.push(2)
    expect(await readLine(socket)).toBe(line(2))
    socket.destroy()
  })

  test('is told of the end by the end of the connection', async () => {
    const socket = await connected(path)
    socket.write(FOLLOW)
    const all = readToEnd(socket)
    const stream = await streamOf()
    stream.push(1)
    stream.finish()
    expect(await all).toBe(line(1))
  })

  test.each([
    ['closes its half', (socket: Awaited<ReturnType<typeof connected>>) => socket.end()],
    ['sends anything else', (socket: Awaited<ReturnType<typeof connected>>) => socket.write(STATUS)],
    ['goes away', (socket: Awaited<ReturnType<typeof connected>>) => socket.destroy()],
  ])('that %s has had enough', async (_what, leave) => {
    const socket = await connected(path)
    socket.write(FOLLOW)
    const stream = await streamOf()
    const end = readToEnd(socket)
    leave(socket)
    await end
    while (!stream.over) await sleep(1)
  })

  test('that does not read is put out, and nothing is kept for it', async () => {
    const socket = await connected(path)
    socket.write(FOLLOW)
    const stream = await streamOf()
    // More than the system's buffers take.
    const big = succeeded<'follow'>({
      events: [{ text: 'x'.repeat(4 << 20) } as EventsReport['events'][number]],
      forgotten: 0,
    })
    for (let each = 0; each < 100; each++) stream.waiting.push(big)
    stream.push(0)
    while (!stream.over) await sleep(5)
    expect(stream.asked).toBeLessThanOrEqual(2)
    socket.destroy()
  })

  test('of many that come and go, none is left', async () => {
    for (let each = 0; each < 40; each++) {
      const socket = await connected(path)
      socket.write(FOLLOW)
      await streamOf(each)
      const end = closed(socket)
      socket.destroy()
      await end
      while (streams[each]?.over !== true) await sleep(1)
    }
  })
})

describe('subscribe()', () => {
  test('gives each response, then the end', async () => {
    const got: number[] = []
    const end = new Promise<ClientError | undefined>((resolve) => {
      subscribe(path, 'follow', {}, { result: ({ forgotten }) => got.push(forgotten), end: resolve })
    })
    const stream = await streamOf()
    for (const each of [1, 2, 3]) stream.push(each)
    while (got.length < 3) await sleep(1)
    stream.finish()
    expect(await end).toBeUndefined()
    expect(got).toEqual([1, 2, 3])
  })

  test('close() is heard by the daemon, and ends nothing here', async () => {
    let ended = false
    const subscription = subscribe(path, 'follow', {}, { result: () => {}, end: () => (ended = true) })
    const stream = await streamOf()
    subscription.close()
    while (!stream.over) await sleep(1)
    expect(ended).toBe(false)
  })

  test('nobody there', async () => {
    const error = await new Promise<ClientError | undefined>((resolve) => {
      subscribe(`${path}.none`, 'follow', {}, { result: () => {}, end: resolve })
    })
    expect(error?.code).toBe('absent')
  })
})
