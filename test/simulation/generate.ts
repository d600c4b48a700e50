/** A scenario from a seed: a few hosts, half a minute or more of trouble, and calm at the end. */

import { clearSky } from '../../src/simulation/lan.ts'
import { generateHosts } from './generate-hosts.ts'
import { generateTrouble, TROUBLE_ENDS, type Mishap } from './generate-trouble.ts'
import { randomFrom } from '../../src/simulation/random.ts'
import type { HostSpec, Scenario, ScenarioEvent } from './scenario.ts'

/** More than the checks need to see everything settled, with the longest intervals and delays there are. */
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
        { at, type: 'plug', host, lan },
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
