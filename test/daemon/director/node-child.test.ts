/** With real processes: node's channel, its exit codes, and what becomes of a child whose parent is gone. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { seconds } from '../../../src/base/time.ts'
import { DirectorProcess } from '../../../src/daemon/director/process.ts'
import { startNodeChild } from '../../../src/daemon/director/node-child.ts'
import { systemClock } from '../../../src/system/clock.ts'
import { SystemTimers } from '../../../src/system/timers.ts'

const FAKE = resolve('test/daemon/director/fake-child.mjs')
/** Patience, not a bound. */
const PATIENT = { timeout: 20_000, interval: 20 }

let directory: string
let timers: SystemTimers
let log: string[]
let director: DirectorProcess | undefined

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'vrrpd-child-'))
  timers = new SystemTimers()
  log = []
})

afterEach(async () => {
  await director?.stop(seconds(0))
  timers.close()
  rmSync(directory, { recursive: true })
})

const file = (): string => join(directory, 'heard')

const heard = (): readonly unknown[] => {
  try {
    return readFileSync(file(), 'utf8')
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
  } catch {
    return []
  }
}

function start(
  behaviour: string,
  program: readonly [string, ...string[]] = [process.execPath, FAKE],
): DirectorProcess {
  const say = (text: string): void => {
    log.push(text)
  }
  director = new DirectorProcess({
    start: startNodeChild({
      command: [...program, file(), behaviour, '-n', '--all'],
      directory: '/somewhere',
    }),
    ...{ clock: systemClock, timers, respawn: true },
    log: { info: say, warn: say, error: say },
    changed: () => undefined,
    instances: () => [['V', true]],
  })
  director.start()
  return director
}

const pidOf = (own: DirectorProcess): number => own.report()?.pid ?? 0
const serves = (own: DirectorProcess): Promise<void> =>
  vi.waitFor(() => {
    expect(own.report()?.state).toBe('serving')
  }, PATIENT)
const isGone = (pid: number): Promise<void> =>
  vi.waitFor(() => {
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  }, PATIENT)

test('it starts with our options, hears of the instances, reloads, and stops', async () => {
  const own = start('well')
  await serves(own)
  const pid = pidOf(own)
  expect(await own.prepare()).toEqual({ ok: true, value: undefined })
  own.apply()
  own.tell('V', false)
  await own.stop(seconds(5))
  await isGone(pid)
  expect(heard()).toEqual([
    { pid, options: ['-n', '--all'], startedIn: '/somewhere' },
    { type: 'vrrp', instance: 'V', master: true },
    { type: 'prepare', id: expect.any(Number) as unknown },
    { type: 'apply', id: expect.any(Number) as unknown },
    { type: 'vrrp', instance: 'V', master: false },
    { type: 'stop' },
  ])
  expect(log).toEqual([`Starting Healthcheck child process, pid=${pid}`])
})

test('killed, it is there again, and hears of the instances again', async () => {
  const own = start('well')
  await serves(own)
  const first = pidOf(own)
  // It says that it is ready before it has heard anything.
  await vi.waitFor(() => {
    expect(heard()).toHaveLength(2)
  }, PATIENT)
  process.kill(first, 'SIGKILL')
  await vi.waitFor(() => {
    expect(log).toContain(`Healthcheck child process(${first}) died: Respawning; it was ended by SIGKILL`)
  }, PATIENT)
  await serves(own)
  expect(pidOf(own)).not.toBe(first)
  expect(own.report()?.restarts).toBe(1)
  await vi.waitFor(() => {
    expect(heard().slice(2)).toEqual([
      expect.objectContaining({ pid: pidOf(own) }),
      { type: 'vrrp', instance: 'V', master: true },
    ])
  }, PATIENT)
})

test('one that refuses a configuration goes on', async () => {
  const own = start('refuses')
  await serves(own)
  expect(await own.prepare()).toEqual({ ok: false, error: 'not this one' })
  expect(own.report()?.state).toBe('serving')
})

test('one that does not heed its stop is killed', async () => {
  const own = start('stays')
  await serves(own)
  const pid = pidOf(own)
  await own.stop(seconds(0.2))
  await isGone(pid)
  expect(log.at(-1)).toBe(
    `Healthcheck child process(${pid}) failed to die within 0.2 s - forcing termination`,
  )
})

test('one that cannot serve says so by its exit code', async () => {
  const own = start('cannot')
  await vi.waitFor(() => {
    expect(own.recentTrouble()).toEqual({ how: 'exited with code 2', cannotServe: true, isRunning: false })
  }, PATIENT)
})

test('a program that is not there is a line', async () => {
  const own = start('well', [join(directory, 'nothing')])
  expect(own.report()).toEqual({ pid: null, restarts: 0, state: 'starting' })
  await vi.waitFor(() => {
    expect(log).toEqual([
      `The Healthcheck child process cannot be started: spawn ${join(directory, 'nothing')} ENOENT`,
    ])
  }, PATIENT)
})

test('a program that closes its channel is killed, and another one started', async () => {
  const own = start('', ['/bin/sh', '-c', 'exec 3>&-; exec sleep 1000'])
  const pid = pidOf(own)
  await isGone(pid)
  await vi.waitFor(() => {
    expect(log).toContain(`Healthcheck child process(${pid}) died: Respawning; it closed its channel`)
  }, PATIENT)
})
