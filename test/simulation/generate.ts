/** A scenario from a seed: a few hosts, half a minute or more of trouble, and calm at the end. */

import type { Tracker } from '../../src/vrrp/election/state.ts'
import { linkName } from './build.ts'
import { randomFrom, type Random } from './random.ts'
import { clearSky, type HostSpec, type RouterSpec, type Scenario, type ScenarioEvent } from './scenario.ts'

/** Nothing befalls anybody after this; what is left is to settle. */
const TROUBLE_ENDS = 60
/** More than the checks need to see everything settled, with the longest intervals and delays below. */
const CALM = 45

/** @param only the kinds of mishap there are to be; absent: a choice of them that the seed makes */
export function generateScenario(seed: number, only?: readonly Mishap[]): Scenario {
  const random = randomFrom(seed)
  const lans = random.integer(1, 2)
  const hosts = generateHosts(random, lans)
  const boots = hosts.map((_, host): ScenarioEvent => ({ at: random.next() * 2, type: 'boot', host }))
  const events = [...boots, ...generateTrouble(random, only, lans, hosts), ...generateCalm(lans, hosts)]
  return {
    seed,
    lans,
    hosts,
    events: events.map(rounded).sort((a, b) => a.at - b.at),
    until: TROUBLE_ENDS + CALM,
  }
}

const rounded = (event: ScenarioEvent): ScenarioEvent => ({
  ...event,
  at: Math.round(event.at * 1_000_000) / 1_000_000,
})

/** What all hosts have in common: without that they would not be one virtual router. */
type Plan = Pick<RouterSpec, 'vrid' | 'lan' | 'interval' | 'unicast' | 'signed'>

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
  ...(random.chance(0.25) && { signed: true as const }),
})

function generateHosts(random: Random, lans: number): HostSpec[] {
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

/**
 * Bursts of trouble with pauses between, so that some of it is sorted out before the next begins. Each
 * scenario knows only some kinds of it: what takes two or three of one kind is rare where all are mixed.
 */
function generateTrouble(
  random: Random,
  only: readonly Mishap[] | undefined,
  lans: number,
  hosts: readonly HostSpec[],
): ScenarioEvent[] {
  const chosen = only ?? MISHAPS.filter(() => random.chance(0.35))
  const kinds = chosen.length > 0 ? chosen : MISHAPS
  const events: ScenarioEvent[] = []
  let at = random.integer(2, 6)
  while (at < TROUBLE_ENDS - 1) {
    events.push(...generateMishap(random, random.pick(kinds), lans, hosts, at))
    at += random.chance(0.3) ? random.integer(8, 20) : random.next() * 3
  }
  return events
}

const MISHAPS = [
  'crash',
  'stop',
  'pause',
  'partition',
  'mute',
  'weather',
  'link',
  'address',
  'steal',
  'reload',
  'drain',
  'trespass',
  'script',
  'file',
  'process',
] as const

export type Mishap = (typeof MISHAPS)[number]

function generateMishap(
  random: Random,
  kind: Mishap,
  lans: number,
  hosts: readonly HostSpec[],
  at: number,
): ScenarioEvent[] {
  const host = random.integer(0, hosts.length - 1)
  const lan = random.integer(0, lans - 1)
  const end = Math.min(TROUBLE_ENDS, at + random.next() * random.pick([1, 2, 10, 20]))
  const name = random.pick(['chk_a', 'chk_b'])
  switch (kind) {
    case 'crash':
      return [
        { at, type: 'crash', host },
        { at: end, type: 'boot', host },
      ]
    case 'stop':
      return [
        { at, type: 'stop', host },
        { at: end, type: 'boot', host },
      ]
    case 'pause':
      return [
        { at, type: 'pause', host },
        { at: Math.min(TROUBLE_ENDS, at + random.integer(1, 12)), type: 'resume', host },
      ]
    case 'partition':
      return [
        { at, type: 'partition', lan, sides: generateSides(random, hosts.length) },
        { at: end, type: 'heal', lan },
      ]
    case 'weather':
      return [
        { at, type: 'weather', lan, weather: generateWeather(random) },
        { at: end, type: 'weather', lan, weather: clearSky },
      ]
    case 'link':
      return [
        { at, type: 'link', host, lan, up: false },
        { at: end, type: 'link', host, lan, up: true },
      ]
    case 'address':
      return [
        { at, type: 'address', host, lan, present: false },
        { at: end, type: 'address', host, lan, present: true },
      ]
    case 'reload':
      return [{ at, type: 'reload', host, ...generateChange(random) }]
    case 'steal':
      return [{ at, type: 'steal', host, vrid: random.pick(hosts[host]!.routers).vrid }]
    case 'mute': {
      const from = host
      const to = (host + random.integer(1, hosts.length - 1)) % hosts.length
      return [
        { at, type: 'mute', lan, from, to },
        { at: end, type: 'heal', lan },
      ]
    }
    case 'drain':
      return generateDrain(random, host, hosts[host]!, at, end)
    case 'file':
      return [
        { at, type: 'file', host, name: 'file_a', number: random.integer(-4, 4) },
        { at: end, type: 'file', host, name: 'file_a', number: 0 },
      ]
    case 'process':
      return [
        { at, type: 'process', host, name: 'process_a', verdict: 'down' },
        { at: end, type: 'process', host, name: 'process_a', verdict: 'up' },
      ]
    case 'trespass':
      return generateTrespass(random, host, hosts[host]!, at)
    case 'script':
      return [
        { at, type: 'script', host, name, verdict: random.chance(0.1) ? 'disabled' : 'down' },
        { at: end, type: 'script', host, name, verdict: 'up' },
      ]
  }
}

function generateDrain(
  random: Random,
  host: number,
  { routers }: HostSpec,
  at: number,
  end: number,
): ScenarioEvent[] {
  const all = routers.map(({ vrid }) => vrid)
  const some = (): number[] => (random.chance(0.5) ? all : all.filter(() => random.chance(0.5)))
  const drain = {
    at,
    type: 'drain',
    host,
    vrids: some(),
    force: random.chance(0.2),
    ...(random.chance(0.3) && { for: random.integer(1, 15) }),
  } as const
  if (drain.vrids.length === 0) return []
  return random.chance(0.5) ? [drain, { at: end, type: 'let-in', host, vrids: some() }] : [drain]
}

/** Only where there is something that keeps them out. */
function generateTrespass(random: Random, host: number, { routers }: HostSpec, at: number): ScenarioEvent[] {
  const { vrid, signed, unicast } = random.pick(routers)
  if (signed && random.chance(0.6)) return [{ at, type: 'replay', host, vrid, ago: random.integer(1, 30) }]
  if (!signed && unicast?.onlyPeers !== true) return []
  return [{ at, type: 'stranger', host, vrid, priority: random.pick([0, 1, 120, 254, 255]) }]
}

const generateChange = (random: Random) => ({
  priority: random.integer(-30, 30),
  ...(random.chance(0.3) && { preempt: random.chance(0.5) }),
})

const generateSides = (random: Random, hosts: number): number[][] => {
  const sides: number[][] = [[], []]
  for (let host = 0; host < hosts; host += 1) sides[random.integer(0, 1)]!.push(host)
  return sides
}

const generateWeather = (random: Random) => ({
  loss: random.chance(0.5) ? random.next() * 0.6 : 0,
  duplicates: random.chance(0.5) ? random.next() * 0.5 : 0,
  delay: random.chance(0.5) ? ([1, random.integer(20, 300)] as const) : clearSky.delay,
})

/** All is mended. */
function generateCalm(lans: number, hosts: readonly HostSpec[]): ScenarioEvent[] {
  const at = TROUBLE_ENDS
  const everywhere = Array.from({ length: lans }, (_, lan) => lan)
  return [
    ...everywhere.flatMap((lan): ScenarioEvent[] => [
      { at, type: 'heal', lan },
      { at, type: 'weather', lan, weather: clearSky },
    ]),
    ...hosts.flatMap(({ routers }, host): ScenarioEvent[] => [
      { at, type: 'resume', host },
      { at, type: 'boot', host },
      { at, type: 'let-in', host, vrids: routers.map(({ vrid }) => vrid) },
      ...everywhere.flatMap((lan): ScenarioEvent[] => [
        { at, type: 'link', host, lan, up: true },
        { at, type: 'address', host, lan, present: true },
      ]),
      { at, type: 'script', host, name: 'chk_a', verdict: 'up' },
      { at, type: 'script', host, name: 'chk_b', verdict: 'up' },
      { at, type: 'process', host, name: 'process_a', verdict: 'up' },
      { at, type: 'file', host, name: 'file_a', number: 0 },
    ]),
  ]
}
