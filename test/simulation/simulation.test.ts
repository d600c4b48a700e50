/**
 * Many small networks in trouble, each from a seed. VRRPD_SIM_SEED=n runs that one seed, VRRPD_SIM_RUNS=n that many
 * fresh ones besides; with VRRPD_FRESH there are as many fresh ones as others.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { freshSeed, isFresh } from '../support/seeds.ts'
import { allChecks } from './checks/all.ts'
import { generateScenario } from './generate.ts'
import { problemOf } from './report.ts'
import { parseScenario, type Scenario } from './scenario.ts'

const FIXED_SEEDS = 41

const expectWell = async (scenario: Scenario): Promise<void> => {
  const problem = await problemOf(scenario, { checks: allChecks })
  if (problem !== undefined) expect.fail(problem)
}

describe('from a seed', () => {
  const wanted = process.env['VRRPD_SIM_SEED']
  const runs = Number(process.env['VRRPD_SIM_RUNS'] ?? (isFresh() ? FIXED_SEEDS : 0))
  const fresh = Array.from({ length: runs }, freshSeed)
  const fixed = Array.from({ length: FIXED_SEEDS }, (_, seed) => seed + 1)
  const seeds = wanted === undefined ? [...fixed, ...fresh] : [Number(wanted)]
  if (fresh.length > 0 && wanted === undefined)
    console.log(`simulation: fresh seeds of this run: ${fresh.join(' ')}`)

  test.each(seeds)('seed %d', async (seed) => {
    await expectWell(generateScenario(seed))
  })
})

describe('kept for what they once found', () => {
  const folder = join(import.meta.dirname, 'scenarios')
  const names = readdirSync(folder).filter((name) => name.endsWith('.scenario'))

  test.each(names)('%s', async (name) => {
    await expectWell(parseScenario(readFileSync(join(folder, name), 'utf8')))
  })
})
