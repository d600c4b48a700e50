/** Who is master, seen from outside all daemons. */

import {
  after,
  between,
  latest,
  plus,
  seconds,
  times,
  toSeconds,
  type Duration,
  type Instant,
} from '../../../src/base/time.ts'
import type { RouterRecord } from '../../../src/vrrp/engine.ts'
import { masterDownInterval } from '../../../src/base/intervals.ts'
import { intervalsOf } from '../../../src/vrrp/election/timers.ts'
import { routerName } from '../build.ts'
import type { Host } from '../host.ts'
import { expectedPending, groupOf } from '../oracle.ts'
import type { RouterSpec } from '../scenario.ts'
import type { Check, World } from '../world.ts'

interface Member {
  readonly host: Host
  readonly spec: RouterSpec
  readonly record: RouterRecord
}

/** One virtual router, and hosts that hear each other. */
interface Party {
  readonly key: string
  readonly vrid: number
  readonly members: readonly Member[]
}

/**
 * Exactly one master for each virtual router. With none, one stands up within
 * a Master_Down_Interval; of two, one yields within an Advertisement_Interval.
 */
export function oneMaster(world: World): Check {
  const wrongSince = new Map<string, Instant>()
  return {
    name: 'one master',
    look: () => {
      for (const party of partiesOf(world)) {
        const masters = party.members.filter(isMaster)
        if (masters.length === 1 || party.members.length === 0) {
          wrongSince.delete(party.key)
          continue
        }
        const since = wrongSince.get(party.key) ?? world.now
        wrongSince.set(party.key, since)
        const calm = world.calmSince
        if (calm === undefined) continue
        const bound = masters.length === 0 ? downBound(world, party) : overlapBound(world, party)
        const lasting = between(latest(latest(since, calm), firstToHear(party)), world.now)
        if (lasting > bound)
          return `VRID ${party.vrid}: ${masters.length} masters for ${toSeconds(lasting)} s, ${toSeconds(bound)} s are allowed`
      }
      return undefined
    },
  }
}

/** After long enough without trouble nothing changes any more, and nobody who may preempt is better than the master. */
export function settles(world: World): Check {
  const settling = settlingTime(world)
  let settledState = new Map<string, string>()
  return {
    name: 'settles',
    look: () => {
      const calm = world.calmSince
      if (calm === undefined || world.now < after(calm, settling)) {
        settledState = new Map()
        return undefined
      }
      return unrest(world, settledState) ?? worseMaster(world)
    },
  }
}

function unrest(world: World, settledState: Map<string, string>): string | undefined {
  for (const host of world.hosts) {
    if (!host.isActive) continue
    for (const { router, state } of host.engine?.routers.values() ?? []) {
      const key = `host ${host.number} ${router.name}`
      const before = settledState.get(key)
      settledState.set(key, state.kind)
      if (before !== undefined && before !== state.kind)
        return `${key}: ${before} -> ${state.kind} long after the last trouble`
      if (expectedPending(host, host.specOf(router.name)))
        return `${key}: waits for a script long after the last trouble`
    }
  }
  return undefined
}

function worseMaster(world: World): string | undefined {
  for (const { vrid, members } of partiesOf(world)) {
    const master = members.find(isMaster)
    if (!master) continue
    const better = members.find(
      ({ host, spec, record }) =>
        record.conditions.priority > master.record.conditions.priority &&
        spec.preempt &&
        !host.spec.groups.some((group) => group.includes(vrid)),
    )
    if (better)
      return `VRID ${vrid}: host ${master.host.number} is master though host ${better.host.number} is better and preempts`
  }
  return undefined
}

/** Two masters of equal priority: the higher address stays. */
export function tieBreak(): Check {
  return {
    name: 'tie-break',
    observe: ({ host, event, before, after: next }) => {
      if (event.type !== 'advert') return undefined
      const was = before.routers.get(event.router)
      const is = next.routers.get(event.router)
      if (was?.state.kind !== 'master' || event.advert.priority !== was.conditions.priority) return undefined
      const own = was.conditions.source
      if (own === undefined || own === event.advert.source) return undefined
      const expected = event.advert.source > own ? 'backup' : 'master'
      // Who slept yields to anybody: see the pause guard.
      if (expected === 'master' && host.spec.pauseGuard === true && !host.specOf(event.router).preempt)
        return undefined
      return is?.state.kind === expected
        ? undefined
        : `${event.router} is ${is?.state.kind ?? 'gone'} after an equal advert, expected ${expected}`
    },
  }
}

/** vrrp_startup_delay: until then none of them knows of anybody. */
const firstToHear = ({ members }: Party): Instant =>
  Math.min(...members.map(({ record }) => record.router.deafUntil ?? 0)) as Instant

/**
 * A grouped router may have to do without a master while the LANs of its group are divided differently, or while a
 * host has another member of it and not this one.
 */
function partiesOf(world: World): readonly Party[] {
  const undivided = world.lans.every((lan) => lan.isWhole) && groupsAlike(world)
  const vrids = new Set(world.hosts.flatMap(({ spec }) => spec.routers.map(({ vrid }) => vrid)))
  return [...vrids].flatMap((vrid) => {
    const isGrouped = world.hosts.some(({ spec }) => spec.groups.some((group) => group.includes(vrid)))
    if (isGrouped && !undivided) return []
    // Where one hears the other and is not heard, both may be right.
    if (!world.lans.every((lan) => lan.hearsBothWays)) return []
    return divide(world, vrid).map((members, index) => ({ key: `${vrid}/${index}`, vrid, members }))
  })
}

function groupsAlike(world: World): boolean {
  const groups = world.hosts.filter(({ engine }) => engine).map(({ spec }) => JSON.stringify(spec.groups))
  return new Set(groups).size <= 1
}

function divide(world: World, vrid: number): readonly (readonly Member[])[] {
  const sides: Member[][] = []
  for (const member of candidates(world, vrid)) {
    const lan = world.lans[member.spec.lan]
    const hears = ([first]: readonly Member[]): boolean =>
      first !== undefined && lan?.reaches(first.host.number, member.host.number) === true
    const side = sides.find(hears)
    if (side) side.push(member)
    else sides.push([member])
  }
  return sides
}

/** Daemons that run, are well, and know it. */
function candidates(world: World, vrid: number): readonly Member[] {
  return world.hosts.flatMap((host) => {
    const record = host.isActive ? host.engine?.routers.get(routerName(vrid)) : undefined
    if (!record || (record.state.kind !== 'backup' && record.state.kind !== 'master')) return []
    return [{ host, record, spec: host.specOf(record.router.name) }]
  })
}

const isMaster = ({ record }: Member): boolean => record.state.kind === 'master'

/** A sync group takes as long as its slowest member. */
const downBound = (world: World, { members }: Party): Duration =>
  plus(
    longest(
      members.flatMap(({ host, spec }) => groupOf(host, spec).map(({ vrid }) => intervalOf(host, vrid))),
    ),
    times(world.slack, 2),
  )

function intervalOf(host: Host, vrid: number): Duration {
  const record = host.engine?.routers.get(routerName(vrid))
  return record ? downInterval(record) : seconds(0)
}

const overlapBound = (world: World, { members }: Party): Duration =>
  plus(
    longest(
      members.map(({ record: { router } }) => plus(router.advertInterval, router.advertSlack ?? seconds(0))),
    ),
    times(world.slack, 2),
  )

/** The longest startup delay and preempt_delay there is, and three Master_Down_Intervals of the slowest. */
function settlingTime({ scenario, slack }: World): Duration {
  const rewritten = scenario.events.flatMap((event) => (event.type === 'configure' ? event.routers : []))
  const routers = [...scenario.hosts.flatMap((host) => host.routers), ...rewritten]
  const startup = Math.max(0, ...scenario.hosts.map(({ startupDelay = 0 }) => startupDelay))
  const delay = startup + Math.max(0, ...routers.map(({ preemptDelay }) => preemptDelay))
  const downInterval = 3 * Math.max(1, ...routers.map(({ interval }) => interval)) + 1
  return plus(seconds(delay + 3 * downInterval), slack)
}

const downInterval = ({ router, state, conditions }: RouterRecord): Duration =>
  masterDownInterval(intervalsOf(router, state), conditions.priority)

const longest = (durations: readonly Duration[]): Duration => Math.max(0, ...durations) as Duration
