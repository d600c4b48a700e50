import { expect, test } from 'vitest'
import { tell } from './matrix.ts'
import { scenarios } from './scenarios.ts'
for (const scenario of scenarios)
  test.concurrent(scenario.name, { timeout: 90_000 }, async () => {
    const k = { a: 'keepalived', b: 'keepalived' } as const
    const [x, y, z] = await Promise.all([tell(scenario, k), tell(scenario, k), tell(scenario, k)])
    if (process.env['SHOW']) console.log(scenario.name, JSON.stringify(x, null, 1))
    expect(y).toEqual(x)
    expect(z).toEqual(x)
  })
