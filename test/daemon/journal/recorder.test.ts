/** An engine beside its recorder: which event is told, and from which one it comes. */

import { describe, expect, test } from 'vitest'
import type { Instant } from '../../../src/base/time.ts'
import { Recorder } from '../../../src/daemon/journal/recorder.ts'
import { keepJournal } from '../../../src/daemon/journal/journal-subscriber.ts'
import { eventOf } from '../../../src/events/from-effect.ts'
import type { VirtualRouter } from '../../../src/vrrp/election/state.ts'
import { createEngine, nextDeadline, stepEngine, type EngineEvent } from '../../../src/vrrp/engine.ts'
import { at, goodLink, ip, makeAdvert, makeFacts, makeRouter, makeTracker } from '../../vrrp/kit.ts'

interface Options {
  readonly groups?: { readonly name: string; readonly members: readonly string[] }[]
}

function story(routers: readonly VirtualRouter[], { groups = [] }: Options = {}) {
  const links = new Map(['eth0', 'eth1'].map((name) => [name, goodLink]))
  let now: Instant = at(0)
  let engine = createEngine({ routers, groups, facts: makeFacts({ links }) }, now)
  const recorder = new Recorder({
    clock: { now: () => now },
    wallMs: () => Date.parse('2026-11-21T10:00:00.000Z') + now / 1000,
    recordOf: (name) => engine.routers.get(name),
    addressesOf: (name) => `10.9.0.9/24 of ${name}`,
    checkWords: () => 'exit status 1',
  })
  const hear = keepJournal(recorder)
  const dispatch = (event: EngineEvent): void => {
    hear({ type: 'input', event })
    const step = stepEngine(engine, event, now)
    engine = step.engine
    for (const effect of step.effects) {
      const told = eventOf(effect)
      if (told) hear(told)
    }
  }
  const teller = {
    recorder,
    dispatch,
    engine: () => engine,
    /** Another configuration, with these instances. */
    reload: (...after: readonly VirtualRouter[]) => {
      const kept = after.map(({ name }) => name)
      dispatch({
        type: 'dismiss',
        routers: [...engine.routers.keys()].filter((name) => !kept.includes(name)),
      })
      dispatch({ type: 'reconfigure', setup: { routers: after, groups: [], facts: makeFacts({ links }) } })
      recorder.retain(new Set(kept))
    },
    /** Deadlines on the way are met at their instant. */
    until: (second: number) => {
      for (let next = nextDeadline(engine); next !== undefined && next <= at(second);) {
        now = next
        dispatch({ type: 'alarm' })
        next = nextDeadline(engine)
      }
      now = at(second)
      return teller
    },
    start: () => {
      recorder.daemon('started', 'vrrpd starts')
      dispatch({ type: 'start' })
      return teller
    },
    advert: (router: string, source: string, priority: number) => {
      dispatch({
        type: 'advert',
        router,
        advert: makeAdvert({ source: ip(source), priority, arrivedAt: now }),
      })
    },
    link: (name: string, up: boolean) => {
      recorder.link(name, up ? 'up' : 'down')
      dispatch({ type: 'link', name, fact: { ...goodLink, up } })
    },
    /** `3 < 2 text`, since the last call. */
    told: (() => {
      let read = 0
      return (): readonly string[] => {
        const { events } = recorder.journal.after(read)
        read = recorder.journal.lastId
        return events.map(
          ({ id, cause, text, count }) =>
            `${id}${cause === null ? '' : ` < ${cause}`} ${text}${count > 1 ? ` x${count}` : ''}`,
        )
      }
    })(),
  }
  return teller
}

describe('causes', () => {
  test('a link takes a sync group down, and another router takes over', () => {
    const { start, until, told, link, advert } = story(
      [makeRouter(), makeRouter({ vrid: 2, link: 'eth1' })],
      { groups: [{ name: 'G1', members: ['V1', 'V2'] }] },
    )
    start().until(4)
    expect(told()).toEqual([
      '1 vrrpd starts',
      '2 < 1 V1 is BACKUP (was INIT): init',
      '3 < 1 V2 is BACKUP (was INIT): init',
      '4 V1 has heard no master for a Master_Down_Interval',
      '5 V2 has heard no master for a Master_Down_Interval',
      '6 < 5 V2 is MASTER (was BACKUP): no master heard',
      '7 < 6 V2 sets 10.9.0.9/24 of V2',
      '8 < 6 sync group G1 takes its members to MASTER',
      '9 < 8 V1 is MASTER (was BACKUP): sync group follows V2',
      '10 < 9 V1 sets 10.9.0.9/24 of V1',
    ])
    link('eth1', false)
    until(4.6)
    advert('V1', '10.9.0.2', 100)
    advert('V1', '10.9.0.2', 100)
    expect(told()).toEqual([
      '11 eth1 went down',
      '12 < 11 V2 is FAULT (was MASTER): interface eth1 down',
      '13 < 12 V2 gave up 10.9.0.9/24 of V2',
      '14 < 12 sync group G1 takes its members to FAULT',
      '15 < 14 V1 is FAULT (was MASTER): sync group member V2 (interface eth1 down)',
      '16 < 15 V1 gave up 10.9.0.9/24 of V1',
      '17 < 15 10.9.0.2 is MASTER of V1, priority 100',
    ])
  })

  test('a master leaves: its goodbye, the silence, and we are MASTER', () => {
    const { start, until, told, advert } = story([makeRouter()])
    start()
    advert('V1', '10.9.0.2', 150)
    until(1)
    advert('V1', '10.9.0.2', 0)
    until(3)
    expect(told().slice(2)).toEqual([
      '3 10.9.0.2 is MASTER of V1, priority 150',
      '4 10.9.0.2 leaves V1 (priority 0)',
      '5 < 4 nobody took over V1 from 10.9.0.2',
      '6 < 5 V1 is MASTER (was BACKUP): the master left',
      '7 < 6 V1 sets 10.9.0.9/24 of V1',
    ])
  })

  test('a check that fails lowers the priority, and a higher one is yielded to', () => {
    const { start, told, advert, dispatch } = story([
      makeRouter({ trackers: [makeTracker({ weight: -20 })] }),
    ])
    start().until(4)
    told()
    dispatch({ type: 'script', name: 'chk', verdict: 'pending' })
    dispatch({ type: 'script', name: 'chk', verdict: 'down' })
    advert('V1', '10.9.0.2', 90)
    expect(told()).toEqual([
      '6 script chk fails (exit status 1)',
      '7 < 6 V1 has priority 80 now (was 100)',
      '8 < 7 10.9.0.2 claims to be master of V1 with priority 90 against 80 here',
      '9 < 8 V1 is BACKUP (was MASTER): advert from a master of higher priority',
      '10 < 9 V1 gave up 10.9.0.9/24 of V1',
    ])
  })

  test('a rival that would have won anyway does not come from a check', () => {
    const { start, told, advert, dispatch } = story([
      makeRouter({ trackers: [makeTracker({ weight: -20 })] }),
    ])
    start().until(4)
    dispatch({ type: 'script', name: 'chk', verdict: 'down' })
    told()
    advert('V1', '10.9.0.2', 101)
    expect(told()[0]).toBe('8 10.9.0.2 claims to be master of V1 with priority 101 against 80 here')
  })

  test('a master whose priority falls below ours is waited out, and was heard all the time', () => {
    const { start, until, told, advert } = story([makeRouter()])
    start()
    advert('V1', '10.9.0.2', 150)
    told()
    for (let second = 1; second < 5; second++) {
      until(second)
      advert('V1', '10.9.0.2', 90)
    }
    expect(told()).toEqual([
      '4 10.9.0.2 changed its priority for V1, priority 90',
      '5 < 4 V1 is about to take over from 10.9.0.2, whose priority 90 is lower x3',
      '6 < 5 V1 has let 10.9.0.2 go on for a Master_Down_Interval',
      '7 < 6 V1 is MASTER (was BACKUP): master down timer expired',
      '8 < 7 V1 sets 10.9.0.9/24 of V1',
      '9 10.9.0.2 claims to be master of V1 too, with priority 90 against 100 here: V1 stays MASTER',
    ])
  })

  test('our own priority rises above the master’s', () => {
    const { start, until, told, advert, dispatch } = story([
      makeRouter({ trackers: [makeTracker({ weight: -20 })] }),
    ])
    dispatch({ type: 'script', name: 'chk', verdict: 'down' })
    start()
    advert('V1', '10.9.0.2', 90)
    told()
    dispatch({ type: 'script', name: 'chk', verdict: 'up' })
    for (let second = 1; second < 5; second++) {
      until(second)
      advert('V1', '10.9.0.2', 90)
    }
    expect(told().slice(0, 5)).toEqual([
      '5 script chk succeeds (exit status 1)',
      '6 < 5 V1 has priority 100 now (was 80)',
      '7 < 6 V1 is about to take over from 10.9.0.2, whose priority 90 is lower x3',
      '8 < 7 V1 has let 10.9.0.2 go on for a Master_Down_Interval',
      '9 < 8 V1 is MASTER (was BACKUP): master down timer expired',
    ])
  })

  test('a rival that goes on is one event, and a new one after the next change of state', () => {
    const { start, until, told, advert, recorder } = story([makeRouter()])
    start().until(4)
    told()
    for (const second of [4.1, 4.2, 4.3]) {
      until(second)
      advert('V1', '10.9.0.2', 50)
    }
    expect(told()).toEqual([
      '6 10.9.0.2 claims to be master of V1 too, with priority 50 against 100 here: V1 stays MASTER x3',
    ])
    advert('V1', '10.9.0.3', 200)
    until(20)
    advert('V1', '10.9.0.2', 50)
    expect(told().at(-1)).toMatch(/^\d+ 10.9.0.2 claims to be master of V1 too.*MASTER$/)
    expect(recorder.lastTransition('V1')).toBeGreaterThan(6)
  })

  test('what a crashed run has left is not given up by anybody', () => {
    const { recorder, told } = story([makeRouter()])
    recorder.note('V1', { kind: 'removing-leftovers', items: ['IP 10.9.0.9/24 on eth0'] })
    expect(told()).toEqual([
      '1 V1 removes virtual addresses: IP 10.9.0.9/24 on eth0 was there already: it belongs to the master',
    ])
  })

  test('the end, and drains, come from who asked for them', () => {
    const { recorder, start, until, told, dispatch } = story([makeRouter()])
    start().until(4)
    told()
    recorder.daemon('drain', 'V1 is drained')
    dispatch({ type: 'drain', routers: ['V1'] })
    recorder.daemon('resume', 'V1 may serve again')
    dispatch({ type: 'resume', routers: ['V1'] })
    until(8)
    told()
    recorder.daemon('stopping', 'vrrpd stops')
    dispatch({ type: 'stop' })
    expect(told()).toEqual(['14 vrrpd stops', '15 < 14 V1 gave up 10.9.0.9/24 of V1'])
    expect(recorder.journal.get(7)).toMatchObject({ cause: 6, kind: 'transition' })
    expect(recorder.journal.get(10)).toMatchObject({ cause: 9, kind: 'transition' })
  })

  test('who was waited out in an earlier term has nothing to do with what comes later', () => {
    const { start, until, told, advert } = story([makeRouter()])
    start()
    for (const second of [0, 1, 2, 3]) {
      until(second)
      advert('V1', '10.9.0.2', 90)
    }
    until(4)
    expect(told()).toContainEqual(expect.stringMatching(/ V1 has let 10\.9\.0\.2 go on for /))
    advert('V1', '10.9.0.3', 200)
    until(8)
    expect(told().slice(-3)).toEqual([
      expect.stringMatching(/^\d+ < \d+ V1 has heard nothing from 10\.9\.0\.3 for a Master_Down_Interval$/),
      expect.stringMatching(/ V1 is MASTER \(was BACKUP\): master down timer expired$/),
      expect.stringMatching(/ V1 sets /),
    ])
  })

  test('an instance that a reload brings back knows nothing of the one before', () => {
    const { start, told, advert, reload, recorder } = story([makeRouter(), makeRouter({ vrid: 2 })])
    start()
    for (const router of ['V1', 'V2']) advert(router, '10.9.0.2', 150)
    reload(makeRouter({ vrid: 2 }))
    expect([recorder.lastTransition('V1'), recorder.history('V1')]).toEqual([undefined, []])
    reload(makeRouter({ link: 'eth1' }), makeRouter({ vrid: 2 }))
    told()
    for (const router of ['V1', 'V2']) advert(router, '10.9.0.2', 150)
    expect(told()).toEqual([expect.stringMatching(/^\d+ 10\.9\.0\.2 is MASTER of V1, priority 150$/)])
  })

  test('a storm of invented masters is not a storm of events', () => {
    const { start, until, told, advert } = story([makeRouter({ priority: 1 })])
    start()
    told()
    for (let each = 2; each < 200; each++) {
      until(each / 1_000)
      advert('V1', `10.9.1.${each}`, 100)
    }
    expect(told().length).toBeLessThan(6)
  })
})
