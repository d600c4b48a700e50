/** What the transcripts do not tell: counters, bounds, and who is left alone. */

import { describe, expect, test } from 'vitest'
import { ipv4FromNumber } from '../../src/base/address.ts'
import { seconds, between, type Instant } from '../../src/base/time.ts'
import type { VirtualRouter } from '../../src/vrrp/election/state.ts'
import {
  createEngine,
  nextDeadline,
  stepEngine,
  type Engine,
  type EngineEffect,
  type EngineEvent,
  type RouterRecord,
} from '../../src/vrrp/engine.ts'
import { at, goodLink, ip, makeAdvert, makeFacts, makeRouter, makeTracker, virtualAddress } from './kit.ts'

function startedEngine(
  routers: readonly VirtualRouter[],
  groups: readonly (readonly string[])[] = [],
): Engine {
  const links = new Map(['eth0', 'eth1'].map((name) => [name, goodLink]))
  const setup = {
    routers,
    groups: groups.map((members, index) => ({ name: `G${index + 1}`, members })),
    facts: makeFacts({ links }),
  }
  return stepEngine(createEngine(setup, at(0)), { type: 'start' }, at(0)).engine
}

const run = (engine: Engine, ...events: readonly (readonly [Instant, EngineEvent])[]): Engine =>
  events.reduce((before, [now, event]) => stepEngine(before, event, now).engine, engine)

function recordOf(engine: Engine, name: string): RouterRecord {
  const record = engine.routers.get(name)
  if (record === undefined) throw new Error(`no ${name}`)
  return record
}

const kindsOf = (engine: Engine): string[] => [...engine.routers.values()].map(({ state }) => state.kind)

const advert = (priority: number, source = '10.9.0.2'): EngineEvent => ({
  type: 'advert',
  router: 'V1',
  advert: makeAdvert({ priority, source: ip(source), arrivedAt: at(5) }),
})

describe('counters', () => {
  test('count as keepalived’s statistics do', () => {
    const engine = run(
      startedEngine([makeRouter()]),
      [at(3.7), { type: 'alarm' }],
      [at(4.7), { type: 'alarm' }],
      [at(5), advert(0)],
      [at(5), advert(50)],
      [at(5), { type: 'rejected', router: 'V1', reason: 'ttl', source: ip('10.9.0.2'), text: 'ttl' }],
      [at(5), { type: 'link', name: 'eth0', fact: { ...goodLink, up: false } }],
      // Deaf: not counted.
      [at(5), advert(0)],
      [at(5), { type: 'rejected', router: 'V1', reason: 'ttl', source: ip('10.9.0.2'), text: 'ttl' }],
    )
    expect(recordOf(engine, 'V1').counters).toEqual({
      advertsReceived: 2,
      // takeover, periodic, answer to 0, answer to 50, two goodbyes
      advertsSent: 6,
      becameMaster: 1,
      releasedMaster: 1,
      priorityZeroReceived: 1,
      priorityZeroSent: 2,
      addressListDiffers: 0,
      rejected: { ttl: 1 },
    })
  })

  test('a differing list is counted every time', () => {
    const differing: EngineEvent = {
      type: 'advert',
      router: 'V1',
      advert: makeAdvert({ priority: 200, addresses: [virtualAddress(7)] }),
    }
    const engine = run(startedEngine([makeRouter()]), [at(1), differing], [at(2), differing])
    expect(recordOf(engine, 'V1').counters.addressListDiffers).toBe(2)
  })
})

test('a flood from ever other addresses costs neither memory nor log, and is counted', () => {
  let engine = startedEngine([makeRouter()])
  let notes = 0
  for (let index = 0; index < 1_000; index += 1) {
    const source = ipv4FromNumber(0x0a000000 + index)
    const spoofed = { type: 'rejected', router: 'V1', reason: 'auth-failed', source, text: 'x' } as const
    const step = stepEngine(engine, spoofed, at(1))
    engine = step.engine
    notes += step.effects.length
  }
  expect(notes).toBe(33)
  expect(recordOf(engine, 'V1').rejectedSenders).toHaveLength(33)
  expect(recordOf(engine, 'V1').counters.rejected).toEqual({ 'auth-failed': 1_000 })
})

test('a record says since when and why', () => {
  const engine = run(startedEngine([makeRouter()]), [at(3.7), { type: 'alarm' }])
  expect(recordOf(engine, 'V1')).toMatchObject({ since: at(3.7), because: 'no master heard' })
  const later = run(engine, [at(4.7), { type: 'alarm' }], [at(5), advert(50)])
  expect(recordOf(later, 'V1')).toMatchObject({ since: at(3.7), because: 'no master heard' })
})

test('the step before stays as it was', () => {
  const before = startedEngine([makeRouter()])
  const copy = structuredClone(recordOf(before, 'V1').state)
  run(before, [at(3.7), { type: 'alarm' }], [at(4.7), { type: 'stop' }])
  expect(recordOf(before, 'V1').state).toEqual(copy)
})

describe('deadlines', () => {
  test('the next one is the earliest of all routers', () => {
    const engine = startedEngine([makeRouter(), makeRouter({ vrid: 2, priority: 200 })])
    expect(between(at(0), nextDeadline(engine) ?? at(0))).toBe(3_218_750)
  })

  test('there is none before start, in fault and after stop', () => {
    const setup = { routers: [makeRouter()], groups: [], facts: makeFacts() }
    expect(nextDeadline(createEngine(setup, at(0)))).toBeUndefined()
    const engine = startedEngine([makeRouter()])
    const fault = run(engine, [at(1), { type: 'link', name: 'eth0', fact: undefined }])
    expect(nextDeadline(fault)).toBeUndefined()
    expect(nextDeadline(run(engine, [at(1), { type: 'stop' }]))).toBeUndefined()
  })

  test('an alarm that is early does nothing', () => {
    const engine = startedEngine([makeRouter()])
    const step = stepEngine(engine, { type: 'alarm' }, at(3.609374))
    expect(step.effects).toEqual([])
    expect(step.engine.routers).toBe(engine.routers)
  })
})

describe('facts', () => {
  test('those who do not depend on a fact are not touched', () => {
    const router = makeRouter({ trackers: [makeTracker({ name: 'mine', weight: -5 })] })
    const engine = startedEngine([router, makeRouter({ vrid: 2, link: 'eth1' })])
    const down = { ...goodLink, up: false }
    const other = run(engine, [at(1), { type: 'link', name: 'eth1', fact: down }])
    expect(recordOf(other, 'V1')).toBe(recordOf(engine, 'V1'))
    const foreign = run(engine, [at(1), { type: 'script', name: 'not mine', verdict: 'down' }])
    expect(foreign.routers).toBe(engine.routers)
    const mine = run(engine, [at(1), { type: 'script', name: 'mine', verdict: 'down' }])
    expect(recordOf(mine, 'V1').conditions.priority).toBe(95)
  })

  test('before start they only count for it', () => {
    const setup = { routers: [makeRouter()], groups: [], facts: makeFacts() }
    const down: EngineEvent = { type: 'link', name: 'eth0', fact: { ...goodLink, up: false } }
    const early = stepEngine(createEngine(setup, at(0)), down, at(0))
    expect(early.effects).toEqual([])
    expect(kindsOf(run(early.engine, [at(0), { type: 'start' }]))).toEqual(['fault'])
  })

  test('a source address that changes is what the next advert comes from', () => {
    const master = run(startedEngine([makeRouter()]), [at(3.7), { type: 'alarm' }])
    const moved = { up: true, source: ip('10.9.0.44') }
    const engine = run(master, [at(4), { type: 'link', name: 'eth0', fact: moved }])
    const { effects } = stepEngine(engine, { type: 'alarm' }, at(4.7))
    expect(effects).toEqual([
      {
        type: 'router',
        router: 'V1',
        effect: { type: 'send-advert', priority: 100, copies: 1, source: ip('10.9.0.44') },
      },
    ])
  })
})

describe('a link whose MTU has no room for all addresses', () => {
  const addresses = Array.from({ length: 10 }, (_, index) => virtualAddress(index))
  const narrow = (mtu: number): EngineEvent => ({ type: 'link', name: 'eth0', fact: { ...goodLink, mtu } })
  const notesOf = (effects: readonly EngineEffect[]): unknown[] =>
    effects.flatMap((each) =>
      each.type === 'router' &&
      each.effect.type === 'note' &&
      each.effect.note.kind === 'advertised-addresses'
        ? [[each.effect.note.advertised, each.effect.note.count, each.effect.note.link]]
        : [],
    )
  const advertOf = (effects: readonly EngineEffect[]): unknown =>
    effects.flatMap((each) =>
      each.type === 'router' && each.effect.type === 'send-advert' ? [each.effect] : [],
    )
  const sent = { type: 'send-advert', priority: 100, copies: 1, source: goodLink.source }

  test('says so once, in whatever state, and again when it has', () => {
    const start = stepEngine(
      createEngine({ routers: [makeRouter({ addresses })], groups: [], facts: makeFacts() }, at(0)),
      { type: 'start' },
      at(0),
    )
    expect(notesOf(start.effects)).toEqual([])
    const backup = stepEngine(start.engine, narrow(68), at(1))
    expect(notesOf(backup.effects)).toEqual([[4, 10, 'eth0']])
    const same = stepEngine(backup.engine, narrow(69), at(1))
    expect(notesOf(same.effects)).toEqual([])
    const master = stepEngine(same.engine, { type: 'alarm' }, at(3.7))
    expect(advertOf(master.effects)).toEqual([{ ...sent, unadvertised: 6 }])
    const wide = stepEngine(master.engine, narrow(1500), at(4))
    expect(notesOf(wide.effects)).toEqual([[10, 10, 'eth0']])
    expect(kindsOf(wide.engine)).toEqual(['master'])
    expect(advertOf(stepEngine(wide.engine, { type: 'alarm' }, at(4.7)).effects)).toEqual([sent])
  })

  test('says so at the start', () => {
    const facts = makeFacts({ links: new Map([['eth0', { ...goodLink, mtu: 68 }]]) })
    const engine = createEngine(
      { routers: [makeRouter({ addresses, signed: true })], groups: [], facts },
      at(0),
    )
    expect(notesOf(stepEngine(engine, { type: 'start' }, at(0)).effects)).toEqual([[0, 10, 'eth0']])
  })

  test('version 3 has room for two more: its adverts have no authentication data', () => {
    const facts = makeFacts({ links: new Map([['eth0', { ...goodLink, mtu: 68 }]]) })
    const engine = createEngine(
      { routers: [makeRouter({ addresses, version: 3 })], groups: [], facts },
      at(0),
    )
    expect(notesOf(stepEngine(engine, { type: 'start' }, at(0)).effects)).toEqual([[6, 10, 'eth0']])
  })

  test('with use_vmac it is the MTU of the virtual MAC interface', () => {
    const router = makeRouter({ addresses, advertLink: 'vrrp.1', requiredLinks: ['eth0', 'vrrp.1'] })
    const links = new Map([
      ['eth0', { ...goodLink, mtu: 1500 }],
      ['vrrp.1', { ...goodLink, mtu: 68 }],
    ])
    const engine = createEngine({ routers: [router], groups: [], facts: makeFacts({ links }) }, at(0))
    expect(notesOf(stepEngine(engine, { type: 'start' }, at(0)).effects)).toEqual([[4, 10, 'vrrp.1']])
  })

  test.each([
    ['the same ones are no other list', 4, 0],
    ['all of them are', 10, 1],
  ])('heard from a neighbour: %s', (_name, count, differing) => {
    const engine = run(startedEngine([makeRouter({ addresses })]), [at(1), narrow(68)])
    const heard = makeAdvert({ priority: 150, addresses: addresses.slice(0, count), arrivedAt: at(2) })
    const after = run(engine, [at(2), { type: 'advert', router: 'V1', advert: heard }])
    expect(recordOf(after, 'V1').counters.addressListDiffers).toBe(differing)
  })

  test('a reload that brings more of them says so; one that does not, does not', () => {
    const engine = run(startedEngine([makeRouter({ addresses: addresses.slice(0, 4) })]), [at(1), narrow(68)])
    const facts = { ...engine.facts }
    const reloaded = (count: number, from: Engine) =>
      stepEngine(
        from,
        {
          type: 'reconfigure',
          setup: { routers: [makeRouter({ addresses: addresses.slice(0, count) })], groups: [], facts },
        },
        at(2),
      )
    const more = reloaded(10, engine)
    expect(notesOf(more.effects)).toEqual([[4, 10, 'eth0']])
    expect(notesOf(reloaded(10, more.engine).effects)).toEqual([])
    expect(notesOf(reloaded(4, more.engine).effects)).toEqual([[4, 4, 'eth0']])
  })
})

test('250 members of one group on one link fail and come back as one', () => {
  const routers = Array.from({ length: 250 }, (_, index) => makeRouter({ vrid: index + 1 }))
  const engine = run(startedEngine(routers, [routers.map(({ name }) => name)]), [at(3.7), { type: 'alarm' }])
  expect(new Set(kindsOf(engine))).toEqual(new Set(['master']))
  const failing = stepEngine(engine, { type: 'link', name: 'eth0', fact: undefined }, at(5))
  expect(new Set(kindsOf(failing.engine))).toEqual(new Set(['fault']))
  expect(groupNotifies(failing.effects)).toEqual(['FAULT'])
  const back = stepEngine(failing.engine, { type: 'link', name: 'eth0', fact: goodLink }, at(6))
  expect(new Set(kindsOf(back.engine))).toEqual(new Set(['backup']))
  expect(groupNotifies(back.effects)).toEqual(['BACKUP'])
})

const groupNotifies = (effects: readonly EngineEffect[]): string[] =>
  effects.flatMap((effect) => (effect.type === 'group-notify' ? [effect.state] : []))

test('an event for a router that does not exist is our own mistake', () => {
  expect(() => stepEngine(startedEngine([]), advert(100), at(1))).toThrow('no virtual router V1')
})

describe('a start soon after a crash', () => {
  const resume = (names: readonly string[], routers: readonly VirtualRouter[], group = false): string[] => {
    const setup = {
      routers,
      groups: group ? [{ name: 'G', members: routers.map(({ name }) => name) }] : [],
      facts: makeFacts({ links: new Map([['eth0', goodLink]]) }),
    }
    const event: EngineEvent = { type: 'start', resumed: new Set(names) }
    return kindsOf(stepEngine(createEngine(setup, at(0)), event, at(0)).engine)
  }
  const pair = [makeRouter({ vrid: 1 }), makeRouter({ vrid: 2 })]

  test('goes on as Master with what was Master', () => {
    expect(resume(['V2'], pair)).toEqual(['backup', 'master'])
  })

  test('a sync group goes on as a whole or not at all', () => {
    expect(resume(['V2'], pair, true)).toEqual(['backup', 'backup'])
    expect(resume(['V1', 'V2'], pair, true)).toEqual(['master', 'master'])
  })

  test('a member that cannot go on keeps the others from it', () => {
    const faulty = makeRouter({ vrid: 2, requiredLinks: ['eth7'] })
    expect(resume(['V1', 'V2'], [makeRouter(), faulty], true)).toEqual(['fault', 'fault'])
  })
})

describe('--pause-guard', () => {
  const guarded = makeRouter({ preempt: false, pauseGuard: true })

  // Master since 4 s, priority 100: Master_Down_Interval is 3.609 s.
  test.each([
    ['that ran all the time stays', guarded, 7.6, 'master'],
    ['that slept for longer than Master_Down_Interval is Backup', guarded, 7.7, 'backup'],
    ['that slept but may preempt stays', { ...guarded, preempt: true }, 60, 'master'],
    ['that slept, without the option, stays', makeRouter({ preempt: false }), 60, 'master'],
  ])('a Master %s', (_what, router, second, expected) => {
    const engine = run(startedEngine([router]), [at(4), { type: 'alarm' }])
    expect(kindsOf(run(engine, [at(second), advert(50)]))).toEqual([expected])
    expect(kindsOf(run(engine, [at(second), { type: 'alarm' }]))).toEqual([expected])
  })

  test('takes the whole sync group along', () => {
    const engine = run(startedEngine([guarded, { ...guarded, vrid: 2, name: 'V2' }], [['V1', 'V2']]), [
      at(4),
      { type: 'alarm' },
    ])
    expect(kindsOf(run(engine, [at(60), { type: 'alarm' }]))).toEqual(['backup', 'backup'])
  })

  test('lets no member of a group that leaves advertise before', () => {
    const slower = { ...guarded, advertInterval: seconds(3) }
    const both = startedEngine([slower, { ...guarded, vrid: 2, name: 'V2' }], [['V1', 'V2']])
    // The next adverts of both are due at 23 s.
    const moments = [20, 21, 22.5].map((moment): [Instant, EngineEvent] => [at(moment), { type: 'alarm' }])
    const engine = run(both, ...moments)
    expect(kindsOf(engine)).toEqual(['master', 'master'])
    const { engine: next, effects } = stepEngine(engine, { type: 'alarm' }, at(27))
    expect(kindsOf(next)).toEqual(['backup', 'backup'])
    expect(effects.filter((each) => each.type === 'router' && each.effect.type === 'send-advert')).toEqual([])
  })
})
