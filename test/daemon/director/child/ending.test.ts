/** What the process is told, and what ends it: with the table, or without. */

import { afterEach, expect, test, vi } from 'vitest'
import { accepted, rejected, type Result } from '../../../../src/base/result.ts'
import { seconds } from '../../../../src/base/time.ts'
import { endOf, type Ending } from '../../../../src/daemon/director/child/ending.ts'
import type { Read, Serving } from '../../../../src/daemon/director/child/serve.ts'
import { readToParent, type ToChild } from '../../../../src/daemon/director/messages.ts'
import type { Log } from '../../../../src/daemon/log/logging.ts'
import { ManualTimers } from '../../../support/manual-clock.ts'

type Listener = (...values: readonly unknown[]) => void
const EVENTS = ['message', 'disconnect', 'SIGHUP', 'SIGTERM', 'SIGINT', 'SIGUSR1', 'SIGPIPE'] as const
type Event = (typeof EVENTS)[number]

const listenersOf = (event: Event): readonly Listener[] => process.listeners(event as 'SIGHUP') as Listener[]

const added: (readonly [Event, Listener])[] = []

afterEach(() => {
  for (const [event, listener] of added.splice(0)) process.off(event, listener)
  vi.restoreAllMocks()
})

const a = { name: 'a' } as unknown as Read
const b = { name: 'b' } as unknown as Read

/** Nothing goes through this process's own channel, which is the test runner's. */
function listen(role: 'child' | 'alone', answers: readonly Result<Read, string>[] = []) {
  const did: string[] = []
  const sent: unknown[] = []
  const send = process.send?.bind(process)
  vi.spyOn(process, 'send').mockImplementation((message: unknown, ...rest: readonly unknown[]) => {
    if (readToParent(message) === undefined) return send?.(message, ...(rest as [])) ?? false
    sent.push(message)
    return true
  })
  const timers = new ManualTimers()
  const before = new Set(EVENTS.flatMap((event) => listenersOf(event)))
  const left = [...answers]
  const serving = {
    apply: ({ name }: { name: string }) => did.push(`apply ${name}`),
    runtime: { onVrrp: (instance: string, master: boolean) => did.push(`${instance} ${master}`) },
  }
  const log = {
    reopen: () => did.push('reopen'),
    info: (text: string) => did.push(text),
    error: (text: string) => did.push(text),
  }
  const listening = endOf(
    role,
    serving as unknown as Serving,
    {
      reread: () => Promise.resolve(left.shift() ?? rejected('nothing to read')),
      log: log as unknown as Log,
      dump: () => did.push('dump'),
      timers,
      service: { ready: () => did.push('ready'), reloading: () => did.push('reloading') },
    } as unknown as Parameters<typeof endOf>[2],
  )
  const own = EVENTS.flatMap((event) =>
    listenersOf(event)
      .filter((listener) => !before.has(listener))
      .map((listener) => [event, listener] as const),
  )
  added.push(...own)
  let ended: Ending | undefined
  listening.ended.then((how) => {
    ended = how
  }, expect.unreachable)
  const settle = () => new Promise<void>((resolve) => void setImmediate(resolve))
  return {
    listening,
    did,
    sent,
    timers,
    async hear(event: Event, value?: ToChild) {
      for (const [each, listener] of own) if (each === event) listener(value)
      await settle()
    },
    async ended() {
      await settle()
      return ended
    },
  }
}

test('the daemon’s word is an end, its crash is none of the table’s', async () => {
  const told = listen('child')
  expect(await told.ended()).toBeUndefined()
  await told.hear('message', { type: 'stop' })
  expect(await told.ended()).toBe('stop')

  const left = listen('child')
  await left.hear('disconnect')
  expect(await left.ended()).toBe('abandoned')
})

test.each(['SIGTERM', 'SIGINT'] as const)('%s to a child: the daemon says what it means', async (signal) => {
  const meant = listen('child')
  await meant.hear(signal)
  meant.timers.advance(seconds(4.9))
  expect(await meant.ended()).toBeUndefined()
  await meant.hear('message', { type: 'stop' })
  meant.timers.advance(seconds(10))
  expect(await meant.ended()).toBe('stop')

  const alone = listen('child')
  await alone.hear(signal)
  alone.timers.advance(seconds(5))
  expect(await alone.ended()).toBe('abandoned')
})

test.each(['SIGTERM', 'SIGINT'] as const)('%s to one that is alone is its end', async (signal) => {
  const alone = listen('alone')
  await alone.hear('disconnect')
  expect(await alone.ended()).toBeUndefined()
  await alone.hear(signal)
  expect(await alone.ended()).toBe('stop')
})

test('what a child hears, it does and answers', async () => {
  const child = listen('child', [accepted(a)])
  child.listening.ready()
  await child.hear('message', { type: 'prepare', id: 1 })
  expect(child.did).toEqual([])
  await child.hear('message', { type: 'apply', id: 2 })
  await child.hear('message', { type: 'vrrp', instance: 'V', master: true })
  await child.hear('message', { type: 'reopen-logs' })
  await child.hear('message', { type: 'dump' })
  await child.hear('SIGUSR1')
  await child.hear('SIGHUP')
  await child.hear('message', { type: 'beat', id: 3 })
  expect(child.did).toEqual(['apply a', 'V true', 'reopen', 'dump', 'dump'])
  expect(child.sent).toEqual([
    { type: 'ready' },
    { type: 'prepared', id: 1 },
    { type: 'applied', id: 2 },
    { type: 'beat', id: 3 },
  ])
})

test('what was refused, or is in force, is not applied by the next word', async () => {
  const child = listen('child', [accepted(a), rejected('no'), accepted(b)])
  const hear = async (...types: readonly ('prepare' | 'apply')[]): Promise<void> => {
    for (const type of types) await child.hear('message', { type, id: 1 })
  }
  await hear('prepare', 'prepare', 'apply')
  expect(child.did).toEqual([])
  expect(child.sent).toContainEqual({ type: 'prepared', id: 1, refused: 'no' })
  await hear('prepare', 'apply', 'apply')
  expect(child.did).toEqual(['apply b'])
})

test('one that is alone reloads by SIGHUP, one after the other, and goes on with what is refused', async () => {
  const alone = listen('alone', [accepted(a), rejected('no')])
  alone.listening.ready()
  await alone.hear('SIGHUP')
  await alone.hear('SIGHUP')
  await alone.ended()
  expect(alone.did).toEqual([
    ...['ready', 'reopen', 'reloading', 'apply a', 'Reload complete', 'ready'],
    ...['reopen', 'reloading', 'Reload refused: no; what runs goes on', 'ready'],
  ])
})
