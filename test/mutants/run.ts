/**
 * npm run test:mutants [-- --all] [WORDS]: who catches which mutant? For each of them the unit tests around its file
 * and then the simulation run until the first notices; with --all both do. Of virtual servers the simulation knows
 * nothing: theirs are for unit tests alone. Nothing is written to any file. WORDS choose mutants by file. Exit code 1:
 * somebody survives.
 */

import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { createVitest, type TestModule, type Vitest } from 'vitest/node'
import { mutants, simulatedMutants } from './list.ts'
import { mutate, SOURCES, stagesOf, type Mutant } from './mutant.ts'

const ROOT = join(import.meta.dirname, '../..')
const SIMULATION = 'mutants/seeds.run.ts'

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const wantsAll = process.argv.includes('--all')
let current: Mutant | undefined

const vitest = await createVitest(
  'test',
  {
    config: false,
    root: ROOT,
    watch: false,
    pool: 'forks',
    maxWorkers: 2,
    bail: 1,
    reporters: [{}],
    include: ['test/**/*.test.ts', `test/${SIMULATION}`],
    exclude: ['test/**/*.{netns,boot}.test.ts'],
    setupFiles: ['test/support/properties.ts'],
    // A mutant may wait for ever; a busy machine is no catch.
    testTimeout: 90_000,
    teardownTimeout: 2_000,
    silent: true,
  },
  {
    plugins: [
      {
        name: 'mutant',
        enforce: 'pre',
        load: (id: string) => {
          if (current === undefined || id !== join(SOURCES, current.file)) return undefined
          const mutated = mutate(current, readFileSync(id, 'utf8'))
          if (mutated === undefined) throw new Error(`${current.file}: '${current.find}' is not there once`)
          return mutated
        },
      },
    ],
  },
)

const begun = Date.now()
const survivors: Mutant[] = []
const chosen = mutants.filter(({ file }) => words.length === 0 || words.some((word) => file.includes(word)))
const width = Math.max(...chosen.map(({ file }) => file.length))
const column = Math.max(...chosen.map(({ fault }) => fault.length))
for (const mutant of chosen) {
  const catchers = await catchersOf(mutant)
  if (catchers.length === 0) survivors.push(mutant)
  const who = catchers.length === 0 ? 'NOBODY' : catchers.join('; ')
  console.log(`${mutant.file.padEnd(width)}  ${mutant.fault.padEnd(column)}  ${who}`)
}
await vitest.close()
const minutes = ((Date.now() - begun) / 60_000).toFixed(1)
console.log(`\n${chosen.length} mutants, ${survivors.length} survive (${minutes} minutes)`)
process.exit(survivors.length === 0 ? 0 : 1)

async function catchersOf(mutant: Mutant): Promise<readonly string[]> {
  const catchers: string[] = []
  const done = new Set<string>()
  const simulation = simulatedMutants.includes(mutant) ? [SIMULATION] : []
  for (const stage of [...stagesOf(mutant), ...simulation]) {
    const isSimulation = stage === SIMULATION
    if (catchers.length > 0 && !(wantsAll && isSimulation)) continue
    const caught = await firstFailure(vitest, mutant, stage, done)
    if (caught !== undefined) catchers.push(caught)
  }
  return catchers
}

async function firstFailure(
  runner: Vitest,
  mutant: Mutant,
  stage: string,
  done: Set<string>,
): Promise<string | undefined> {
  current = mutant
  runner.invalidateFile(join(SOURCES, mutant.file))
  runner.state.filesMap.clear()
  const all = await runner.globTestSpecifications([`test/${stage}`])
  const specifications = all.filter(({ moduleId }) => !done.has(moduleId))
  for (const { moduleId } of specifications) done.add(moduleId)
  if (specifications.length === 0) return undefined
  const { testModules } = await runner.runTestSpecifications(specifications)
  current = undefined
  runner.invalidateFile(join(SOURCES, mutant.file))
  for (const module of testModules) {
    const failure = failureOf(module)
    if (failure !== undefined) return failure
  }
  return undefined
}

function failureOf(module: TestModule): string | undefined {
  const name = relative(join(ROOT, 'test'), module.moduleId)
  for (const test of module.children.allTests('failed')) {
    const [error] = test.result().errors ?? []
    if (name === SIMULATION) return `simulation: ${test.name}: ${error?.message.split('\n')[0] ?? ''}`
    return `${name}: ${test.fullName}`
  }
  // It cannot even be loaded.
  return module.ok() || module.errors().length === 0
    ? undefined
    : `${name}: ${module.errors()[0]?.message ?? ''}`
}
