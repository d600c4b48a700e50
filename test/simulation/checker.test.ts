/** The checks can fail: each broken engine is found, by the check that is there for it, and its printout replays. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { allChecks } from './checks/all.ts'
import type { Mishap } from './generate-trouble.ts'
import { generateScenario } from './generate.ts'
import type { Machinery } from './surroundings.ts'
import { invertedTieBreak, mutants, rareMutants } from './mutants.ts'
import { problemOf, type RunOptions } from './report.ts'
import { parseScenario, printScenario, type Scenario } from './scenario.ts'
import { shrink } from './shrink.ts'
import { realMachinery, World, type Violation } from './world.ts'

const SEEDS = 60

/** On every host, as a wrong release would be. */
const optionsFor = (machinery: Partial<Machinery>) => ({
  checks: allChecks,
  machineryOf: () => ({ ...realMachinery, ...machinery }),
})

async function firstViolation(
  options: RunOptions,
  mishaps?: readonly Mishap[],
): Promise<{ scenario: Scenario; violation: Violation } | undefined> {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const scenario = generateScenario(seed, mishaps)
    const violation = await new World(scenario, options).run()
    if (violation) return { scenario, violation }
  }
  return undefined
}

describe('an engine that', () => {
  test.each(Object.entries(mutants))('%s', async (_, { machinery, found, mishaps }) => {
    expect(found).toContain((await firstViolation(optionsFor(machinery), mishaps))?.violation.check)
  })
})

test('one inverted tie-break among sound engines is found as well', async () => {
  const machineryOf = (host: number): Machinery =>
    host === 0 ? { ...realMachinery, ...invertedTieBreak } : realMachinery
  const found = await firstViolation({ checks: allChecks, machineryOf }, ['partition'])
  expect(found?.violation.check).toBe('tie-break')
})

describe('a failing run', async () => {
  const { machinery } = mutants['stays in fault'] ?? { machinery: {} }
  const found = await firstViolation(optionsFor(machinery))

  test('prints a scenario that fails in the same way', async () => {
    const text = found && (await problemOf(found.scenario, optionsFor(machinery)))
    const printed = (text ?? '')
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .join('\n')
    const again = await new World(parseScenario(printed), optionsFor(machinery)).run()
    expect(text).toContain(`seed ${found?.scenario.seed ?? '?'}: fault: `)
    expect(again?.check).toBe('fault')
  })

  test('is cut down to what matters: a daemon, a link that goes down and one that comes up', async () => {
    const text = found && (await problemOf(found.scenario, optionsFor(machinery)))
    const printed = (text ?? '').split('\n').filter((line) => line.startsWith('{"at"'))
    expect(printed.length).toBeLessThanOrEqual(3)
  })

  test('repeats itself to the letter', async () => {
    const run = (): Promise<unknown> => new World(generateScenario(7), optionsFor(machinery)).run()
    expect(await run()).toEqual(await run())
  })
})

test.each(Object.entries(rareMutants))(
  'the kept scenario %s is what a broken daemon fails',
  async (name, mutant) => {
    const path = join(import.meta.dirname, `scenarios/${name}.scenario`)
    const scenario = parseScenario(readFileSync(path, 'utf8'))
    const violation = await new World(scenario, optionsFor(mutant.machinery)).run()
    expect(mutant.found).toContain(violation?.check)
  },
)

test('shrinking keeps what is needed and leaves out the rest', async () => {
  const scenario = generateScenario(3)
  const needed = scenario.events.filter((_, index) => index === 2 || index === 11)
  const smallest = await shrink(scenario, ({ events }) => needed.every((event) => events.includes(event)))
  expect(smallest.events).toEqual(needed)
})

test('a scenario survives being printed', () => {
  const scenario = generateScenario(5)
  expect(parseScenario(`# why\n${printScenario(scenario)}\n`)).toEqual(scenario)
})
