/** What the simulation says of a mutant: kept scenarios, then seeds. Run by run.ts only. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'vitest'
import { allChecks } from '../simulation/checks/all.ts'
import { generateScenario } from '../simulation/generate.ts'
import { parseScenario, type Scenario } from '../simulation/scenario.ts'
import { World } from '../simulation/world.ts'

const SEEDS = 25
const folder = join(import.meta.dirname, '../simulation/scenarios')

const kept = readdirSync(folder)
  .filter((name) => name.endsWith('.scenario'))
  .map((name) => [name, (): Scenario => parseScenario(readFileSync(join(folder, name), 'utf8'))] as const)
const seeds = Array.from(
  { length: SEEDS },
  (_, index) => [`seed ${index + 1}`, (): Scenario => generateScenario(index + 1)] as const,
)

test.each([...kept, ...seeds])('%s', async (_, make) => {
  const violation = await new World(make(), { checks: allChecks }).run()
  if (violation !== undefined) throw new Error(`${violation.check}: ${violation.text}`)
})
