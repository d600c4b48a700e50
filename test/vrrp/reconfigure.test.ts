/** A running engine gets a new configuration. */

import { describe, expect, test } from 'vitest'
import { seconds } from '../../src/base/time.ts'
import type { VirtualRouter } from '../../src/vrrp/election/state.ts'
import {
  createEngine,
  nextDeadline,
  stepEngine,
  type Engine,
  type EngineEffect,
} from '../../src/vrrp/engine.ts'
import { at, goodLink, makeAdvert, makeFacts, makeRouter, makeTracker } from './kit.ts'

const facts = makeFacts({ links: new Map(['eth0', 'eth1'].map((name) => [name, goodLink])) })
const group = (...members: string[]) => [{ name: 'G', members }]

/** Alone on its LAN since 0 s, so Master by 4 s. */
function masters(routers: readonly VirtualRouter[], groups: ReturnType<typeof group> = []): Engine {
  const engine = createEngine({ routers, groups, facts }, at(0))
  const started = stepEngine(engine, { type: 'start' }, at(0)).engine
  return stepEngine(started, { type: 'alarm' }, at(4)).engine
}

const reconfigure = (
  engine: Engine,
  routers: readonly VirtualRouter[],
  groups: ReturnType<typeof group> = [],
  now = at(4.5),
) => stepEngine(engine, { type: 'reconfigure', setup: { routers, groups, facts } }, now)

const kinds = (engine: Engine): string[] => [...engine.routers.values()].map(({ state }) => state.kind)

const told = (effects: readonly EngineEffect[]): string[] =>
  effects.flatMap((entry) => {
    if (entry.type === 'group-notify') return [`${entry.group} ${entry.state}`]
    if (entry.type !== 'router' || entry.effect.type === 'note' || entry.effect.type === 'event') return []
    const { effect, router } = entry
    const detail =
      effect.type === 'notify' ? ` ${effect.state}${effect.deleted === true ? ' (deleted)' : ''}` : ''
    return [`${router} ${effect.type}${detail}`]
  })

describe('the same router', () => {
  test('stays Master, is not notified, and advertises at once', () => {
    const { engine, effects } = reconfigure(masters([makeRouter()]), [makeRouter()])
    expect(kinds(engine)).toEqual(['master'])
    expect(told(effects)).toEqual([])
    expect(nextDeadline(engine)).toBe(at(4.5))
  })

  test('is known by link and VRID, not by its name', () => {
    const { engine } = reconfigure(masters([makeRouter()]), [makeRouter({ name: 'renamed' })])
    expect([...engine.routers.keys()]).toEqual(['renamed'])
    expect(kinds(engine)).toEqual(['master'])
  })

  test('has its new priority in the next advert', () => {
    const { engine } = reconfigure(masters([makeRouter()]), [makeRouter({ priority: 150 })])
    const { effects } = stepEngine(engine, { type: 'alarm' }, at(4.5))
    expect(effects).toContainEqual({
      type: 'router',
      router: 'V1',
      effect: expect.objectContaining({ type: 'send-advert', priority: 150 }) as unknown,
    })
  })

  test('as Backup keeps its timer, but for a new interval', () => {
    const heard = stepEngine(
      masters([makeRouter()]),
      { type: 'advert', router: 'V1', advert: makeAdvert({ priority: 200, arrivedAt: at(4.2) }) },
      at(4.2),
    ).engine
    const before = nextDeadline(heard)
    expect(nextDeadline(reconfigure(heard, [makeRouter()]).engine)).toBe(before)
    const slower = reconfigure(heard, [makeRouter({ advertInterval: seconds(10) })]).engine
    expect(nextDeadline(slower)).toBeGreaterThan(at(34.5))
  })

  test('as Backup of version 3 keeps what it has learned of its master, but not to version 2', () => {
    const router = makeRouter({ version: 3, advertInterval: seconds(4) })
    const started = createEngine({ routers: [router], groups: [], facts }, at(0))
    const { engine } = stepEngine(
      stepEngine(started, { type: 'start' }, at(0)).engine,
      {
        type: 'advert',
        router: 'V1',
        advert: makeAdvert({ priority: 200, arrivedAt: at(1), interval: seconds(1) }),
      },
      at(1),
    )
    const deadline = nextDeadline(engine)
    expect(deadline).toBe(at(4.609375))
    expect(nextDeadline(reconfigure(engine, [router], [], at(2)).engine)).toBe(deadline)
    const slower = { ...router, downTimerAdverts: 10 }
    expect(nextDeadline(reconfigure(engine, [slower], [], at(2)).engine)).toBe(at(12.609375))
    const version2 = makeRouter({ advertInterval: seconds(4) })
    expect(nextDeadline(reconfigure(engine, [version2], [], at(2)).engine)).toBe(at(14.609375))
  })

  test('as Backup that is about to preempt does not, when it may not any more', () => {
    const advert = makeAdvert({ priority: 50, arrivedAt: at(3) })
    const routers = [makeRouter()]
    const started = stepEngine(createEngine({ routers, groups: [], facts }, at(0)), { type: 'start' }, at(0))
    const disdainful = stepEngine(started.engine, { type: 'advert', router: 'V1', advert }, at(3)).engine
    expect(nextDeadline(disdainful)).toBe(at(3 + 156 / 256))
    const { engine } = reconfigure(disdainful, [makeRouter({ preempt: false })], [], at(3.5))
    expect(nextDeadline(engine)).toBe(at(3.5 + 3 + 156 / 256))
    const again = reconfigure(engine, [makeRouter({ preempt: false })], [], at(4)).engine
    expect(nextDeadline(again), 'not put off for ever').toBe(at(3.5 + 3 + 156 / 256))
  })

  test('goes to Fault when it now needs a link that is not there', () => {
    const { engine, effects } = reconfigure(masters([makeRouter()]), [
      makeRouter({ requiredLinks: ['eth0', 'eth9'] }),
    ])
    expect(kinds(engine)).toEqual(['fault'])
    expect(told(effects)).toEqual(['V1 send-advert', 'V1 withdraw', 'V1 notify FAULT'])
  })
})

test('a new router begins as at start, and leaves the others alone', () => {
  const { engine, effects } = reconfigure(masters([makeRouter()]), [makeRouter(), makeRouter({ vrid: 2 })])
  expect(kinds(engine)).toEqual(['master', 'backup'])
  expect(told(effects)).toEqual(['V2 notify BACKUP'])
})

describe('a tracked file that is not read yet', () => {
  const file = makeTracker({ kind: 'file', name: 'tf', weight: 1 })

  test('holds up no router that has begun: as Master, in Fault and out of it', () => {
    const both = masters([makeRouter(), makeRouter({ vrid: 2, requiredLinks: ['eth9'] })])
    expect(kinds(both)).toEqual(['master', 'fault'])
    const tracking = [makeRouter({ trackers: [file] }), makeRouter({ vrid: 2, trackers: [file] })]
    const { engine, effects } = reconfigure(both, tracking)
    expect(kinds(engine)).toEqual(['master', 'fault'])
    expect(told(effects)).toEqual([])
    const read = stepEngine(engine, { type: 'file', name: 'tf', number: -10 }, at(4.51))
    expect(kinds(read.engine)).toEqual(['master', 'backup'])
    expect(told(read.effects)).toEqual(['V2 notify BACKUP'])
  })

  test('holds up one that begins, until it is read or tracked no more', () => {
    const unready = makeRouter({ vrid: 2, requiredLinks: ['eth9'], trackers: [file] })
    const { engine, effects } = reconfigure(masters([makeRouter()]), [makeRouter(), unready])
    expect(kinds(engine)).toEqual(['master', 'initialize'])
    expect(told(effects)).toEqual([])
    const read = stepEngine(engine, { type: 'file', name: 'tf', number: -10 }, at(4.51))
    expect(told(read.effects)).toEqual(['V2 notify FAULT'])
    const dropped = reconfigure(engine, [makeRouter(), { ...unready, trackers: [] }], [], at(4.6))
    expect(kinds(dropped.engine)).toEqual(['master', 'fault'])
  })
})

test('a dismissed router says goodbye, and only its `notify` hears of it', () => {
  const both = masters([makeRouter(), makeRouter({ vrid: 2 })])
  const { engine, effects } = stepEngine(both, { type: 'dismiss', routers: ['V2'] }, at(4.5))
  expect(told(effects)).toEqual(['V2 send-advert', 'V2 withdraw', 'V2 notify FAULT (deleted)'])
  expect(kinds(reconfigure(engine, [makeRouter()]).engine)).toEqual(['master'])
})

test('who shall not preempt any more waits a whole Master_Down_Interval of its new priority', () => {
  const listening = stepEngine(
    createEngine({ routers: [makeRouter({ priority: 200 })], groups: [], facts }, at(0)),
    { type: 'start' },
    at(0),
  ).engine
  const { engine } = reconfigure(listening, [makeRouter({ priority: 56, preempt: false })], [], at(2))
  // 3 s and (256 - 56) / 256 s after 2 s.
  expect(nextDeadline(engine)).toBe(at(5.78125))
})

describe('groups', () => {
  test('an unchanged one is not notified', () => {
    const routers = [makeRouter(), makeRouter({ vrid: 2 })]
    const { engine, effects } = reconfigure(masters(routers, group('V1', 'V2')), routers, group('V1', 'V2'))
    expect(kinds(engine)).toEqual(['master', 'master'])
    expect(told(effects)).toEqual([])
  })

  test('a Master beside a new member stays; beside a Backup it steps back', () => {
    const fresh = reconfigure(
      masters([makeRouter()]),
      [makeRouter(), makeRouter({ vrid: 2 })],
      group('V1', 'V2'),
    )
    expect(kinds(fresh.engine)).toEqual(['master', 'backup'])
    const routers = [makeRouter(), makeRouter({ vrid: 2 })]
    const split = stepEngine(
      masters(routers),
      { type: 'advert', router: 'V2', advert: makeAdvert({ priority: 200, arrivedAt: at(4.2) }) },
      at(4.2),
    ).engine
    const joined = reconfigure(split, routers, group('V1', 'V2'))
    expect(kinds(joined.engine)).toEqual(['backup', 'backup'])
    expect(told(joined.effects)).toContain('V1 withdraw')
  })

  /** V1 was Master before V2 joined its group and began. */
  const besideNew = (preempt: boolean): Engine =>
    reconfigure(
      masters([makeRouter()]),
      [makeRouter(), makeRouter({ vrid: 2, priority: 100, preempt })],
      group('V1', 'V2'),
    ).engine
  const hear = (engine: Engine, priority: number) =>
    stepEngine(
      engine,
      { type: 'advert', router: 'V2', advert: makeAdvert({ priority, arrivedAt: at(5) }) },
      at(5),
    )

  test('a Master steps back when a new member finds another there', () => {
    const { engine, effects } = hear(besideNew(false), 100)
    expect(kinds(engine)).toEqual(['backup', 'backup'])
    expect(told(effects)).toContain('V1 withdraw')
    expect(told(effects)).toContain('G BACKUP')
  })

  test.each([
    { what: 'leaves', priority: 0 },
    { what: 'is to be preempted', priority: 50 },
  ])('a Master stays when whom a new member finds $what', ({ priority }) => {
    const { engine } = hear(besideNew(true), priority)
    expect(kinds(engine)).toEqual(['master', 'backup'])
    expect(kinds(stepEngine(engine, { type: 'alarm' }, at(9)).engine)).toEqual(['master', 'master'])
  })
})
