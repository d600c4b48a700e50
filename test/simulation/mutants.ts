/** Engines that are wrong on purpose: wrapped, so that the real one needs no door for it. */

import { ipv4FromNumber } from '../../src/base/address.ts'
import { after, milliseconds, toSeconds, type Duration } from '../../src/base/time.ts'
import {
  createEngine,
  nextDeadline,
  stepEngine,
  type Engine,
  type EngineEffect,
  type EngineEvent,
} from '../../src/vrrp/engine.ts'
import type { Machinery } from './surroundings.ts'

/** Alters what the engine is told; undefined keeps it from the event. */
const hearing = (
  alter: (event: EngineEvent, engine: Engine) => EngineEvent | undefined,
): Partial<Machinery> => ({
  stepEngine: (engine, event, now) => {
    const altered = alter(event, engine)
    return altered ? stepEngine(engine, altered, now) : { engine, effects: [] }
  },
})

/** Alters what the engine wants done. */
const doing = (
  alter: (effects: readonly EngineEffect[], event: EngineEvent) => readonly EngineEffect[],
): Partial<Machinery> => ({
  stepEngine: (engine, event, now) => {
    const step = stepEngine(engine, event, now)
    return { ...step, effects: alter(step.effects, event) }
  },
})

const without = (type: string): Partial<Machinery> =>
  doing((effects) =>
    effects.filter(
      (effect) => effect.type !== type && !(effect.type === 'router' && effect.effect.type === type),
    ),
  )

const isMaster = (engine: Engine, router: string): boolean =>
  engine.routers.get(router)?.state.kind === 'master'

/** What the tie-break compares, mirrored at our own address. */
export const invertedTieBreak: Partial<Machinery> = hearing((event, engine) => {
  if (event.type !== 'advert' || !isMaster(engine, event.router)) return event
  const own = engine.routers.get(event.router)?.conditions
  if (own?.source === undefined || own.priority !== event.advert.priority) return event
  return {
    ...event,
    advert: { ...event.advert, source: ipv4FromNumber(2 * own.source - event.advert.source) },
  }
})

/** Broken engines, and by which check each may be found first. */
export const mutants: Readonly<
  Record<string, { readonly machinery: Partial<Machinery>; readonly found: string[] }>
> = {
  'inverts the tie-break': { machinery: invertedTieBreak, found: ['tie-break'] },
  'preempts in spite of nopreempt': {
    machinery: {
      createEngine: (setup, now) =>
        createEngine(
          { ...setup, routers: setup.routers.map((router) => ({ ...router, preempt: true })) },
          now,
        ),
    },
    found: ['nopreempt'],
  },
  'does not know that it slept': {
    machinery: {
      stepEngine: (engine, event, now) =>
        stepEngine(engine, event, event.type === 'advert' ? event.advert.arrivedAt : now),
    },
    found: ['nopreempt'],
  },
  'forgets its sync groups': {
    machinery: { createEngine: (setup, now) => createEngine({ ...setup, groups: [] }, now) },
    found: ['fault', 'sync group', 'group notify'],
  },
  'lets no other member follow to backup': {
    machinery: {
      stepEngine: (engine, event, now) => {
        const step = stepEngine(engine, event, now)
        if (event.type !== 'advert') return step
        let { routers } = step.engine
        for (const [name, record] of engine.routers)
          if (name !== event.router && record.state.kind === 'master') routers = routers.with(name, record)
        return { ...step, engine: { ...step.engine, routers } }
      },
    },
    found: ['sync group', 'addresses'],
  },
  'stays in fault': {
    machinery: hearing((event) => (event.type === 'link' && event.fact?.up === true ? undefined : event)),
    found: ['fault'],
  },
  'does not mind scripts': {
    machinery: hearing((event) => (event.type === 'script' ? { ...event, verdict: 'up' } : event)),
    found: ['fault', 'effective priority'],
  },
  'counts a weight twice': {
    machinery: {
      createEngine: (setup, now) => {
        const double = setup.routers.map((router) => ({
          ...router,
          trackers: router.trackers.map((tracker) => ({ ...tracker, weight: 2 * tracker.weight })),
        }))
        return createEngine({ ...setup, routers: double }, now)
      },
    },
    found: ['effective priority'],
  },
  'never yields': {
    machinery: hearing((event, engine) =>
      event.type === 'advert' && isMaster(engine, event.router) ? undefined : event,
    ),
    found: ['one master', 'tie-break'],
  },
  'never stands up': {
    machinery: {
      nextDeadline: (engine) =>
        [...engine.routers.keys()].some((name) => isMaster(engine, name)) ? nextDeadline(engine) : undefined,
    },
    found: ['one master'],
  },
  'is deaf for five seconds of twenty': {
    machinery: {
      stepEngine: (engine, event, now) =>
        event.type === 'advert' && toSeconds(now as number as Duration) % 20 < 5
          ? { engine, effects: [] }
          : stepEngine(engine, event, now),
    },
    found: ['one master', 'settles', 'tie-break', 'nopreempt'],
  },
  'wakes up late': {
    machinery: {
      nextDeadline: (engine) => {
        const deadline = nextDeadline(engine)
        return deadline === undefined ? undefined : after(deadline, milliseconds(50))
      },
    },
    found: ['cadence'],
  },
  'sends twice as often': {
    machinery: {
      stepEngine: (engine, event, now) => {
        const step = stepEngine(engine, event, now)
        let { routers } = step.engine
        for (const [name, record] of routers)
          if (record.state.kind === 'master' && event.type === 'alarm') {
            const nextAdvertAt = after(now, milliseconds(500))
            routers = routers.with(name, { ...record, state: { ...record.state, nextAdvertAt } })
          }
        return { ...step, engine: { ...step.engine, routers } }
      },
    },
    found: ['cadence'],
  },
  'sends as a backup': {
    machinery: doing((effects, event) =>
      event.type === 'advert'
        ? [
            ...effects,
            {
              type: 'router',
              router: event.router,
              effect: { type: 'send-advert', priority: 1, copies: 1, source: event.advert.source },
            },
          ]
        : effects,
    ),
    found: ['adverts'],
  },
  'keeps its addresses': { machinery: without('withdraw'), found: ['addresses'] },
  'sets no addresses': { machinery: without('install'), found: ['addresses'] },
  'does not notify': { machinery: without('notify'), found: ['notify'] },
  'does not notify groups': { machinery: without('group-notify'), found: ['group notify'] },
  'notifies twice': {
    machinery: doing((effects) =>
      effects.flatMap((effect) =>
        effect.type === 'router' && effect.effect.type === 'notify' ? [effect, effect] : [effect],
      ),
    ),
    found: ['notify'],
  },
  'tells ARP before the addresses are there': {
    machinery: doing((effects) => [
      ...effects.filter((effect) => effect.type === 'router' && effect.effect.type === 'announce'),
      ...effects.filter((effect) => effect.type !== 'router' || effect.effect.type !== 'announce'),
    ]),
    found: ['order of a takeover'],
  },
  'never works off what is due': {
    machinery: hearing((event) => (event.type === 'alarm' ? undefined : event)),
    found: ['deadlines'],
  },
}
