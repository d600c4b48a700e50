// Record 0004: what loading the daemon's code costs, bundled and not. Medians of fresh processes.
// node docs/decisions/measure/start-up.mjs
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const directory = `${root}dist.measure`
const banner =
  "import{createRequire as nodeRequire}from'node:module';const require=nodeRequire(import.meta.url);"
const common = {
  absWorkingDir: root,
  entryPoints: ['src/daemon/lifecycle.ts'],
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minify: true,
  banner: { js: banner },
  logLevel: 'error',
}
const report = `
  import { readFileSync } from 'node:fs'
  const started = performance.now()
  if (process.argv[2] !== undefined) await import(process.argv[2])
  const loaded = performance.now()
  // After a while: what the start left to collect is not the daemon's size.
  setTimeout(() => {
    const resident = Number(/VmRSS:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024
    console.log(JSON.stringify({ load: loaded - started, total: loaded, resident }))
  }, 500)
`
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]

try {
  mkdirSync(directory, { recursive: true })
  writeFileSync(`${directory}/report.mjs`, report)
  await build({ ...common, outfile: `${directory}/packages.mjs`, packages: 'external' })
  await build({ ...common, outfile: `${directory}/bundle.mjs` })
  const variants = { 'an empty Node': [], 'packages as installed': ['packages'], 'one bundle': ['bundle'] }
  for (const [name, file] of Object.entries(variants)) {
    const args = [`${directory}/report.mjs`, ...file.map((each) => `${directory}/${each}.mjs`)]
    const runs = Array.from({ length: 15 }, () =>
      JSON.parse(execFileSync(process.execPath, args, { env: {} })),
    )
    const of = (key) => median(runs.map((run) => run[key])).toFixed(0)
    console.log(
      `${name.padEnd(22)} load ${of('load')} ms, since exec ${of('total')} ms, resident ${of('resident')} MiB`,
    )
  }
} finally {
  rmSync(directory, { recursive: true, force: true })
}
