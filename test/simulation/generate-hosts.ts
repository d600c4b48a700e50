/** The hosts of a scenario, and what their files say. */

import type { Tracker } from '../../src/vrrp/election/state.ts'
import { linkName } from './build.ts'
import type { Random } from '../../src/simulation/random.ts'
import type { HostSpec, RouterSpec } from './scenario.ts'

/** What all hosts have in common: without that they would not be one virtual router. */
type Plan = Pick<RouterSpec, 'vrid' | 'lan' | 'interval' | 'unicast' | 'signed' | 'version'>

interface Plans {
  readonly lans: number
  readonly vrids: readonly Plan[]
  readonly group: readonly number[]
  /** All hosts are as good as each other, as far as the file goes. */
  readonly areEqual: boolean
}

const generatePlan = (random: Random, lans: number, vrid: number): Plan => ({
  vrid,
  lan: random.integer(0, lans - 1),
  interval: random.chance(0.2) ? random.integer(2, 3) : 1,
  ...(random.chance(0.25) && { unicast: { onlyPeers: random.chance(0.6) } }),
  ...(random.chance(0.3)
    ? { version: 3 as const, interval: random.pick(SUBSECOND) }
    : random.chance(0.25) && { signed: true as const }),
})

const SUBSECOND = [0.25, 0.4, 0.5, 0.8, 1, 2.5] as const

export function generateHosts(random: Random, lans: number): HostSpec[] {
  const vrids = Array.from({ length: random.integer(1, 3) }, (_, index) =>
    generatePlan(random, lans, index + 1),
  )
  const all = vrids.map(({ vrid }) => vrid)
  const group = random.chance(0.5) ? all.slice(0, random.integer(1, all.length)) : []
  const count = random.integer(2, 4)
  const areEqual = random.chance(0.3)
  const owner = random.chance(0.15) ? random.integer(0, count - 1) : -1
  return Array.from({ length: count }, (_, host) =>
    generateHost(random, { lans, vrids, group, areEqual }, host === owner),
  )
}

/**
 * Hosts rank alike in all members of a group, and what alters a priority
 * alters it for all of them: two hosts each of which is the better one for
 * another member would take the group from each other for ever.
 */
function generateHost(random: Random, { lans, vrids, group, areEqual }: Plans, isOwner: boolean): HostSpec {
  const rank = areEqual ? 100 : 40 + 20 * random.integer(0, 4)
  const preempt = random.chance(0.6)
  const preemptDelay = preempt && random.chance(0.25) ? random.integer(1, 8) : 0
  const shared = generateTrackers(random, lans, 9)
  const routers = vrids.map((plan): RouterSpec => {
    const isGrouped = group.includes(plan.vrid)
    const owns = isOwner && !isGrouped
    return {
      ...plan,
      // A Backup goes by its master's.
      ...(plan.version === 3 && random.chance(0.3) && { interval: random.pick(SUBSECOND) }),
      preempt: owns || preempt,
      preemptDelay: owns ? 0 : preemptDelay,
      priority: owns ? 255 : rank + (isGrouped ? plan.vrid : areEqual ? 0 : random.integer(0, 10)),
      ...(owns && { state: random.pick(['MASTER', 'BACKUP'] as const) }),
      trackers: isGrouped ? shared : generateTrackers(random, lans, 253),
    }
  })
  return {
    routers,
    groups: group.length > 0 ? [group] : [],
    ...(random.chance(0.2) && { startupDelay: random.integer(1, 4) }),
    ...(random.chance(preempt ? 0.1 : 0.7) && { pauseGuard: true as const }),
  }
}

/** Another file for the same host: what all hosts have in common stays, and who is an owner is one. */
export function generateAnew(
  random: Random,
  lans: number,
  { routers, groups: [group = []] }: HostSpec,
): Pick<HostSpec, 'routers' | 'groups'> {
  const plans = { lans, vrids: routers.map(planOf), group, areEqual: false }
  const isOwner = routers.some(({ priority }) => priority === 255)
  const { routers: another, groups } = generateHost(random, plans, isOwner)
  return { routers: another, groups }
}

const planOf = ({ vrid, lan, interval, unicast, signed, version }: RouterSpec): Plan => ({
  vrid,
  lan,
  interval,
  ...(unicast && { unicast }),
  ...(signed && { signed }),
  ...(version && { version }),
})

const TRACKED = ['chk_a', 'chk_b', 'file_a', 'process_a', 'link'] as const

function generateTrackers(random: Random, lans: number, heaviest: number): Tracker[] {
  const names = TRACKED.filter(() => random.chance(0.15))
  return names.map((name) => ({
    kind: KIND[name],
    name: name === 'link' ? linkName(random.integer(0, lans - 1)) : name,
    weight: random.chance(0.4) ? 0 : random.integer(-heaviest, heaviest),
    reverse: random.chance(0.15),
  }))
}

const KIND = {
  chk_a: 'script',
  chk_b: 'script',
  file_a: 'file',
  process_a: 'process',
  link: 'interface',
} as const
