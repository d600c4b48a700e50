/** A router with nopreempt leaves a master that it can hear in peace. */

import { between, plus, seconds, type Duration, type Instant } from '../../../src/base/time.ts'
import { masterDownInterval } from '../../../src/base/intervals.ts'
import { intervalsOf } from '../../../src/vrrp/election/timers.ts'
import type { Engine, RouterRecord } from '../../../src/vrrp/engine.ts'
import type { Host } from '../host.ts'
import type { Observation } from '../surroundings.ts'
import type { RouterSpec } from '../scenario.ts'
import type { Check, World } from '../world.ts'
import { clearPaths, type ClearPaths } from './paths.ts'

interface Risen {
  readonly spec: RouterSpec
  readonly record: RouterRecord
}

/** nopreempt: who has been master for a whole Master_Down_Interval, and could be heard, is not taken over from. */
export function noPreemption(world: World): Check {
  const clear = clearPaths(world)
  const masterSince = new Map<string, Instant>()
  const goodbyes = new Map<string, Instant>()
  const refusals = new Map<string, Instant>()
  /** Whoever begins to number signed adverts anew is taken for a recording, with keepalived too. */
  const isRefused = (by: Host, router: string, other: Host, window: Duration): boolean => {
    const last = refusals.get(`${by.number} ${router}`)
    return !other.hasRecord && last !== undefined && between(last, world.now) < window
  }
  return {
    name: 'nopreempt',
    look: () => clear.look(),
    observe: (observation) => {
      const { host, event } = observation
      rememberMasters(observation, masterSince, world.now)
      rememberGoodbyes(observation, goodbyes, world.now)
      if (event.type === 'rejected' && event.reason === 'ah-replay')
        refusals.set(`${host.number} ${event.router}`, world.now)
      if (event.type !== 'alarm' && event.type !== 'start') return undefined
      for (const { spec, record } of risen(observation)) {
        if (spec.preempt) continue
        const down = downInterval(observation.before, record)
        const window = plus(down, world.slack)
        const lastGoodbye = goodbyes.get(record.router.name)
        if (lastGoodbye !== undefined && between(lastGoodbye, world.now) < window) continue
        for (const other of world.hosts) {
          const since = reachableSince(other, host, record, masterSince, clear)
          if (since === undefined || between(heardSince(host, since), world.now) < window) continue
          if (isRefused(host, record.router.name, other, window)) continue
          if (speaksTooSeldom(other, record.router.name, down)) continue
          return `host ${host.number} ${record.router.name} took over from host ${other.number}, which it could hear`
        }
      }
      return undefined
    },
  }
}

/** By its master's interval, where it has learned one. */
function downInterval(before: Engine, { router, conditions }: RouterRecord): Duration {
  const former = before.routers.get(router.name)
  return masterDownInterval(former ? intervalsOf(router, former.state) : router, conditions.priority)
}

/** Version 3: whoever begins listens for its own interval, and the master may have a longer one. */
const speaksTooSeldom = (other: Host, router: string, down: Duration): boolean =>
  seconds(other.specOf(router).interval) >= down

/**
 * A host that slept has a socket full of the oldest adverts: it knows a master
 * that it heard before it fell asleep, any other one only since it woke up.
 */
function heardSince({ pausedAt, activeSince }: Host, since: Instant): Instant {
  if (pausedAt === undefined || activeSince === undefined || since >= activeSince) return since
  return between(since, pausedAt) > seconds(4) ? since : activeSince
}

function reachableSince(
  other: Host,
  host: Host,
  { router }: RouterRecord,
  masterSince: ReadonlyMap<string, Instant>,
  clear: ClearPaths,
): Instant | undefined {
  if (other === host || !other.isActive) return undefined
  const since = masterSince.get(`${other.number} ${router.name}`)
  const path = clear.since(other, host)
  if (since === undefined || path === undefined || other.activeSince === undefined) return undefined
  return Math.max(since, path, other.activeSince) as Instant
}

function rememberMasters(
  { host, after: next }: Observation,
  since: Map<string, Instant>,
  now: Instant,
): void {
  for (const { router, state } of next.routers.values()) {
    const key = `${host.number} ${router.name}`
    if (state.kind !== 'master') since.delete(key)
    else if (!since.has(key)) since.set(key, now)
  }
}

/** Priority 0 of anybody makes backups hurry, whoever else is master. */
function rememberGoodbyes({ effects }: Observation, goodbyes: Map<string, Instant>, now: Instant): void {
  for (const effect of effects)
    if (effect.type === 'router' && effect.effect.type === 'send-advert' && effect.effect.priority === 0)
      goodbyes.set(effect.router, now)
}

function risen({ host, before, after: next }: Observation): readonly Risen[] {
  return [...next.routers.values()].flatMap((record) =>
    record.state.kind === 'master' && hasRisen(before.routers.get(record.router.name), record)
      ? [{ spec: host.specOf(record.router.name), record }]
      : [],
  )
}

/** An owner goes straight to Master; anybody else only if it was one when its daemon crashed. */
const hasRisen = (former: RouterRecord | undefined, { router }: RouterRecord): boolean =>
  former?.state.kind === 'backup' || (former?.state.kind === 'initialize' && router.priority < 255)
