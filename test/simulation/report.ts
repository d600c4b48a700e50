/** What a failing run has to say: what is wrong, the shortest scenario for it, and its last moments. */

import { instant, toSeconds, between, type Instant } from '../../src/base/time.ts'
import { tellEffect } from '../vrrp/transcript-text.ts'
import type { Observation } from './surroundings.ts'
import { printScenario, type Scenario } from './scenario.ts'
import { shrink } from './shrink.ts'
import { World, type Violation, type WorldOptions } from './world.ts'

const LAST_LINES = 40

export type RunOptions = Omit<WorldOptions, 'trace'>

/** Undefined when all is well. */
export async function problemOf(scenario: Scenario, options: RunOptions): Promise<string | undefined> {
  const found = await new World(scenario, options).run()
  if (!found) return undefined
  const cut = { ...scenario, until: Math.ceil(toSeconds(between(instant(0), found.at))) }
  const fails = async (smaller: Scenario): Promise<boolean> =>
    (await new World(smaller, options).run())?.check === found.check
  const smallest = await shrink((await fails(cut)) ? cut : scenario, fails)
  return tell(smallest, found, options)
}

async function tell(scenario: Scenario, original: Violation, options: RunOptions): Promise<string> {
  const lines: string[] = []
  const trace = (now: Instant, observation: Observation): void => {
    lines.push(...describe(now, observation))
  }
  const violation = (await new World(scenario, { ...options, trace }).run()) ?? original
  return [
    `seed ${scenario.seed}: ${violation.check}: ${violation.text} (at ${time(violation.at)} s)`,
    '',
    '# to replay it: save these lines as test/simulation/scenarios/NAME.scenario',
    printScenario(scenario),
    '',
    ...lines.slice(-LAST_LINES),
  ].join('\n')
}

const describe = (now: Instant, { host, event, effects }: Observation): readonly string[] =>
  effects.map((effect) => `${time(now)}  host ${host.number}  ${tellEffect(effect)}  [${event.type}]`)

const time = (at: Instant): string => toSeconds(between(instant(0), at)).toFixed(6)
