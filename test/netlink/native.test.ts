/** The netlink package comes with a native socket of its own, which must never run in the daemon. */

import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, describe, expect, test } from 'vitest'
import { run } from '../support/tools.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

const program = `
  import { readFileSync } from 'node:fs'
  import { openKernel } from './src/netlink/kernel.ts'
  const kernel = openKernel()
  if (!kernel.ok) throw new Error(kernel.error.text)
  const libraries = readFileSync('/proc/self/maps', 'utf8').match(/\\S+\\.node\\b/g) ?? []
  console.log(JSON.stringify({ links: kernel.value.table.links.size, libraries: [...new Set(libraries)] }))
  kernel.value.close()
`

describe('in a process that listens to the kernel', () => {
  const directory = mkdtempSync(join(tmpdir(), 'vrrpd-native-'))
  afterAll(() => {
    rmSync(directory, { recursive: true })
  })

  test('no native code but our own is loaded', async () => {
    // The addon is looked for beside the directory of the bundle, as in an installation.
    mkdirSync(join(directory, 'dist'))
    symlinkSync(join(root, 'native'), join(directory, 'native'))
    const outfile = join(directory, 'dist', 'listen.mjs')
    await build({
      stdin: { contents: program, resolveDir: root, loader: 'ts' },
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      banner: {
        js: "import{createRequire as nodeRequire}from'node:module';const require=nodeRequire(import.meta.url);",
      },
    })
    const { links, libraries } = JSON.parse(await run([process.execPath, outfile])) as {
      links: number
      libraries: string[]
    }
    expect(links).toBeGreaterThan(0)
    expect(libraries.map((path) => path.replace(root, ''))).toEqual(['native/build/vrrpd_system.node'])
  })
})
