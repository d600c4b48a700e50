// Record 0005: how long starting a program keeps the event loop.
// node --import ./tools/typescript.mjs docs/decisions/measure/spawn.ts
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createLauncher } from '../../../src/system/spawn.ts'

const launcher = createLauncher()

const ways = {
  'child_process.spawn': async () => {
    const started = performance.now()
    const child = spawn('/bin/true', [], { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    const spent = performance.now() - started
    await once(child, 'exit')
    return spent
  },
  'posix_spawn, our addon': () =>
    new Promise<number>((resolve) => {
      const started = performance.now()
      const spec = { argv: ['/bin/true'], identity: undefined, environment: {} } as const
      const launched = launcher.launch(spec, { onOutput: () => {}, onExit: () => resolve(spent) })
      const spent = performance.now() - started
      if (!launched.ok) throw new Error(launched.error.text)
    }),
}

const resident = (): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024

const ballast: Buffer[] = []
for (const megabytes of [0, 150]) {
  if (megabytes > 0) ballast.push(Buffer.alloc(megabytes << 20, 1))
  for (const [name, once] of Object.entries(ways)) {
    const spent: number[] = []
    for (let run = 0; run < 50; run++) spent.push(await once())
    spent.sort((a, b) => a - b)
    const median = (spent[25] ?? NaN).toFixed(2)
    console.log(
      `${name.padEnd(24)} at ${resident().toFixed(0).padStart(3)} MiB resident: median ${median} ms`,
    )
  }
}
