/** Clients of every kind, at a server with short deadlines. */

import { mkdtempSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { succeeded, type Request } from '../../src/control/protocol.ts'
import type { ControlServer } from '../../src/control/server.ts'
import { closed, connected, emptyReport, readLine, readToEnd, serve, STATUS } from './support.ts'

const PHASE_MS = 300
const CONNECTIONS = 8
const limits = { connections: CONNECTIONS, phaseMs: PHASE_MS }

let directory: string
let path: string
let server: ControlServer
let reports: string[]
let handle: (request: Request) => ReturnType<typeof succeeded>

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'vrrpd-clients-'))
  path = join(directory, 'vrrpd.sock')
  reports = []
  handle = () => succeeded(emptyReport)
  server = await serve(path, {
    handle: (request) => handle(request),
    report: (text) => reports.push(text),
    limits,
  })
})

afterEach(async () => {
  await server.close()
  rmSync(directory, { recursive: true })
})

const RESULT = `${JSON.stringify({ version: 1, ok: true, result: emptyReport })}\n`

/** Sends, and returns all that comes until the server ends it. */
async function exchange(...parts: readonly (string | Buffer)[]): Promise<string> {
  const socket = await connected(path)
  for (const part of parts) socket.write(part)
  return readToEnd(socket)
}

const codes = (text: string): readonly unknown[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as { error?: { code: string } }).error?.code ?? 'ok')

test('of many that ask at once one is answered in each turn of the event loop', async () => {
  let turn = 0
  let immediate: NodeJS.Immediate
  const count = (): void => {
    turn += 1
    immediate = setImmediate(count)
  }
  const turns: number[] = []
  handle = () => {
    turns.push(turn)
    return succeeded(emptyReport)
  }
  const sockets = await Promise.all(Array.from({ length: CONNECTIONS }, () => connected(path)))
  const askAll = async (): Promise<void> => {
    for (const socket of sockets) socket.write(STATUS)
    expect(await Promise.all(sockets.map(readLine))).toEqual(sockets.map(() => RESULT))
  }
  // Once all have been let in, one turn brings all their requests.
  await askAll()
  turns.length = 0
  count()
  await askAll()
  clearImmediate(immediate!)
  expect(new Set(turns).size).toBe(CONNECTIONS)
})

describe('a client', () => {
  test('asks as often as it likes on one connection', async () => {
    const socket = await connected(path)
    for (let at = 0; at < 20; at += 1) {
      socket.write(STATUS)
      expect(await readLine(socket)).toBe(RESULT)
    }
    socket.destroy()
  })

  test('may send several requests at once, and in pieces', async () => {
    const socket = await connected(path)
    const answers = readToEnd(socket)
    const bytes = Buffer.from(STATUS + STATUS + STATUS)
    for (let at = 0; at < bytes.length; at += 7) {
      socket.write(bytes.subarray(at, at + 7))
      await sleep(1)
    }
    socket.end()
    expect(await answers).toBe(RESULT + RESULT + RESULT)
  })

  test('may close its half once it has asked, without even a newline', async () => {
    for (const request of [STATUS, STATUS.trimEnd()]) {
      const socket = await connected(path)
      socket.end(request)
      expect(await readToEnd(socket)).toBe(RESULT)
    }
  })

  test('may connect and say nothing at all', async () => {
    const socket = await connected(path)
    socket.end()
    expect(await readToEnd(socket)).toBe('')
  })

  test('is told of a request that does not exist and may go on', async () => {
    const socket = await connected(path)
    const answers = readToEnd(socket)
    socket.end(`{"version":1,"request":"explode"}\n{"version":9,"request":"status"}\n${STATUS}`)
    expect(codes(await answers)).toEqual(['unknown-request', 'unsupported-version', 'ok'])
  })

  test.each<[string, string | Buffer, string]>([
    ['another protocol', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', 'not-json'],
    ['bytes', Buffer.from([0, 255, 10, 255, 10]), 'not-json'],
    ['an empty line', '\n\n\n', 'not-json'],
    ['JSON of another kind', '{"hello":1}\n{"hello":2}\n', 'not-a-request'],
    ['a line without end', 'x'.repeat(65 << 10), 'request-too-long'],
    ['a long line', `${'x'.repeat(65 << 10)}\n`, 'request-too-long'],
    ['a megabyte', Buffer.alloc(1 << 20, 'x'), 'request-too-long'],
  ])('that sends %s gets one error and no more', async (_what, garbage, code) => {
    expect(codes(await exchange(garbage))).toEqual([code])
  })

  test('that sends nothing is put out at the deadline', async () => {
    expect(await exchange('{"version":1')).toBe('')
  })

  test('cannot put the deadline off with a byte now and then', async () => {
    // Before the server can have let it in.
    const began = performance.now()
    const socket = await connected(path)
    const trickle = setInterval(() => socket.write('x'), PHASE_MS / 10)
    expect(await readToEnd(socket)).toBe('')
    clearInterval(trickle)
    // Node's timers may be a millisecond early.
    expect(performance.now() - began).toBeGreaterThan(PHASE_MS - 5)
  })

  test('that does not read its answer is put out, and costs one answer', async () => {
    let asked = 0
    const notices = ['x'.repeat(4 << 20)]
    handle = () => {
      asked += 1
      return succeeded({ ...emptyReport, notices })
    }
    const socket = await connected(path)
    for (let at = 0; at < 100; at += 1) socket.write(STATUS)
    const end = closed(socket)
    // Its buffer fills, and only the server's reset tells it; then nothing more can be written.
    const prodding = setInterval(() => socket.write(STATUS), PHASE_MS / 2)
    await end
    clearInterval(prodding)
    expect(asked).toBe(1)
  })

  test('finds out at once when there are too many, and gets in when others leave', async () => {
    const holding: Socket[] = []
    for (let at = 0; at < CONNECTIONS; at += 1) {
      const socket = await connected(path)
      socket.write(STATUS)
      await readLine(socket)
      holding.push(socket)
    }
    expect(await exchange(STATUS)).toBe('')
    const [first] = holding as [Socket]
    const end = closed(first)
    first.resume().end()
    await end
    const socket = await connected(path)
    socket.write(STATUS)
    expect(await readLine(socket)).toBe(RESULT)
    for (const each of [...holding, socket]) each.destroy()
  })

  test('of two hundred at once, each is answered or put out, and the next one is served', async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => exchange(STATUS)))
    for (const answer of answers) expect(['', RESULT]).toContain(answer)
    expect(answers.filter((answer) => answer === RESULT).length).toBeGreaterThan(0)
    const socket = await connected(path)
    socket.write(STATUS)
    expect(await readLine(socket)).toBe(RESULT)
    socket.destroy()
  })

  test('that leaves in the middle is no defect', async () => {
    for (let at = 0; at < 50; at += 1) {
      const socket = await connected(path)
      socket.write(STATUS + STATUS)
      socket.destroy()
    }
    const socket = await connected(path)
    socket.write(STATUS)
    expect(await readLine(socket)).toBe(RESULT)
    expect(reports).toEqual([])
    socket.destroy()
  })

  test('is told of a defect, and so is the log', async () => {
    handle = () => {
      throw new Error('a bug of ours')
    }
    const socket = await connected(path)
    socket.end(STATUS)
    expect(codes(await readToEnd(socket))).toEqual(['internal'])
    expect(reports).toEqual([expect.stringContaining('control request status: Error: a bug of ours')])
  })
})
