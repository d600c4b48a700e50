/** Engines that are wrong on purpose: wrapped, so that the real one needs no door for it. */

import { ipv4FromNumber, isIpv4 } from '../../src/base/address.ts'
import { after, milliseconds, toSeconds, type Duration } from '../../src/base/time.ts'
import {
  createEngine,
  nextDeadline,
  stepEngine,
  type Engine,
  type EngineEffect,
  type EngineEvent,
  type EngineSetup,
} from '../../src/vrrp/engine.ts'
import { AdvertDispatcher, type UsedNumbers } from '../../src/daemon/adverts/advert-dispatcher.ts'
import type { Assembled } from '../../src/daemon/assemble.ts'
import type { VirtualRouter } from '../../src/vrrp/election/state.ts'
import { Drains } from '../../src/daemon/control/drains.ts'
import { at } from '../vrrp/kit.ts'
import { Recorder } from '../../src/daemon/journal/recorder.ts'
import type { Mishap } from './generate-trouble.ts'
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

/** Alters what the routers are. */
const withRouters = (alter: (router: VirtualRouter) => VirtualRouter): Partial<Machinery> => {
  const altered = (setup: EngineSetup): EngineSetup => ({ ...setup, routers: setup.routers.map(alter) })
  return {
    createEngine: (setup, now) => createEngine(altered(setup), now),
    stepEngine: (engine, event, now) =>
      stepEngine(
        engine,
        event.type === 'reconfigure' ? { ...event, setup: altered(event.setup) } : event,
        now,
      ),
  }
}

const unguarded = (router: VirtualRouter): VirtualRouter => {
  const { pauseGuard, ...others } = router
  return pauseGuard === true ? others : router
}

const trusting = (assembled: Assembled): Assembled => {
  const { transport } = assembled
  if (transport.kind === 'multicast') return assembled
  return { ...assembled, transport: { ...transport, rules: { ...transport.rules, onlyPeers: false } } }
}

class ForgetfulDispatcher extends AdvertDispatcher {
  private readonly all: readonly Assembled[]

  constructor(routers: readonly Assembled[], used: readonly UsedNumbers[]) {
    super(routers, used)
    this.all = routers
  }

  override decode(...heard: Parameters<AdvertDispatcher['decode']>): ReturnType<AdvertDispatcher['decode']> {
    super.decode(...heard)
    return new AdvertDispatcher(this.all).decode(...heard)
  }
}

const isMaster = (engine: Engine, router: string): boolean =>
  engine.routers.get(router)?.state.kind === 'master'

/** What the tie-break compares, mirrored at our own address. */
export const invertedTieBreak: Partial<Machinery> = hearing((event, engine) => {
  if (event.type !== 'advert' || !isMaster(engine, event.router)) return event
  const own = engine.routers.get(event.router)?.conditions
  if (own?.source === undefined || own.priority !== event.advert.priority) return event
  if (!isIpv4(own.source) || !isIpv4(event.advert.source)) return event
  return {
    ...event,
    advert: { ...event.advert, source: ipv4FromNumber(2 * own.source - event.advert.source) },
  }
})

/** Broken engines, and by which check each may be found first. */
export const mutants: Readonly<
  Record<
    string,
    {
      readonly machinery: Partial<Machinery>
      readonly found: string[]
      /** What has to happen for it to be seen. */
      readonly mishaps?: readonly Mishap[]
    }
  >
> = {
  'inverts the tie-break': { machinery: invertedTieBreak, found: ['tie-break'], mishaps: ['partition'] },
  'preempts in spite of nopreempt': {
    machinery: {
      createEngine: (setup, now) =>
        createEngine(
          { ...setup, routers: setup.routers.map((router) => ({ ...router, preempt: true })) },
          now,
        ),
    },
    found: ['nopreempt'],
    mishaps: ['stop'],
  },
  'does not know that it slept': {
    machinery: {
      stepEngine: (engine, event, now) =>
        stepEngine(engine, event, event.type === 'advert' ? event.advert.arrivedAt : now),
    },
    found: ['nopreempt'],
    mishaps: ['pause'],
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
    mishaps: ['partition'],
  },
  'stays in fault': {
    machinery: hearing((event) => (event.type === 'link' && event.fact?.up === true ? undefined : event)),
    found: ['fault'],
  },
  'does not mind scripts': {
    machinery: hearing((event) => (event.type === 'script' ? { ...event, verdict: 'up' } : event)),
    found: ['fault', 'effective priority'],
    mishaps: ['script'],
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
  'does not count files': {
    machinery: hearing((event) => (event.type === 'file' ? { ...event, number: 0 } : event)),
    found: ['fault', 'effective priority'],
    mishaps: ['file'],
  },
  'does not mind processes': {
    machinery: hearing((event) => (event.type === 'process' ? { ...event, verdict: 'up' } : event)),
    found: ['fault', 'effective priority'],
    mishaps: ['process'],
  },
  'does not weigh interfaces': {
    machinery: withRouters((router) => ({
      ...router,
      trackers: router.trackers.filter(({ kind }) => kind !== 'interface'),
    })),
    found: ['fault', 'effective priority'],
  },
  'does not let itself be drained': {
    machinery: hearing((event) => (event.type === 'drain' ? undefined : event)),
    found: ['drained'],
    mishaps: ['drain'],
  },
  'does not come back when the time is over': {
    machinery: {
      createDrains: (ports) => new Drains({ ...ports, timers: { after: () => () => undefined } }),
    },
    found: ['drained'],
    mishaps: ['drain'],
  },
  'forgets with a reload who is drained': {
    machinery: {
      stepEngine: (engine, event, now) => {
        const facts = { ...engine.facts, drained: new Set<string>() }
        return stepEngine(event.type === 'reconfigure' ? { ...engine, facts } : engine, event, now)
      },
    },
    found: ['drained'],
    mishaps: ['drain', 'reload'],
  },
  'hears nobody that comes in its place': {
    machinery: {
      createDrains: (ports) =>
        new Drains({
          ...ports,
          recorder: new Recorder({
            clock: ports.clock,
            wallMs: () => 0,
            recordOf: () => undefined,
            addressesOf: () => '',
            checkWords: () => '',
          }),
        }),
    },
    found: ['drained'],
    mishaps: ['drain'],
  },
  'does not wait for vrrp_startup_delay': {
    machinery: withRouters((router) => ({ ...router, deafUntil: at(0) })),
    found: ['startup delay'],
  },
  'does not guard against pauses': {
    machinery: withRouters(unguarded),
    found: ['pause guard'],
    mishaps: ['pause'],
  },
  'believes everybody by unicast': {
    machinery: { createDispatcher: (routers, used) => new AdvertDispatcher(routers.map(trusting), used) },
    found: ['authenticity'],
    mishaps: ['trespass'],
  },
  'believes recordings': {
    machinery: { createDispatcher: (routers, used) => new ForgetfulDispatcher(routers, used) },
    found: ['authenticity'],
  },
  'keeps what a reload dismisses': {
    machinery: hearing((event) => (event.type === 'dismiss' ? undefined : event)),
    found: ['leftovers', 'notify'],
    mishaps: ['dismiss'],
  },
  'hears of no link that is gone': {
    machinery: hearing((event) => (event.type === 'link' && event.fact === undefined ? undefined : event)),
    found: ['fault'],
    mishaps: ['unplug'],
  },
  'does not miss its address': {
    machinery: hearing((event) => (event.type === 'address-lost' ? undefined : event)),
    found: ['addresses'],
    mishaps: ['steal'],
  },
  'never works off what is due': {
    machinery: hearing((event) => (event.type === 'alarm' ? undefined : event)),
    found: ['deadlines'],
  },
}

/** What takes a coincidence to be seen, with the scenario that is kept for it. */
export const rareMutants: typeof mutants = {
  'crash-with-script': {
    // What the last daemon has found is not known any more.
    machinery: {
      createEngine: (setup, now) =>
        createEngine({ ...setup, facts: { ...setup.facts, scripts: new Map() } }, now),
    },
    found: ['resumption'],
  },
  'slept-with-full-socket': {
    machinery: mutants['does not know that it slept']!.machinery,
    found: ['nopreempt'],
  },
  'signed-crash': {
    // Adverts are counted anew.
    machinery: { createDispatcher: (routers) => new AdvertDispatcher(routers) },
    found: ['nopreempt'],
  },
  'signed-in-step': {
    machinery: {
      createDispatcher: (routers, used) => {
        const dispatcher = new AdvertDispatcher(routers, used)
        // Nobody else's number is ever thought to be the same as one of ours.
        Reflect.set(dispatcher, 'onlySent', {
          get: () => undefined,
          set: () => undefined,
          delete: () => false,
        })
        return dispatcher
      },
    },
    found: ['authenticity'],
  },
}
