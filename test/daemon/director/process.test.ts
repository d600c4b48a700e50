/** The parent's half against a child that does what a test says, under a clock that a test moves. */

import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { milliseconds, seconds } from '../../../src/base/time.ts'
import type { ChildEnd, ChildHandlers } from '../../../src/daemon/director/child-port.ts'
import { DirectorProcess } from '../../../src/daemon/director/process.ts'
import type { ToChild } from '../../../src/daemon/director/messages.ts'
import { ManualTimers } from '../../support/manual-clock.ts'

class FakeChild {
  readonly sent: ToChild[] = []
  killed = false
  answersBeats = true
  readonly pid: number | undefined
  private readonly handlers: ChildHandlers

  constructor(pid: number | undefined, handlers: ChildHandlers) {
    this.pid = pid
    this.handlers = handlers
  }

  say(message: unknown): void {
    this.handlers.onMessage(message)
  }

  end(end: ChildEnd): void {
    this.handlers.onEnd(end)
  }

  send(message: ToChild): void {
    this.sent.push(message)
    if (message.type === 'beat' && this.answersBeats) this.say({ type: 'beat', id: message.id })
  }

  kill(): void {
    this.killed = true
  }

  /** Without beats. */
  heard(): readonly ToChild[] {
    return this.sent.filter(({ type }) => type !== 'beat')
  }

  /** The question that was asked last. */
  lastId(type: 'prepare' | 'apply'): number {
    const asked = this.sent.filter((message) => message.type === type).at(-1)
    return asked !== undefined && 'id' in asked ? asked.id : -1
  }
}

const CRASH: ChildEnd = { kind: 'exited', code: 70 }
const CANNOT: ChildEnd = { kind: 'exited', code: 2 }

let timers: ManualTimers
let children: FakeChild[]
let log: string[]
let instances: Map<string, boolean>
let director: DirectorProcess

function make({ respawn = true, refuse = false } = {}): DirectorProcess {
  const say = (text: string): void => {
    log.push(text)
  }
  return new DirectorProcess({
    start: (handlers) => {
      const child = new FakeChild(refuse ? undefined : 100 + children.length, handlers)
      children.push(child)
      return child
    },
    ...{ clock: timers.clock, timers, respawn },
    log: { info: say, warn: say, error: say },
    changed: () => undefined,
    instances: () => instances,
  })
}

const child = (): FakeChild => {
  const last = children.at(-1)
  if (!last) throw new Error('there is no child')
  return last
}

beforeEach(() => {
  timers = new ManualTimers()
  children = []
  log = []
  instances = new Map([
    ['V1', true],
    ['V2', false],
  ])
  director = make()
})

describe('its life', () => {
  test('starts, is ready, stops', async () => {
    expect(director.report()).toBeUndefined()
    director.start()
    expect(director.report()).toEqual({ pid: 100, restarts: 0, state: 'starting' })
    child().say({ type: 'ready' })
    expect(director.report()).toEqual({ pid: 100, restarts: 0, state: 'serving' })
    const stopped = director.stop(seconds(5))
    expect(child().heard().at(-1)).toEqual({ type: 'stop' })
    expect(director.report()?.state).toBe('stopping')
    child().end({ kind: 'exited', code: 0 })
    await stopped
    expect(director.report()).toBeUndefined()
    expect(log).toEqual(['Starting Healthcheck child process, pid=100'])
    timers.advance(seconds(100))
    expect(children).toHaveLength(1)
  })

  test('one that does not stop is killed after its time, and with a line', async () => {
    director.start()
    const stopped = director.stop(seconds(5))
    timers.advance(milliseconds(4_999))
    expect(child().killed).toBe(false)
    timers.advance(milliseconds(1))
    expect(child().killed).toBe(true)
    expect(log.at(-1)).toBe('Healthcheck child process(100) failed to die within 5 s - forcing termination')
    child().end({ kind: 'signalled', signal: 'SIGKILL' })
    await stopped
  })

  test('nor does one that the kernel does not let go hold up the end', async () => {
    director.start()
    const stopped = director.stop(seconds(5))
    timers.advance(seconds(6))
    await stopped
    expect(log.at(-1)).toBe('Healthcheck child process(100) does not die of SIGKILL')
    // Nor is there another one beside it before it has gone.
    director.start()
    timers.advance(seconds(1_000))
    expect(children).toHaveLength(1)
    child().end({ kind: 'signalled', signal: 'SIGKILL' })
    expect(children).toHaveLength(2)
  })

  test('to be stopped by two is as by one', async () => {
    director.start()
    const both = Promise.all([director.stop(seconds(5)), director.stop(seconds(5))])
    child().end({ kind: 'exited', code: 0 })
    await both
    expect(child().heard()).toEqual([{ type: 'stop' }])
  })

  test('wanted again while it stops: another one begins when it has ended', async () => {
    director.start()
    const stopped = director.stop(seconds(5))
    director.start()
    expect(children).toHaveLength(1)
    child().end({ kind: 'exited', code: 0 })
    await stopped
    expect(director.report()).toEqual({ pid: 101, restarts: 0, state: 'starting' })
  })
})

describe('one that ends by itself', () => {
  test('is started again at once, then with growing delay, up to 30 s', () => {
    director.start()
    for (const delay of [0, 1, 2, 4, 8, 16, 30, 30, 30]) {
      const before = children.length
      child().say({ type: 'ready' })
      child().end(CRASH)
      if (delay > 0) timers.advance(milliseconds(delay * 1_000 - 1))
      expect(children, `before ${delay} s`).toHaveLength(before)
      timers.advance(milliseconds(1))
      expect(children, `after ${delay} s`).toHaveLength(before + 1)
    }
    expect(director.report()?.restarts).toBe(9)
    expect(log.slice(1, 5)).toEqual([
      'Healthcheck child process(100) died: Respawning; it exited with code 70',
      'Starting Healthcheck child process, pid=101',
      'Healthcheck child process(101) died: Respawning in 1 s; it exited with code 70',
      'Starting Healthcheck child process, pid=102',
    ])
  })

  test('after a minute of service it is as if it had never failed', () => {
    director.start()
    for (const lives of [1, 2, 3]) {
      expect(children).toHaveLength(lives)
      child().say({ type: 'ready' })
      expect(director.recentTrouble()?.isRunning).toBe(children.length > 1 ? true : undefined)
      timers.advance(seconds(60))
      expect(director.recentTrouble()).toBeUndefined()
      child().end({ kind: 'signalled', signal: 'SIGSEGV' })
      expect(director.recentTrouble()).toEqual({
        how: 'was ended by SIGSEGV',
        cannotServe: false,
        isRunning: false,
      })
      expect(director.report()).toMatchObject({ pid: null, state: 'restarting' })
      timers.advance(milliseconds(1))
    }
    expect(children).toHaveLength(4)
  })

  test('one that cannot serve is tried slowly', () => {
    director.start()
    child().end(CANNOT)
    expect(log.at(-1)).toBe(
      'Healthcheck child process(100) cannot serve the virtual servers, its own lines say why: tried again in 30 s',
    )
    expect(director.recentTrouble()).toMatchObject({ cannotServe: true })
    timers.advance(milliseconds(29_999))
    expect(children).toHaveLength(1)
    timers.advance(milliseconds(1))
    expect(children).toHaveLength(2)
    // The same code from one that has served is a death as any other.
    child().say({ type: 'ready' })
    child().end(CANNOT)
    expect(director.recentTrouble()).toMatchObject({ cannotServe: false })
  })

  test('a goodbye that nobody asked for is given the time to be the end of us all', async () => {
    for (const goodbye of [
      { kind: 'exited', code: 0 },
      { kind: 'signalled', signal: 'SIGTERM' },
    ] as const) {
      const own = make()
      own.start()
      const before = children.length
      child().end(goodbye)
      timers.advance(milliseconds(999))
      expect(children).toHaveLength(before)
      await own.stop(seconds(5))
      timers.advance(seconds(60))
      expect(children).toHaveLength(before)
    }
  })

  test('-R: it stays away, and that is said', () => {
    director = make({ respawn: false })
    director.start()
    child().end(CRASH)
    timers.advance(seconds(1_000))
    expect(children).toHaveLength(1)
    expect(director.report()).toEqual({ pid: null, restarts: 0, state: 'ended' })
    expect(log.at(-1)).toBe('Healthcheck child process(100) died: not respawned (-R); it exited with code 70')
  })

  test('what cannot be started is said and tried slowly', () => {
    director = make({ refuse: true })
    director.start()
    child().end({ kind: 'refused', text: 'spawn EAGAIN' })
    expect(log).toEqual(['The Healthcheck child process cannot be started: spawn EAGAIN'])
    timers.advance(seconds(30))
    expect(children).toHaveLength(2)
  })
})

describe('one that hangs', () => {
  test('is killed after ten questions without an answer, and started again', () => {
    director.start()
    child().say({ type: 'ready' })
    timers.advance(seconds(1_000))
    expect(child().killed).toBe(false)
    child().answersBeats = false
    timers.advance(seconds(20))
    expect(child().killed).toBe(false)
    timers.advance(seconds(2))
    expect(child().killed).toBe(true)
    expect(log.at(-1)).toBe(
      'Healthcheck child process(100) has not answered for 20 s: it is killed; the next one has 40 s',
    )
    child().end({ kind: 'signalled', signal: 'SIGKILL' })
    timers.advance(milliseconds(0))
    expect(children).toHaveLength(2)
  })

  test('of a machine on which none begins in time: each has twice as long as the one before, up to 320 s', () => {
    director.start()
    for (const allowed of [20, 40, 80, 160, 320, 320]) {
      child().answersBeats = false
      timers.advance(seconds(allowed))
      expect(child().killed).toBe(false)
      timers.advance(seconds(2))
      expect(child().killed).toBe(true)
      child().end({ kind: 'signalled', signal: 'SIGKILL' })
      timers.advance(seconds(30))
    }
  })

  test('and whoever served for a minute is the first again', () => {
    director.start()
    child().answersBeats = false
    timers.advance(seconds(22))
    child().end({ kind: 'signalled', signal: 'SIGKILL' })
    timers.advance(milliseconds(0))
    child().say({ type: 'ready' })
    timers.advance(seconds(60))
    child().answersBeats = false
    timers.advance(seconds(20))
    expect(child().killed).toBe(false)
    timers.advance(seconds(2))
    expect(child().killed).toBe(true)
  })

  test.each([9, 19])('not one that was stopped for %i s', (pause) => {
    director.start()
    child().answersBeats = false
    timers.advance(seconds(pause))
    const { id } = child().sent.at(-1) as { readonly id: number }
    child().answersBeats = true
    child().say({ type: 'beat', id })
    timers.advance(seconds(1_000))
    expect(child().killed).toBe(false)
  })

  test('nor one of a machine that was suspended for an hour: that is one question', () => {
    director.start()
    child().answersBeats = false
    timers.clock.skip(seconds(3_600))
    timers.advance(seconds(10))
    expect(child().killed).toBe(false)
  })
})

describe('what it is told', () => {
  const vrrp = (instance: string, master: boolean): ToChild => ({ type: 'vrrp', instance, master })

  test('all instances after each ready, then what changes; nothing before', () => {
    director.start()
    director.tell('V2', true)
    expect(child().heard()).toEqual([])
    child().say({ type: 'ready' })
    director.tell('V2', true)
    expect(child().heard()).toEqual([vrrp('V1', true), vrrp('V2', false), vrrp('V2', true)])
    instances.set('V2', true)
    child().end(CRASH)
    timers.advance(milliseconds(0))
    child().say({ type: 'ready' })
    expect(child().heard()).toEqual([vrrp('V1', true), vrrp('V2', true)])
  })

  test('log files are opened anew', () => {
    director.reopenLogs()
    director.start()
    director.reopenLogs()
    expect(child().heard()).toEqual([{ type: 'reopen-logs' }])
  })

  test('what is no message of ours is not believed', () => {
    director.start()
    for (const value of [undefined, null, 7, 'ready', {}, { type: 'prepared' }, { type: 'stop' }])
      child().say(value)
    expect(director.report()?.state).toBe('starting')
  })
})

describe('a reload', () => {
  const serving = (): void => {
    director.start()
    child().say({ type: 'ready' })
    child().sent.length = 0
  }

  test('is prepared, then applied', async () => {
    serving()
    const prepared = director.prepare()
    await Promise.resolve()
    child().say({ type: 'prepared', id: child().lastId('prepare') })
    expect(await prepared).toEqual({ ok: true, value: undefined })
    director.apply()
    child().say({ type: 'applied', id: child().lastId('apply') })
    expect(
      child()
        .heard()
        .map(({ type }) => type),
    ).toEqual(['prepare', 'apply'])
    timers.advance(seconds(1_000))
    expect(log).toHaveLength(1)
  })

  test('is refused with the words of the child', async () => {
    serving()
    const prepared = director.prepare()
    await Promise.resolve()
    child().say({ type: 'prepared', id: child().lastId('prepare'), refused: 'no such scheduler' })
    expect(await prepared).toEqual({ ok: false, error: 'no such scheduler' })
  })

  test('is refused where there is no answer in time, and a late one means nothing', async () => {
    serving()
    const prepared = director.prepare()
    await Promise.resolve()
    timers.advance(seconds(30))
    child().say({ type: 'prepared', id: child().lastId('prepare') })
    expect(await prepared).toEqual({
      ok: false,
      error: 'the process that serves them has not answered within 30 s',
    })
  })

  test.each(['prepare', 'ready'])('is refused where the child ends before %s', async (when) => {
    director.start()
    if (when === 'prepare') child().say({ type: 'ready' })
    const prepared = director.prepare()
    await Promise.resolve()
    child().end(CRASH)
    expect(await prepared).toEqual({
      ok: false,
      error: 'the process that serves them has ended meanwhile',
    })
  })

  test('waits for a child that has just begun', async () => {
    director.start()
    const prepared = director.prepare()
    expect(child().heard()).toEqual([])
    child().say({ type: 'ready' })
    await Promise.resolve()
    await Promise.resolve()
    child().say({ type: 'prepared', id: child().lastId('prepare') })
    expect(await prepared).toMatchObject({ ok: true })
  })

  test('goes on without a child, which is then tried at once', async () => {
    director.start()
    child().end(CANNOT)
    expect(await director.prepare()).toMatchObject({ ok: true })
    director.apply()
    expect(children).toHaveLength(2)
    timers.advance(seconds(40))
    expect(children).toHaveLength(2)
  })

  test('nor is one asked that is about to end, though another one is wanted', async () => {
    serving()
    const stopped = director.stop(seconds(5))
    director.start()
    expect(await director.prepare()).toMatchObject({ ok: true })
    director.apply()
    director.tell('V1', false)
    expect(child().heard()).toEqual([{ type: 'stop' }])
    child().end({ kind: 'exited', code: 0 })
    await stopped
  })

  test('that is not put into force is a line', async () => {
    serving()
    director.apply()
    timers.advance(seconds(30))
    await Promise.resolve()
    await Promise.resolve()
    expect(log.at(-1)).toBe(
      'Healthcheck child process(100): the new configuration: the process that serves them has not answered within 30 s',
    )
  })
})

test('whatever happens in whatever order: one child at most, nothing thrown, and a stop is the end', async () => {
  const step = fc.oneof(
    ...(['start', 'stop', 'apply', 'prepare', 'ready', 'crash', 'refused', 'wait', 'tell'] as const).map(
      (word) => fc.constant(word),
    ),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      timers = new ManualTimers()
      children = []
      log = []
      const own = make()
      const alive = new Set<FakeChild>()
      let known = 0
      const promises: Promise<unknown>[] = []
      const endAll = (end: ChildEnd): void => {
        for (const each of [...alive]) {
          alive.delete(each)
          each.end(end)
          count()
        }
      }
      const count = (): void => {
        for (; known < children.length; known += 1) alive.add(children[known]!)
        expect(alive.size).toBeLessThanOrEqual(1)
      }
      for (const word of steps) {
        if (word === 'start') own.start()
        if (word === 'stop') promises.push(own.stop(seconds(5)))
        if (word === 'apply') own.apply()
        if (word === 'prepare') promises.push(own.prepare())
        if (word === 'tell') own.tell('V1', true)
        if (word === 'ready') for (const each of alive) each.say({ type: 'ready' })
        if (word === 'crash') endAll(CRASH)
        if (word === 'refused') endAll({ kind: 'refused', text: 'x' })
        if (word === 'wait') timers.advance(seconds(3))
        count()
        for (const each of alive) if (each.killed) endAll({ kind: 'signalled', signal: 'SIGKILL' })
        await Promise.resolve()
      }
      promises.push(own.stop(seconds(5)))
      endAll({ kind: 'exited', code: 0 })
      timers.advance(seconds(40))
      await Promise.all(promises)
      const total = children.length
      timers.advance(seconds(1_000))
      expect(children).toHaveLength(total)
      expect(own.report()).toBeUndefined()
      expect(timers.pending).toBe(0)
    }),
    { numRuns: 300 },
  )
})
