import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { askDaemon } from '../../src/control/client.ts'
import { succeeded } from '../../src/control/protocol.ts'
import { openControlServer } from '../../src/control/server.ts'
import { needs } from '../support/privileges.ts'
import { closed, connected, emptyReport, readLine, serve, STATUS } from './support.ts'

let directory: string
let path: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'vrrpd-control-'))
  path = join(directory, 'vrrpd.sock')
})

afterEach(() => {
  rmSync(directory, { recursive: true })
})

const options = () => ({ path, handle: () => succeeded(emptyReport), report: () => {} })

/** What a killed daemon leaves: the file of a socket that nobody listens on. */
async function leaveDeadSocket(at: string): Promise<void> {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(`${at}.first`, resolve)
  })
  linkSync(`${at}.first`, at)
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve()
    })
  })
}

describe('the socket file', () => {
  test('admits the owner and its group, and is gone after close', async () => {
    const mask = process.umask(0)
    const server = await serve(path)
    // The mask that was set before is in force again.
    expect(process.umask(mask)).toBe(0)
    expect(lstatSync(path).mode & 0o7777).toBe(0o660)
    expect(readdirSync(directory)).toEqual(['vrrpd.sock'])
    await server.close()
    expect(readdirSync(directory)).toEqual([])
  })

  test('one that a live daemon holds is left to it', async () => {
    const first = await serve(path)
    const before = lstatSync(path).ino
    expect(await openControlServer(options())).toEqual({
      ok: false,
      error: { code: 'held', text: `another daemon holds the control socket ${path}` },
    })
    expect(lstatSync(path).ino).toBe(before)
    expect(readdirSync(directory)).toEqual(['vrrpd.sock'])
    expect(await askDaemon(path, 'status', 5_000)).toEqual({ ok: true, value: emptyReport })
    await first.close()
  })

  test('one that a dead daemon left is replaced', async () => {
    await leaveDeadSocket(path)
    const server = await serve(path)
    expect(await askDaemon(path, 'status', 5_000)).toMatchObject({ ok: true })
    await server.close()
  })

  test('of several that start at once on a dead one, each with its own process number, one has it', async () => {
    await leaveDeadSocket(path)
    const pid = process.pid
    const starting = [1, 2, 3, 4, 5].map((each) => {
      Object.defineProperty(process, 'pid', { value: pid + each, configurable: true })
      return openControlServer(options())
    })
    Object.defineProperty(process, 'pid', { value: pid, configurable: true })
    const results = await Promise.all(starting)
    const [winner, ...others] = results.filter(({ ok }) => ok)
    expect(others).toEqual([])
    for (const result of results) if (!result.ok) expect(result.error.code).toBe('held')
    expect(readdirSync(directory)).toEqual(['vrrpd.sock'])
    expect(await askDaemon(path, 'status', 5_000)).toMatchObject({ ok: true })
    if (winner?.ok === true) await winner.value.close()
  })

  test('what is no socket is never removed', async () => {
    writeFileSync(path, 'precious')
    expect(await openControlServer(options())).toMatchObject({ ok: false, error: { code: 'not-a-socket' } })
    expect(readFileSync(path, 'utf8')).toBe('precious')
    rmSync(path)
    symlinkSync('/nowhere', path)
    expect(await openControlServer(options())).toMatchObject({ ok: false, error: { code: 'not-a-socket' } })
    expect(lstatSync(path).isSymbolicLink()).toBe(true)
    rmSync(path)
    mkdirSync(path)
    expect(await openControlServer(options())).toMatchObject({ ok: false, error: { code: 'not-a-socket' } })
    expect(readdirSync(directory)).toEqual(['vrrpd.sock'])
  })

  test('close leaves what another process has put in its place', async () => {
    const server = await serve(path)
    unlinkSync(path)
    await leaveDeadSocket(path)
    await server.close()
    expect(lstatSync(path).isSocket()).toBe(true)
  })

  test('close does not mind that the file is gone', async () => {
    const server = await serve(path)
    unlinkSync(path)
    await server.close()
    expect(existsSync(path)).toBe(false)
  })

  test('what a process of the same number left while it was starting does not matter', async () => {
    await leaveDeadSocket(`${path}.${process.pid}`)
    const server = await serve(path)
    expect(readdirSync(directory)).toEqual(['vrrpd.sock'])
    await server.close()
  })

  test('a directory that does not exist, and a path too long', async () => {
    expect(await openControlServer({ ...options(), path: join(directory, 'none', 'x') })).toEqual({
      ok: false,
      error: {
        code: 'refused',
        text: `cannot make the control socket ${join(directory, 'none', 'x')}: no such directory`,
      },
    })
    const long = join(directory, 'x'.repeat(100))
    expect(await openControlServer({ ...options(), path: long })).toMatchObject({
      error: { code: 'path-too-long' },
    })
  })
})

needs('root')('with root’s rights', () => {
  test('the socket belongs to the group that was asked for', async () => {
    const server = await serve(path, { gid: 4242 })
    expect(lstatSync(path)).toMatchObject({ uid: 0, gid: 4242 })
    await server.close()
  })
})

describe('close', () => {
  test('ends what clients have open', async () => {
    const server = await serve(path)
    const idle = await connected(path)
    const busy = await connected(path)
    busy.write(STATUS)
    await readLine(busy)
    const ends = [idle, busy].map(closed)
    for (const socket of [idle, busy]) socket.resume().once('end', () => socket.end())
    await server.close()
    await Promise.all(ends)
  })
})
