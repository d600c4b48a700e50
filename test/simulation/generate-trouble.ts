/** What befalls the hosts of a scenario. */

import { clearSky } from '../../src/simulation/lan.ts'
import type { Random } from '../../src/simulation/random.ts'
import { generateAnew } from './generate-hosts.ts'
import type { HostSpec, ScenarioEvent } from './scenario.ts'

/** Nothing befalls anybody after this; what is left is to settle. */
export const TROUBLE_ENDS = 60

/**
 * Bursts of trouble with pauses between, so that some of it is sorted out before the next begins. Each
 * scenario knows only some kinds of it: what takes two or three of one kind is rare where all are mixed.
 */
export function generateTrouble(
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
  'unplug',
  'flush',
  'dismiss',
  'rewrite',
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
        // The unit does so; who starts a daemon by hand does not.
        ...(random.chance(0.5)
          ? [{ at: at + random.next() * (end - at), type: 'cleanup', host } as const]
          : []),
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
    case 'unplug':
      return [
        { at, type: random.pick(['unplug', 'rename'] as const), host, lan },
        { at: random.chance(0.2) ? at : end, type: 'plug', host, lan },
      ]
    case 'flush':
      return [
        { at, type: 'flush', host, lan },
        { at: random.chance(0.2) ? at : end, type: 'address', host, lan, present: true },
      ]
    case 'dismiss':
      return generateDismissal(random, host, hosts[host]!, at, end)
    case 'rewrite':
      return [{ at, type: 'configure', host, ...generateAnew(random, lans, hosts[host]!) }]
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

/** A file that lacks some of them, and later has them again. */
function generateDismissal(
  random: Random,
  host: number,
  { routers, groups }: HostSpec,
  at: number,
  end: number,
): ScenarioEvent[] {
  const kept = routers.filter(() => random.chance(0.5))
  // Without any the file would be refused.
  const left = kept.length > 0 ? kept : [random.pick(routers)]
  const isLeft = (vrid: number): boolean => left.some((each) => each.vrid === vrid)
  const smaller = groups.map((group) => group.filter(isLeft)).filter((group) => group.length > 0)
  return [
    { at, type: 'configure', host, routers: left, groups: smaller },
    { at: end, type: 'configure', host, routers, groups },
  ]
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
