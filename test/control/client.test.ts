import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { askDaemon } from '../../src/control/client.ts'
import { failed } from '../../src/control/protocol.ts'
import { emptyReport, serve } from './support.ts'

let directory: string
let path: string
let server: Server | undefined

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'vrrpd-client-'))
  path = join(directory, 'vrrpd.sock')
})

afterEach(() => {
  server?.close()
  server = undefined
  rmSync(directory, { recursive: true })
})

/** Something else than vrrpd at the path. */
const impostor = (behave: (socket: Socket) => void): Promise<void> =>
  new Promise((resolve) => {
    server = createServer(behave)
    server.listen(path, resolve)
  })

const ask = (timeoutMs = 5_000) => askDaemon(path, 'status', timeoutMs)

describe('askDaemon', () => {
  test('gives the report', async () => {
    const report = { ...emptyReport, notices: ['é'.repeat(100_000)] }
    const real = await serve(path, { handle: () => ({ version: 1, ok: true, result: report }) })
    expect(await ask()).toEqual({ ok: true, value: report })
    await real.close()
  })

  test('gives the daemon’s refusal', async () => {
    const real = await serve(path, { handle: () => failed({ code: 'internal', text: 'not today' }) })
    expect(await ask()).toEqual({
      ok: false,
      error: { code: 'refused', text: 'vrrpd refused the request: not today' },
    })
    await real.close()
  })

  test('nobody there: says what to do', async () => {
    expect(await ask()).toEqual({
      ok: false,
      error: {
        code: 'absent',
        text: `vrrpd is not running here: there is no ${path}`,
      },
    })
  })

  test('a socket that a dead one has left', async () => {
    const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
    spawnSync(process.execPath, ['-e', script])
    expect(await ask()).toMatchObject({
      error: { code: 'dead', text: expect.stringContaining(path) as unknown },
    })
  })

  test('a file that is no socket: nobody has left it behind', async () => {
    writeFileSync(path, '')
    expect(await ask()).toEqual({
      ok: false,
      error: { code: 'unreachable', text: `cannot reach vrrpd at ${path}: it is no socket` },
    })
  })

  test.each(['unknown-request', 'unsupported-version'] as const)(
    'a daemon of another version: %s',
    async (code) => {
      const real = await serve(path, { handle: () => failed({ code, text: 'no such request' }) })
      expect(await ask()).toMatchObject({ error: { code: 'other-version' } })
      await real.close()
    },
  )

  test('silence ends at the timeout', async () => {
    await impostor(() => {})
    expect(await ask(100)).toEqual({
      ok: false,
      error: { code: 'no-answer', text: `vrrpd at ${path} did not answer within 0.1 s` },
    })
  })

  test('a closed connection', async () => {
    await impostor((socket) => socket.destroy())
    expect(await ask()).toMatchObject({ error: { code: 'no-answer' } })
  })

  test.each(['hello\n', '{"version":2,"ok":true,"result":{}}\n', '\n'])(
    'something else answers %j',
    async (answer) => {
      await impostor((socket) => socket.end(answer))
      expect(await ask()).toMatchObject({ error: { code: 'not-understood' } })
    },
  )

  test('something else answers without end', async () => {
    await impostor((socket) => {
      const chunk = Buffer.alloc(1 << 20, 'x')
      const more = (): unknown => socket.write(chunk, (error) => error ?? more())
      socket.on('error', () => {})
      more()
    })
    expect(await ask(20_000)).toMatchObject({ error: { code: 'not-understood' } })
  })
})
