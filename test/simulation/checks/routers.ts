/** What has to be true of every router of every daemon, after every event. */

import { between, plus, seconds, times, toSeconds, type Instant } from '../../../src/base/time.ts'
import type { NotifyState, State } from '../../../src/vrrp/election/state.ts'
import { nextDeadline, type EngineEffect, type RouterRecord } from '../../../src/vrrp/engine.ts'
import { LONGEST_LAG } from '../host.ts'
import { isDismissed, type Observation } from '../surroundings.ts'
import { routerName } from '../build.ts'
import { expectedFault, expectedPending, expectedPriority, expectedUnread } from '../oracle.ts'
import type { Check, World } from '../world.ts'

/** Looks at each router of the daemon that has just worked off an event. */
const forEachRouter = (
  name: string,
  look: (record: RouterRecord, observation: Observation) => string | undefined,
): Check => ({
  name,
  observe: (observation) => {
    for (const record of observation.after.routers.values()) {
      if (isDismissed(observation, record.router.name)) continue
      const text = look(record, observation)
      if (text !== undefined) return `host ${observation.host.number} ${record.router.name}: ${text}`
    }
    return undefined
  },
})

const isStarted = ({ state }: RouterRecord): boolean =>
  state.kind !== 'initialize' || state.next !== undefined

const isIdle = (kind: State['kind']): boolean => kind === 'fault' || kind === 'initialize'

export const priorities = (): Check =>
  forEachRouter('effective priority', ({ router, conditions: { priority } }, { host }) => {
    const expected = expectedPriority(host, host.specOf(router.name))
    const isOwner = router.priority === 255
    if (isOwner ? priority !== 255 : priority < 1 || priority > 254) return `priority ${priority}`
    return priority === expected ? undefined : `priority ${priority}, expected ${expected}`
  })

/** In Fault exactly while there is a reason and its files have been read; and after it until every script has returned. */
export const faults = (): Check =>
  forEachRouter('fault', (record, { host, before }) => {
    if (!isStarted(record)) return undefined
    const spec = host.specOf(record.router.name)
    const { kind } = record.state
    if (expectedUnread(host, spec)) {
      // It announces nothing, not even a Fault, before it knows its priority.
      if (kind === 'initialize') return undefined
      const was = before.routers.get(record.router.name)?.state.kind
      if (was === undefined || was === 'initialize') return `${kind}, but its file has not been read`
    }
    if (expectedFault(host, spec)) return kind === 'fault' ? undefined : `${kind}, but there is a fault`
    // A reload may bring a script to who runs: that goes on meanwhile.
    if (expectedPending(host, spec)) {
      const was = before.routers.get(record.router.name)?.state.kind ?? 'initialize'
      return isIdle(kind) || !isIdle(was) ? undefined : `${kind}, but a script has not returned`
    }
    return isIdle(kind) ? `still in ${kind}, but nothing is wrong` : undefined
  })

/** Who is in the file no more has left nothing. */
export const leftovers = (world: World): Check => ({
  name: 'leftovers',
  observe: ({ host, event, after: { routers } }) => {
    if (event.type === 'dismiss') return undefined
    for (const { vrid } of world.scenario.hosts[host.number]?.routers ?? []) {
      const name = routerName(vrid)
      if (!routers.has(name) && host.kernel.has(name))
        return `host ${host.number}: the address of ${name} is there, which is in no file`
    }
    return undefined
  },
})

export const addresses = (): Check =>
  forEachRouter('addresses', ({ router, state }, { host: { kernel } }) => {
    const wanted = state.kind === 'master'
    if (kernel.has(router.name) === wanted || (wanted && kernel.isStolen(router.name))) return undefined
    return wanted ? 'master without its address' : `the address is there in ${state.kind}`
  })

/** Priority 0 is for leaving, anything else for masters; each copy goes to the group or to every peer. */
export const adverts = (world: World): Check => ({
  name: 'adverts',
  observe: ({ host, before, after, effects, sent }) => {
    const due = new Map<string, number>()
    for (const effect of effects) {
      if (effect.type !== 'router' || effect.effect.type !== 'send-advert') continue
      const was = before.routers.get(effect.router)?.state.kind
      const is = after.routers.get(effect.router)?.state.kind
      const { copies, source } = effect.effect
      const receivers = host.specOf(effect.router).unicast ? world.hosts.length - 1 : 1
      if (source !== undefined) due.set(effect.router, (due.get(effect.router) ?? 0) + copies * receivers)
      const isGoodbye = effect.effect.priority === 0
      if (isGoodbye ? was === 'master' && is !== 'master' : is === 'master') continue
      return `host ${host.number} ${effect.router}: priority ${effect.effect.priority} sent, ${was} -> ${is}`
    }
    for (const [router, count] of due) {
      // None: there is no link to send on any more.
      const { length } = sent.filter(({ vrid }) => routerName(vrid) === router)
      if (length !== 0 && length !== count)
        return `host ${host.number} ${router}: ${length} packets sent, ${count} expected`
    }
    return undefined
  },
})

/** A master that runs is heard every Advertisement_Interval, and on its own account not more often. */
export function cadence(world: World): Check {
  const sent = new Map<string, Instant>()
  const reloaded = new Set<string>()
  const tolerance = times(LONGEST_LAG, 2)
  const note = ({ host, before, after, event, effects }: Observation): string | undefined => {
    for (const { router, state } of after.routers.values()) {
      const key = `${host.number} ${router.name}`
      // After a reload every Master says at once what is new.
      if (event.type === 'reconfigure') reloaded.add(key)
      const last = sent.get(key)
      if (state.kind !== 'master') sent.delete(key)
      if (state.kind !== 'master' || !effects.some((effect) => sends(effect, router.name))) continue
      sent.set(key, world.now)
      const wasMaster = before.routers.get(router.name)?.state.kind === 'master'
      if (event.type !== 'alarm' || !wasMaster || last === undefined || reloaded.delete(key)) continue
      // The first advert after a sleep is late, and does not shift the next one.
      if (between(host.activeSince ?? last, last) < router.advertInterval) continue
      const gap = between(last, world.now)
      if (gap < router.advertInterval - tolerance)
        return `${key}: adverts ${toSeconds(gap)} s apart, the interval is ${toSeconds(router.advertInterval)} s`
    }
    return undefined
  }
  return {
    name: 'cadence',
    observe: note,
    look: () => {
      for (const host of world.hosts) {
        if (!host.isActive) continue
        for (const { router, state } of host.engine?.routers.values() ?? []) {
          if (state.kind !== 'master') continue
          const last = sent.get(`${host.number} ${router.name}`) ?? world.now
          const since = Math.max(last, host.activeSince ?? last) as Instant
          const silence = between(since, world.now)
          const spacing = plus(router.advertInterval, router.advertSlack ?? seconds(0))
          if (silence > plus(spacing, tolerance))
            return `host ${host.number} ${router.name}: silent for ${toSeconds(silence)} s`
        }
      }
      return undefined
    },
  }
}

const sends = (effect: EngineEffect, name: string): boolean =>
  effect.type === 'router' && effect.router === name && effect.effect.type === 'send-advert'

/** Every change of state is notified, once, and nothing else is. */
export function notifies(): Check {
  const last = new Map<string, string>()
  return {
    name: 'notify',
    observe: ({ host, event, after, effects }) => {
      // A new daemon has told nothing yet, also not of a router that only a reload brings back.
      if (event.type === 'start')
        for (const key of [...last.keys()]) if (key.startsWith(`${host.number} `)) last.delete(key)
      const farewells: string[] = []
      for (const effect of effects) {
        if (effect.type !== 'router' || effect.effect.type !== 'notify') continue
        const key = `${host.number} ${effect.router}`
        if (effect.effect.deleted === true) {
          last.delete(key)
          farewells.push(effect.router)
          continue
        }
        if (last.get(key) === effect.effect.state) return `${key}: ${effect.effect.state} notified twice`
        last.set(key, effect.effect.state)
      }
      const dismissed = event.type === 'dismiss' ? event.routers : []
      if (farewells.join() !== dismissed.join())
        return `host ${host.number}: ${farewells.join(', ')} told of their end, not ${dismissed.join(', ')}`
      for (const { router, state } of after.routers.values()) {
        const expected = notifyStateOf(state, event.type === 'stop')
        const told = last.get(`${host.number} ${router.name}`)
        // An owner is never announced as Backup: with vrrp_startup_delay it waits without a word.
        const isQuiet = told === undefined && router.priority === 255 && router.deafUntil !== undefined
        if (told !== expected && !isQuiet)
          return `host ${host.number} ${router.name}: ${state.kind}, but told ${told ?? 'nothing'}`
      }
      return undefined
    },
  }
}

const notifyStateOf = (state: State, stopped: boolean): NotifyState | undefined => {
  switch (state.kind) {
    case 'initialize':
      return stopped ? 'STOP' : undefined
    case 'backup':
      return 'BACKUP'
    case 'master':
      return 'MASTER'
    case 'fault':
      return 'FAULT'
  }
}

/** Advert, addresses, ARP, scripts: in this order, whatever makes a router master. */
export const takeoverOrder = (): Check => ({
  name: 'order of a takeover',
  observe: ({ host, before, after, effects }) => {
    for (const { router, state } of after.routers.values()) {
      if (state.kind !== 'master' || before.routers.get(router.name)?.state.kind === 'master') continue
      const order = effects.flatMap((effect) =>
        effect.type === 'router' &&
        effect.router === router.name &&
        effect.effect.type !== 'note' &&
        effect.effect.type !== 'event'
          ? [effect.effect.type]
          : [],
      )
      const text = order.slice(-4).join(', ')
      if (text !== 'send-advert, install, announce, notify')
        return `host ${host.number} ${router.name}: ${text}`
    }
    return undefined
  },
})

/** After an alarm nothing that was due is left: the daemon would never sleep again. */
export const deadlines = (world: World): Check => ({
  name: 'deadlines',
  observe: ({ host, event, after }) => {
    const next = event.type === 'alarm' ? nextDeadline(after) : undefined
    return next !== undefined && next <= world.now ? `host ${host.number}: due again at once` : undefined
  },
})
