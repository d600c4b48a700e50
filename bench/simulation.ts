/** How fast simulated time passes: events that daemons and their worlds work off, on one core. */

import { toSeconds, type Duration } from '../src/base/time.ts'
import { allChecks } from '../test/simulation/checks/all.ts'
import { generateScenario } from '../test/simulation/generate.ts'
import { World } from '../test/simulation/world.ts'

const SEEDS = 60

let events = 0
let simulated = 0
const before = process.cpuUsage()
for (let seed = 1; seed <= SEEDS; seed += 1) {
  const world = new World(generateScenario(seed), { checks: allChecks })
  await world.run()
  events += world.events
  simulated += toSeconds(world.now as number as Duration)
}
const { user, system } = process.cpuUsage(before)
const minutes = (user + system) / 60_000_000
console.log(
  `simulation: ${Math.round(events / minutes).toLocaleString('en')} events a minute of one processor ` +
    `(${SEEDS} seeds, ${Math.round(simulated)} s simulated, every check watching)`,
)
