/** A scenario from a seed: a few hosts, half a minute or more of trouble, and calm at the end. */

import { randomFrom, type Random } from './random.ts'
import {
  clearSky,
  type HostSpec,
  type RouterSpec,
  type Scenario,
  type ScenarioEvent,
  type TrackedSpec,
} from './scenario.ts'

/** Nothing befalls anybody after this; what is left is to settle. */
const TROUBLE_ENDS = 60
/** More than the checks need to see everything settled, with the longest intervals and delays below. */
const CALM = 45

export function generateScenario(seed: number): Scenario {
  const random = randomFrom(seed)
  const lans = random.integer(1, 2)
  const hosts = generateHosts(random, lans)
  const boots = hosts.map((_, host): ScenarioEvent => ({ at: random.next() * 2, type: 'boot', host }))
  const events = [...boots, ...generateTrouble(random, lans, hosts), ...generateCalm(lans, hosts)]
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
interface Plan {
  readonly vrids: readonly { readonly vrid: number; readonly lan: number; readonly interval: number }[]
  readonly group: readonly number[]
}

function generateHosts(random: Random, lans: number): HostSpec[] {
  const vrids = Array.from({ length: random.integer(1, 3) }, (_, index) => ({
    vrid: index + 1,
    lan: random.integer(0, lans - 1),
    interval: random.chance(0.2) ? random.integer(2, 3) : 1,
  }))
  const all = vrids.map(({ vrid }) => vrid)
  const group = random.chance(0.5) ? all.slice(0, random.integer(1, all.length)) : []
  const count = random.integer(2, 4)
  const owner = random.chance(0.15) ? random.integer(0, count - 1) : -1
  return Array.from({ length: count }, (_, host) => generateHost(random, { vrids, group }, host === owner))
}

/**
 * Hosts rank alike in all members of a group, and what alters a priority
 * alters it for all of them: two hosts each of which is the better one for
 * another member would take the group from each other for ever.
 */
function generateHost(random: Random, { vrids, group }: Plan, isOwner: boolean): HostSpec {
  const rank = 40 + 20 * random.integer(0, 6)
  const preempt = random.chance(0.6)
  const preemptDelay = preempt && random.chance(0.25) ? random.integer(1, 8) : 0
  const shared = generateScripts(random, 9)
  const routers = vrids.map(({ vrid, lan, interval }): RouterSpec => {
    const isGrouped = group.includes(vrid)
    return {
      vrid,
      lan,
      interval,
      preempt,
      preemptDelay,
      priority: isOwner && !isGrouped ? 255 : rank + (isGrouped ? vrid : random.integer(0, 10)),
      ...(isOwner && !isGrouped && { state: random.pick(['MASTER', 'BACKUP'] as const) }),
      scripts: isGrouped ? shared : generateScripts(random, 253),
    }
  })
  return { routers, groups: group.length > 0 ? [group] : [] }
}

function generateScripts(random: Random, heaviest: number): TrackedSpec[] {
  const names = ['chk_a', 'chk_b'].slice(0, random.pick([0, 0, 1, 2]))
  return names.map((name) => ({
    name,
    weight: random.chance(0.4) ? 0 : random.integer(-heaviest, heaviest),
    reverse: random.chance(0.15),
  }))
}

/** Bursts of trouble with pauses between, so that some of it is sorted out before the next begins. */
function generateTrouble(random: Random, lans: number, hosts: readonly HostSpec[]): ScenarioEvent[] {
  const events: ScenarioEvent[] = []
  let at = random.integer(2, 6)
  while (at < TROUBLE_ENDS - 1) {
    events.push(...generateMishap(random, lans, hosts, at))
    at += random.chance(0.3) ? random.integer(8, 20) : random.next() * 3
  }
  return events
}

function generateMishap(
  random: Random,
  lans: number,
  hosts: readonly HostSpec[],
  at: number,
): ScenarioEvent[] {
  const host = random.integer(0, hosts.length - 1)
  const lan = random.integer(0, lans - 1)
  const end = Math.min(TROUBLE_ENDS, at + (random.chance(0.5) ? random.next() * 2 : random.next() * 20))
  const name = random.pick(['chk_a', 'chk_b'])
  switch (random.integer(0, 10)) {
    case 0:
      return [
        { at, type: 'crash', host },
        { at: end, type: 'boot', host },
      ]
    case 1:
      return [
        { at, type: 'stop', host },
        { at: end, type: 'boot', host },
      ]
    case 2:
      return [
        { at, type: 'pause', host },
        { at: end, type: 'resume', host },
      ]
    case 3:
      return [
        { at, type: 'partition', lan, sides: generateSides(random, hosts.length) },
        { at: end, type: 'heal', lan },
      ]
    case 4:
      return [
        { at, type: 'weather', lan, weather: generateWeather(random) },
        { at: end, type: 'weather', lan, weather: clearSky },
      ]
    case 5:
      return [
        { at, type: 'link', host, lan, up: false },
        { at: end, type: 'link', host, lan, up: true },
      ]
    case 6:
      return [
        { at, type: 'address', host, lan, present: false },
        { at: end, type: 'address', host, lan, present: true },
      ]
    case 8:
      return [{ at, type: 'reload', host, ...generateChange(random) }]
    case 7:
      return [{ at, type: 'steal', host, vrid: random.pick(hosts[host]!.routers).vrid }]
    default:
      return [
        { at, type: 'script', host, name, verdict: random.chance(0.1) ? 'disabled' : 'down' },
        { at: end, type: 'script', host, name, verdict: 'up' },
      ]
  }
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
    ...hosts.flatMap((_, host): ScenarioEvent[] => [
      { at, type: 'resume', host },
      { at, type: 'boot', host },
      ...everywhere.flatMap((lan): ScenarioEvent[] => [
        { at, type: 'link', host, lan, up: true },
        { at, type: 'address', host, lan, present: true },
      ]),
      { at, type: 'script', host, name: 'chk_a', verdict: 'up' },
      { at, type: 'script', host, name: 'chk_b', verdict: 'up' },
    ]),
  ]
}
