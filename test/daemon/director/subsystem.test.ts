/** Virtual servers as a task of the daemon: when there is a process for them, what it hears, and what is said of it. */

import { beforeEach, describe, expect, test, vi } from 'vitest'
import { milliseconds, seconds } from '../../../src/base/time.ts'
import type { ChildHandlers } from '../../../src/daemon/director/child-port.ts'
import type { ToChild } from '../../../src/daemon/director/messages.ts'
import { directorSubsystem } from '../../../src/daemon/director/subsystem.ts'
import type { HostServices } from '../../../src/daemon/composition.ts'
import type { Examined } from '../../../src/daemon/examined.ts'
import { EventList } from '../../../src/events/event-list.ts'
import { silentLog } from '../../../src/simulation/host.ts'
import type { StateKind } from '../../../src/vrrp/election/state.ts'
import type { Subsystem } from '../../../src/world/subsystem.ts'
import { ManualTimers } from '../../support/manual-clock.ts'
import { examinedOf } from '../examined.ts'

const SERVER = 'virtual_server 10.9.0.100 80 {\n protocol TCP\n real_server 10.9.0.1 80 {\n weight 1\n}\n}\n'
const instances = (...names: readonly string[]): string =>
  names
    .map((name, index) => `vrrp_instance ${name} {\n interface eth0\n virtual_router_id ${index + 1}\n}\n`)
    .join('')

interface Child extends ChildHandlers {
  readonly sent: ToChild[]
}

let timers: ManualTimers
let events: EventList
let children: Child[]
let log: string[]
let keepalived: number | undefined
let looks: number
let subsystem: Subsystem<Examined, unknown>

/** As the service manager hears them. */
const summaries: string[] = []

async function make(text: string, { allParts = false, respawn = true } = {}): Promise<void> {
  const say = (line: string): void => {
    log.push(line)
  }
  const world = { clock: timers.clock, timers, soon: vi.fn() } as unknown as HostServices['world']
  const host: HostServices = {
    ...{ world, events },
    log: { ...silentLog, info: say, warn: say, error: say },
    summaryChanged: () => void summaries.push(subsystem.summary()),
  }
  const around = {
    settings: { allParts, respawn },
    start: (handlers: ChildHandlers) => {
      const sent: ToChild[] = []
      children.push({ ...handlers, sent })
      const send = (message: ToChild): void => {
        sent.push(message)
        if (message.type === 'beat') handlers.onMessage(message)
      }
      return { pid: 99 + children.length, send, kill: () => undefined }
    },
    onDumpWanted: () => undefined,
    findKeepalivedCheckers: () => {
      looks += 1
      return Promise.resolve(keepalived)
    },
  }
  subsystem = directorSubsystem(around)(host, await examinedOf(text))
}

/** What was promised has been kept. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
}
const begin = async (text: string, options = {}): Promise<void> => {
  await make(text, options)
  subsystem.start()
  await settle()
}
const reload = async (text: string): Promise<void> => {
  const plan = subsystem.plan(await examinedOf(text))
  if (!plan.ok) throw new Error(plan.error)
  subsystem.apply(plan.value)
  await settle()
}
const moves = (router: string, from: StateKind, to: StateKind): void => {
  events.publish({
    type: 'election',
    router,
    event: { kind: 'transition', from, to, cause: { kind: 'no-master' } as never },
  })
}
const child = (): Child => {
  const last = children.at(-1)
  if (!last) throw new Error('there is no child')
  return last
}
const heard = (): readonly ToChild[] => child().sent.filter(({ type }) => type !== 'beat')
const moment = () => ({ now: timers.clock.now(), wallNowMs: 0 })
const director = () => subsystem.report(moment()).lvsProcess
const problems = () => subsystem.problems({}, moment(), 0)

beforeEach(() => {
  timers = new ManualTimers()
  events = new EventList()
  children = []
  log = []
  keepalived = undefined
  looks = 0
})

describe('without virtual servers', () => {
  test('there is nothing: no process, no look, no section, no word', async () => {
    await begin(instances('V'))
    await reload(instances('V', 'W'))
    timers.advance(seconds(1_000))
    await subsystem.stop()
    expect({ children, looks, log, section: subsystem.report(moment()), problems: problems() }).toEqual({
      children: [],
      looks: 0,
      log: [],
      section: {},
      problems: [],
    })
    expect(subsystem.summary()).toBe('')
  })

  test('--all: there is one nevertheless', async () => {
    await begin(instances('V'), { allParts: true })
    expect(children).toHaveLength(1)
  })

  test('a reload brings them, and takes them away again', async () => {
    await begin(instances('V'))
    await reload(instances('V') + SERVER)
    expect(children).toHaveLength(1)
    child().onMessage({ type: 'ready' })
    expect(director()).toEqual({ pid: 100, restarts: 0, state: 'serving' })
    await reload(instances('V'))
    expect(heard().at(-1)).toEqual({ type: 'stop' })
    child().onEnd({ kind: 'exited', code: 0 })
    timers.advance(seconds(1_000))
    expect([director(), children.length, looks]).toEqual([undefined, 1, 1])
  })
})

describe('with virtual servers', () => {
  const vrrp = (instance: string, master: boolean): ToChild => ({ type: 'vrrp', instance, master })

  test('the process hears of all instances when it is ready, then of what changes', async () => {
    await begin(instances('V', 'W') + SERVER)
    moves('V', 'backup', 'master')
    child().onMessage({ type: 'ready' })
    moves('W', 'initialize', 'backup')
    moves('W', 'backup', 'master')
    moves('V', 'master', 'fault')
    expect(heard()).toEqual([vrrp('V', true), vrrp('W', false), vrrp('W', true), vrrp('V', false)])
  })

  test('one that is started again hears of those that there are now', async () => {
    await begin(instances('V', 'W') + SERVER)
    child().onMessage({ type: 'ready' })
    moves('W', 'backup', 'master')
    await reload(instances('W', 'X') + SERVER)
    child().onEnd({ kind: 'signalled', signal: 'SIGKILL' })
    timers.advance(milliseconds(0))
    child().onMessage({ type: 'ready' })
    expect(heard()).toEqual([vrrp('W', true), vrrp('X', false)])
  })

  test('a reload is examined by it, and applied', async () => {
    await begin(instances('V') + SERVER)
    child().onMessage({ type: 'ready' })
    const next = await examinedOf(instances('V') + SERVER)
    const found = subsystem.examine?.(next)
    const asked = heard().at(-1)
    expect(asked).toMatchObject({ type: 'prepare' })
    child().onMessage({ type: 'prepared', id: asked && 'id' in asked && asked.id, refused: 'no' })
    expect(await found).toEqual({ ok: false, error: 'no' })
    await reload(instances('V') + SERVER)
    expect(heard().at(-1)).toMatchObject({ type: 'apply' })
  })

  test('it is asked nothing about a file that has none, nor where none runs', async () => {
    await begin(instances('V') + SERVER)
    child().onMessage({ type: 'ready' })
    expect(await subsystem.examine?.(await examinedOf(instances('V')))).toMatchObject({ ok: true })
    await reload(instances('V'))
    child().onEnd({ kind: 'exited', code: 0 })
    expect(await subsystem.examine?.(await examinedOf(SERVER))).toMatchObject({ ok: true })
    expect(children).toHaveLength(1)
  })

  test('log files are opened anew with every reload, whatever comes of it', async () => {
    await begin(SERVER)
    events.publish({ type: 'reloaded', configFile: '/x' })
    events.publish({ type: 'reload-refused', reason: 'x' })
    expect(heard()).toEqual([{ type: 'reopen-logs' }, { type: 'reopen-logs' }])
  })

  test.each([
    ['', 5],
    ['child_wait_time 12\n', 12],
  ])('it has its time to stop: %s', async (line, time) => {
    await begin(line + SERVER)
    const stopped = subsystem.stop()
    timers.advance(milliseconds(time * 1_000 - 1))
    expect(log).toHaveLength(1)
    timers.advance(milliseconds(1))
    expect(log[1]).toContain(`failed to die within ${time} s`)
    child().onEnd({ kind: 'signalled', signal: 'SIGKILL' })
    await stopped
  })

  test('a daemon that stops before it has looked starts nothing', async () => {
    await make(SERVER)
    subsystem.start()
    await subsystem.stop()
    await settle()
    timers.advance(seconds(1_000))
    expect(children).toEqual([])
  })

  test('while it does not run that is the worst there is; afterwards a warning for a while', async () => {
    await begin(SERVER)
    child().onMessage({ type: 'ready' })
    expect(problems()).toEqual([])
    child().onEnd({ kind: 'exited', code: 70 })
    expect(problems()).toMatchObject([
      {
        code: 'director-ended',
        severity: 'critical',
        text: 'the process that serves the virtual servers exited with code 70: nobody checks the real servers, and the table stays as it is',
      },
    ])
    expect(subsystem.summary()).toBe('virtual servers NOT checked')
    timers.advance(milliseconds(0))
    child().onMessage({ type: 'ready' })
    expect(problems()).toMatchObject([{ code: 'director-ended', severity: 'warning' }])
    timers.advance(seconds(60))
    expect(problems()).toEqual([])
  })

  test('the service manager hears of it at once', async () => {
    summaries.length = 0
    await begin(SERVER)
    child().onMessage({ type: 'ready' })
    expect(summaries.at(-1)).toBe('')
    child().onEnd({ kind: 'exited', code: 70 })
    expect(summaries.at(-1)).toBe('virtual servers NOT checked')
    timers.advance(milliseconds(0))
    child().onMessage({ type: 'ready' })
    expect(summaries.at(-1)).toBe('')
  })

  test('one that cannot serve says so', async () => {
    await begin(SERVER)
    child().onEnd({ kind: 'exited', code: 2 })
    expect(problems()[0]?.text).toMatch(/^the process that serves the virtual servers says that it cannot: /)
  })
})

describe('beside keepalived', () => {
  test('its checkers are left alone until they have gone', async () => {
    keepalived = 4711
    await begin(SERVER)
    expect(children).toEqual([])
    expect(summaries.at(-1)).toBe('virtual servers left to keepalived')
    expect(director()).toEqual({ pid: null, restarts: 0, state: 'left-to-keepalived' })
    expect(problems()).toMatchObject([{ code: 'not-served', severity: 'notice' }])
    expect(log).toEqual([
      expect.stringMatching(/left to keepalived's checkers \(process 4711\).*to change over: /),
    ])
    timers.advance(seconds(30))
    await settle()
    timers.advance(seconds(30))
    await settle()
    expect([looks, log.length]).toEqual([3, 1])
    keepalived = undefined
    timers.advance(seconds(30))
    await settle()
    expect(children).toHaveLength(1)
    expect(log.slice(1)).toEqual([
      "keepalived's checkers have gone: vrrpd serves the virtual servers from now on",
      'Starting Healthcheck child process, pid=100',
    ])
    expect(problems()).toEqual([])
  })

  test('a reload looks at once', async () => {
    keepalived = 4711
    await begin(SERVER)
    keepalived = undefined
    await reload(SERVER)
    expect(children).toHaveLength(1)
  })

  test('one that comes later is a warning, and ours goes on', async () => {
    await begin(SERVER)
    keepalived = 4711
    for (let count = 0; count < 3; count += 1) {
      timers.advance(seconds(30))
      await settle()
    }
    expect(log).toHaveLength(2)
    expect(problems()).toMatchObject([{ code: 'director-rival', severity: 'warning' }])
    expect(director()?.pid).toBe(100)
    keepalived = undefined
    timers.advance(seconds(30))
    await settle()
    expect(problems()).toEqual([])
  })

  test('a reload without virtual servers ends the looking', async () => {
    keepalived = 4711
    await begin(SERVER)
    await reload(instances('V'))
    timers.advance(seconds(1_000))
    await settle()
    expect([looks, problems(), director()]).toEqual([1, [], undefined])
  })
})
