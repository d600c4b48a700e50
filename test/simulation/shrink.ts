/** Fewer events, and fewer hosts, that still go wrong in the same way. */

import { fewer } from '../../src/simulation/explore/fewer.ts'
import type { Scenario } from './scenario.ts'

/** Whether a scenario still goes wrong as the original does. */
export type Fails = (smaller: Scenario) => boolean | Promise<boolean>

/** @param attempts how many scenarios may be tried */
export async function shrink(scenario: Scenario, fails: Fails, attempts = 300): Promise<Scenario> {
  const events = await fewer(scenario.events, (some) => fails({ ...scenario, events: some }), {
    left: attempts,
  })
  const awake = new Set(events.flatMap((event) => (event.type === 'boot' ? [event.host] : [])))
  const hosts = scenario.hosts.map((spec, host) => (awake.has(host) ? spec : { routers: [], groups: [] }))
  const fewest = { ...scenario, events }
  return (await fails({ ...fewest, hosts })) ? { ...fewest, hosts } : fewest
}
