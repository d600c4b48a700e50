/** Who has been taken out stays out for as long as has been said, unless nobody takes its place. */

import { after, before, latest, milliseconds, plus, times, toSeconds } from '../../../src/base/time.ts'
import type { Duration, Instant } from '../../../src/base/time.ts'
import { masterDownInterval } from '../../../src/base/intervals.ts'
import { LONGEST_LAG, type Host } from '../host.ts'
import type { Order } from '../operator.ts'
import { isDismissed, type Observation } from '../surroundings.ts'
import type { Check, World } from '../world.ts'
import { Masters } from './masters.ts'
import { clearPaths, type ClearPaths } from './paths.ts'

/** How late a timer's callback may come to bear; the command counts in whole milliseconds. */
const TOLERANCE = plus(times(LONGEST_LAG, 4), milliseconds(1))
const SECOND_LOOK = milliseconds(100)

export function drained(world: World): Check {
  const masters = new Masters(world)
  const paths = clearPaths(world)
  if (!world.scenario.events.some(({ type }) => type === 'drain')) return { name: 'drained' }
  return {
    name: 'drained',
    observe: (observation) => {
      const { host, event } = observation
      if (event.type !== 'resume') return isOut(observation)
      const text = mayEnd(host, event.routers, { world, masters, paths })
      host.operator.ended(event.routers)
      return text ?? isOut(observation)
    },
    look: () => {
      paths.look()
      masters.look()
      for (const host of world.hosts)
        for (const [name, order] of host.isActive ? host.operator.orders : []) {
          const text = isOver(host, order, world, masters)
          if (text !== undefined) return `host ${host.number} ${name}: ${text}`
        }
      return undefined
    },
  }
}

/** In no other state than Fault, whatever happens. */
function isOut(observation: Observation): string | undefined {
  const { host, event, after } = observation
  if (event.type === 'stop') return undefined
  for (const [name, { at }] of host.operator.orders) {
    if (isDismissed(observation, name)) continue
    const kind = after.routers.get(name)?.state.kind
    if (kind !== 'fault')
      return `host ${host.number} ${name}: ${kind ?? 'gone'}, though taken out at ${second(at)}`
  }
  return undefined
}

interface Seen {
  readonly world: World
  readonly masters: Masters
  readonly paths: ClearPaths
}

/** The daemon lets these in by itself: their time is over, or nobody has come in a Master's place. */
function mayEnd(host: Host, routers: readonly string[], seen: Seen): string | undefined {
  for (const name of routers) {
    const order = host.operator.orders.get(name)
    if (order === undefined || (order.until !== undefined && seen.world.now >= order.until)) continue
    if (order.force) return `host ${host.number} ${name}: let in, in spite of --force`
    if (order.leavers === undefined || host.lostPacketAt !== undefined) continue
    if (order.leavers.every((leaver) => hasHeardSuccessor(host, leaver, order, seen)))
      return `host ${host.number} ${name}: let in, though there is somebody in its place`
  }
  return undefined
}

/** Another has been Master, and within earshot, for long enough to have advertised. Signed adverts may be refused. */
function hasHeardSuccessor(
  host: Host,
  router: string,
  { at }: Order,
  { world, masters, paths }: Seen,
): boolean {
  const { signed, interval } = host.specOf(router)
  if (signed) return false
  const enough = before(world.now, plus(times(milliseconds(1_000), interval), world.slack))
  return world.hosts.some((other) => {
    const [since, path] = [masters.since(other, router), paths.since(other, host)]
    if (other === host || !other.isActive || since === undefined || path === undefined) return false
    return latest(latest(since, path), latest(at, other.activeSince)) < enough
  })
}

/** Still out, and should not be. */
function isOver(host: Host, order: Order, world: World, masters: Masters): string | undefined {
  const awake = latest(order.at, host.activeSince)
  const isDue = (at: Instant): boolean => world.now > after(latest(at, awake), TOLERANCE)
  if (order.until !== undefined && isDue(order.until)) return `still out after ${second(order.until)}`
  const { force, leavers = [], at, since } = order
  // Who slept looks for the first time when it wakes.
  const firstLook = latest(after(at, longestWait(host, leavers)), awake)
  if (force || leavers.length === 0 || !isDue(after(firstLook, SECOND_LOOK))) return undefined
  const untaken = leavers.find((leaver) => wasEmpty(host, leaver, before(since, world.slack), world, masters))
  return untaken === undefined ? undefined : `still out, though nobody has taken ${untaken} over`
}

const wasEmpty = (host: Host, router: string, since: Instant, world: World, masters: Masters): boolean =>
  world.hosts.every((other) => other === host || (masters.last(other, router) ?? -1) < since)

/** Any Backup would have spoken by then, whatever its priority. */
const longestWait = ({ engine }: Host, leavers: readonly string[]): Duration =>
  Math.max(
    0,
    ...leavers.map((name) => {
      const record = engine?.routers.get(name)
      return record ? masterDownInterval(record.router, 1) : 0
    }),
  ) as Duration

const second = (at: Instant): string => `${toSeconds(at as number as Duration)} s`
