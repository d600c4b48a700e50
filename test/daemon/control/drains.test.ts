/** `vrrpd drain` and `resume` beside a real engine and recorder, in a time of their own. */

import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { after, between, seconds, toSeconds } from '../../../src/base/time.ts'
import type { DrainArguments } from '../../../src/control/arguments.ts'
import type { DrainNews } from '../../../src/control/drain.ts'
import { isStream, type Answer } from '../../../src/control/stream.ts'
import { Recorder } from '../../../src/daemon/journal/recorder.ts'
import { keepJournal } from '../../../src/daemon/journal/journal-subscriber.ts'
import { Drains } from '../../../src/daemon/control/drains.ts'
import { EventList } from '../../../src/events/event-list.ts'
import { eventOf } from '../../../src/events/from-effect.ts'
import { createEngine, nextDeadline, stepEngine, type EngineEvent } from '../../../src/vrrp/engine.ts'
import { ManualTimers } from '../../support/manual-clock.ts'
import { ip, makeAdvert, makeFacts, makeRouter } from '../../vrrp/kit.ts'

const NAMES = ['V1', 'V2', 'V3'] as const

/** V1 and V2 in a group, V3 by itself: all are MASTER after four seconds. */
function setUp() {
  const timers = new ManualTimers()
  const { clock } = timers
  const begin = clock.now()
  const routers = NAMES.map((name, index) => makeRouter({ name, vrid: index + 1 }))
  let engine = createEngine(
    { routers, groups: [{ name: 'G', members: ['V1', 'V2'] }], facts: makeFacts() },
    begin,
  )
  const recorder = new Recorder({
    clock,
    wallMs: () => Date.parse('2026-11-21T10:00:00.000Z') + toSeconds(between(begin, clock.now())) * 1000,
    recordOf: (name) => engine.routers.get(name),
    addressesOf: () => '10.9.0.9/24',
    checkWords: () => '',
  })
  const events = new EventList()
  events.subscribe(keepJournal(recorder))
  let cancel = (): void => undefined
  const dispatch = (event: EngineEvent): void => {
    events.publish({ type: 'input', event })
    const step = stepEngine(engine, event, clock.now())
    engine = step.engine
    for (const effect of step.effects) {
      const told = eventOf(effect)
      if (told?.type === 'election' || told?.type === 'note') events.publish(told)
    }
    cancel()
    const next = nextDeadline(engine)
    if (next !== undefined)
      cancel = timers.after(between(clock.now(), next), () => {
        dispatch({ type: 'alarm' })
      })
  }
  const warnings: string[] = []
  const drains = new Drains({
    clock,
    timers,
    recorder,
    events,
    engine: () => engine,
    dispatch,
    warn: (text) => warnings.push(text),
  })
  dispatch({ type: 'start' })
  timers.advance(seconds(4))
  return {
    begin,
    drains,
    warnings,
    recorder,
    dispatch,
    states: () => NAMES.map((name) => engine.routers.get(name)?.state.kind).join(' '),
    pass: async (second: number) => {
      timers.advance(seconds(second))
      await setImmediate()
    },
    advert: (router: string, priority = 90) => {
      dispatch({
        type: 'advert',
        router,
        advert: makeAdvert({ source: ip('10.9.0.2'), priority, arrivedAt: clock.now() }),
      })
    },
    drain: async (asked: Partial<DrainArguments>) => {
      const news = read(drains.drain({ names: [], all: false, ...asked }))
      await setImmediate()
      return news
    },
  }
}

/** What the client has been told so far, in short; `end` when that was all. */
function read(answer: Answer): string[] {
  const told: string[] = []
  const go = async (): Promise<void> => {
    if (!isStream(answer)) {
      told.push(answer.ok ? 'done' : answer.error.text)
      return
    }
    for (let each = await answer.next(); each; each = await answer.next())
      if (each.ok) told.push(inShort((each.result as { news: DrainNews }).news))
    told.push('end')
  }
  go().catch((bug: unknown) => told.push(String(bug)))
  return told
}

function inShort(news: DrainNews): string {
  switch (news.kind) {
    case 'drained': {
      const instances = news.instances.map(
        ({ name, was, already }) => `${name} ${was}${already ? ' already' : ''}`,
      )
      return `drained ${instances.join(', ')} until ${news.until ?? 'resume'}`
    }
    case 'taken-over':
      return `${news.instance} by ${news.by} (${news.priority}) after ${news.afterMs} ms`
    case 'not-taken-over':
      return `nobody took ${news.instances.join(', ')} within ${news.afterMs} ms${news.resumed ? ', resumed' : ''}`
    case 'resumed':
      return `resumed ${news.instances.join(', ')}`
  }
}

describe('vrrpd drain', () => {
  test('a successor is told, with the time that nobody served', async () => {
    const { drain, advert, pass, states, warnings } = setUp()
    const told = await drain({ names: ['V3'] })
    expect(told).toEqual(['drained V3 MASTER until resume'])
    await pass(0.65)
    advert('V3')
    await pass(0)
    expect(told.slice(1)).toEqual(['V3 by 10.9.0.2 (90) after 650 ms', 'end'])
    await pass(60)
    expect(states()).toBe('master master fault')
    expect(warnings).toEqual([])
  })

  test('what nobody takes over within the longest Master_Down_Interval is taken back, and serves at once', async () => {
    const { drain, pass, states, warnings } = setUp()
    const told = await drain({ names: ['V3'] })
    await pass(4.096)
    expect(states()).toBe('master master fault')
    await pass(0.001)
    expect(states()).toBe('master master master')
    expect(told.slice(1)).toEqual(['nobody took V3 within 4096.093 ms, resumed', 'resumed V3', 'end'])
    expect(warnings).toEqual(['nobody has taken over V3 within 4.1 s: let in again'])
  })

  test('a sync group goes as a whole, and comes back as one', async () => {
    const { drain, pass, states } = setUp()
    const told = await drain({ names: ['V1'] })
    expect(states()).toBe('fault fault master')
    await pass(4.1)
    expect(states()).toBe('master master master')
    expect(told.slice(1)).toEqual(['nobody took V1, V2 within 4096.093 ms, resumed', 'resumed V1', 'end'])
  })

  test('of a sync group that is taken over by half nothing serves before the other half is free', async () => {
    const { drain, pass, states, advert } = setUp()
    const told = await drain({ names: ['G'] })
    await pass(3.9)
    advert('V2', 150)
    await pass(0.2)
    expect(told.slice(1)).toEqual([
      'V2 by 10.9.0.2 (150) after 3900 ms',
      'nobody took V1 within 4096.093 ms, resumed',
      'resumed V1, V2',
      'end',
    ])
    expect(states()).toBe('backup backup master')
  })

  test('by force it stays out, and says that nobody serves', async () => {
    const { drain, drains, pass, states } = setUp()
    const told = await drain({ names: ['V3'], force: true })
    await pass(10)
    expect(told.slice(1)).toEqual(['nobody took V3 within 4096.093 ms', 'end'])
    expect(states()).toBe('master master fault')
    // Let in by hand, it listens first.
    expect(drains.resume({ names: ['V3'], all: false })).toMatchObject({
      result: { resumed: ['V3'], notDrained: [] },
    })
    await pass(3.6)
    expect(states()).toBe('master master backup')
    await pass(0.1)
    expect(states()).toBe('master master master')
  })

  test('a drill ends by itself', async () => {
    const { drain, drains, advert, pass, states, begin } = setUp()
    const told = await drain({ names: ['V3'], forMs: 5_000 })
    expect(told).toEqual(['drained V3 MASTER until 2026-11-21T10:00:09.000Z'])
    for (let second = 0; second < 4; second++) {
      await pass(1)
      advert('V3')
    }
    expect(drains.until('V3')).toBe(after(begin, seconds(9)))
    await pass(1)
    expect(told.slice(1)).toEqual(['V3 by 10.9.0.2 (90) after 1000 ms', 'resumed V3', 'end'])
    // Somebody serves: it waits its turn.
    expect(states()).toBe('master master backup')
    expect(drains.until('V3')).toBeUndefined()
  })

  test('the client need not stay', async () => {
    const { drains, pass, states } = setUp()
    const answer = drains.drain({ names: ['V3'], all: false })
    if (isStream(answer)) answer.close()
    await pass(4.1)
    expect(states()).toBe('master master master')
  })

  test('a backup is out at once, with nobody to wait for', async () => {
    const { drain, advert, states, pass } = setUp()
    advert('V3', 200)
    const told = await drain({ names: ['V3'] })
    expect(told).toEqual(['drained V3 BACKUP until resume', 'end'])
    await pass(60)
    expect(states()).toBe('master master fault')
  })

  test('a second one takes the place of the first', async () => {
    const { drain, drains, pass, advert } = setUp()
    const first = await drain({ names: ['V3'], forMs: 60_000 })
    await pass(0.1)
    const second = await drain({ names: ['V3'] })
    expect(first).toEqual([expect.stringMatching(/^drained V3/), 'end'])
    expect(drains.until('V3')).toBeUndefined()
    advert('V3')
    await pass(0)
    const successor = 'V3 by 10.9.0.2 (90) after 0 ms'
    expect(second).toEqual(['drained V3 FAULT already until resume', successor, 'end'])
  })

  test('a second one also waits for who takes over', async () => {
    const { drain, pass, states } = setUp()
    await drain({ names: ['V3'] })
    await pass(1)
    const second = await drain({ names: ['V3'] })
    await pass(4.1)
    expect(second.slice(1)).toEqual(['nobody took V3 within 4096.093 ms, resumed', 'resumed V3', 'end'])
    expect(states()).toBe('master master master')
  })

  test('whom nobody has decided about anew comes back at the time that was said', async () => {
    const { drain, drains, pass, states, begin } = setUp()
    const told = await drain({ all: true, forMs: 60_000, force: true })
    await pass(1)
    drains.resume({ names: ['V3'], all: false })
    await pass(0)
    expect(drains.until('V1')).toBe(after(begin, seconds(64)))
    expect(told.slice(1)).toEqual([])
    await pass(59)
    expect(told.slice(1)).toEqual(['nobody took V1, V2 within 4096.093 ms', 'resumed V1, V2', 'end'])
    expect(states()).toBe('backup backup master')
  })

  test.each([
    [['v2'], "no vrrp_instance or vrrp_sync_group 'v2'; did you mean 'V2'? there is: V1, V2, V3, G"],
    [['V1', 'nobody'], "no vrrp_instance or vrrp_sync_group 'nobody'; there is: V1, V2, V3, G"],
  ])('%j changes nothing', async (names, text) => {
    const { drain, drains, states } = setUp()
    expect(await drain({ names })).toEqual([text])
    expect(drains.resume({ names, all: false })).toMatchObject({ error: { code: 'not-possible', text } })
    expect(states()).toBe('master master master')
  })

  test('all of them', async () => {
    const { drain, drains, states, pass } = setUp()
    await drain({ all: true, force: true })
    expect(states()).toBe('fault fault fault')
    expect(drains.resume({ names: [], all: true })).toMatchObject({
      result: { resumed: ['V1', 'V2', 'V3'] },
    })
    await pass(4)
    expect(states()).toBe('master master master')
  })
})
