/** Fewer events, and fewer hosts, that still go wrong in the same way: delta debugging (Zeller's ddmin). */

import type { Scenario, ScenarioEvent } from './scenario.ts'

/**
 * @param fails whether a scenario still goes wrong as the original does
 * @param attempts how many scenarios may be tried
 */
export type Fails = (smaller: Scenario) => boolean | Promise<boolean>

export async function shrink(scenario: Scenario, fails: Fails, attempts = 300): Promise<Scenario> {
  const fewer = await withFewerEvents(scenario, fails, attempts)
  const awake = new Set(fewer.events.flatMap((event) => (event.type === 'boot' ? [event.host] : [])))
  const hosts = fewer.hosts.map((spec, host) => (awake.has(host) ? spec : { routers: [], groups: [] }))
  return (await fails({ ...fewer, hosts })) ? { ...fewer, hosts } : fewer
}

async function withFewerEvents(scenario: Scenario, fails: Fails, attempts: number): Promise<Scenario> {
  let events = scenario.events
  let parts = 2
  let left = attempts
  while (events.length > 1 && left > 0) {
    const size = Math.ceil(events.length / parts)
    let isSmaller = false
    for (let start = 0; start < events.length && left > 0; start += size) {
      const fewer = without(events, start, size)
      left -= 1
      if (!(await fails({ ...scenario, events: fewer }))) continue
      events = fewer
      isSmaller = true
      break
    }
    if (isSmaller) parts = Math.max(2, parts - 1)
    else if (size === 1) break
    else parts = Math.min(events.length, parts * 2)
  }
  return { ...scenario, events }
}

const without = (events: readonly ScenarioEvent[], start: number, size: number): readonly ScenarioEvent[] => [
  ...events.slice(0, start),
  ...events.slice(start + size),
]
