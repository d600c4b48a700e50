/** Daemons that have just begun, or that have slept. */

import {
  after,
  between,
  minus,
  plus,
  seconds,
  times,
  toSeconds,
  type Duration,
  type Instant,
} from '../../../src/base/time.ts'
import { masterDownInterval } from '../../../src/base/intervals.ts'
import { routerName } from '../build.ts'
import { LONGEST_LAG } from '../host.ts'
import { expectedFault, expectedPending, groupOf } from '../oracle.ts'
import type { Check, World } from '../world.ts'

/** vrrp_startup_delay: what is heard before it is over does not count, and no timer begins before. */
export function delayedStart(world: World): Check {
  /** Who has heard a Master leave need not wait. */
  const goodbyes = new Set<number>()
  /** Who has learned a shorter interval (version 3) waits for so long. */
  const shortest = new Map<string, Duration>()
  const learn = (key: string, interval: Duration | undefined): void => {
    if (interval !== undefined)
      shortest.set(key, Math.min(interval, shortest.get(key) ?? interval) as Duration)
  }
  return {
    name: 'startup delay',
    observe: ({ host, event, after: { routers } }) => {
      if (event.type === 'start') goodbyes.delete(host.number)
      if (event.type === 'advert' && event.advert.priority === 0) goodbyes.add(host.number)
      if (event.type === 'start') for (const name of routers.keys()) shortest.delete(`${host.number} ${name}`)
      if (event.type === 'advert') learn(`${host.number} ${event.router}`, event.advert.interval)
      const delay = host.spec.startupDelay ?? 0
      if (delay === 0) return undefined
      for (const { router, state } of routers.values()) {
        const atOnce = router.priority === 255 || goodbyes.has(host.number)
        const known = shortest.get(`${host.number} ${router.name}`) ?? router.advertInterval
        const interval = Math.min(known, router.advertInterval) as Duration
        const listening = atOnce ? seconds(0) : times(interval, 3)
        const earliest = after(host.bootedAt, plus(seconds(delay), listening))
        if (state.kind === 'master' && world.now < earliest)
          return `host ${host.number} ${router.name}: Master ${toSeconds(between(host.bootedAt, world.now))} s after start`
      }
      return undefined
    },
  }
}

/** Who was Master a moment ago, and is back before two Advertisement_Intervals are over, goes on as such. */
export function resumption(world: World): Check {
  /** The record's sign of life may be half a second old. */
  const age = seconds(1)
  return {
    name: 'resumption',
    observe: ({ host, event, after: { routers } }) => {
      const { crashed, hasRecord, spec } = host
      if (event.type !== 'start' || crashed === undefined || !hasRecord) return undefined
      for (const { router, state } of routers.values()) {
        const own = host.specOf(router.name)
        const group = groupOf(host, own)
        const isBack = group.every(
          ({ vrid, interval }) =>
            crashed.masters.has(routerName(vrid)) &&
            between(crashed.at, world.now) < minus(times(seconds(1), 2 * interval), age),
        )
        if (!isBack || spec.startupDelay !== undefined || state.kind === 'master') continue
        if (expectedFault(host, own) || expectedPending(host, own)) continue
        return `host ${host.number} ${router.name}: ${state.kind} after a crash as Master`
      }
      return undefined
    },
  }
}

/** --pause-guard: a Master with nopreempt that slept for more than a Master_Down_Interval is Master no more. */
export function pauseGuard(world: World): Check {
  /** When each host has read its file anew: who may not preempt from then on could have when it woke up. */
  const reloads = new Map<number, Instant>()
  return {
    name: 'pause guard',
    observe: ({ host, event, after: { routers } }) => {
      if (event.type === 'reconfigure') reloads.set(host.number, world.now)
      const { pausedAt, activeSince, spec } = host
      if (spec.pauseGuard !== true || pausedAt === undefined || activeSince === undefined) return undefined
      if (activeSince < pausedAt || between(activeSince, world.now) < times(LONGEST_LAG, 2)) return undefined
      if ((reloads.get(host.number) ?? pausedAt) >= activeSince) return undefined
      const slept = between(pausedAt, activeSince)
      for (const { router, state, since, conditions } of routers.values()) {
        // A changed priority moves the interval by up to a second.
        const bound = plus(masterDownInterval(router, conditions.priority), seconds(1))
        if (router.preempt || state.kind !== 'master' || since > pausedAt || slept <= bound) continue
        return `host ${host.number} ${router.name}: still Master after ${toSeconds(slept)} s of sleep`
      }
      return undefined
    },
  }
}
