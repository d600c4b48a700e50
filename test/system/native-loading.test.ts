import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { run } from '../support/tools.ts'

let directory = ''
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'vrrpd-loading-'))
  mkdirSync(join(directory, 'dist'))
  // As tools/build.mjs bundles the daemon: one level below the package's root.
  await build({
    stdin: {
      contents: `
        import { native } from './src/system/native.ts'
        try {
          console.log(native() === native() && native().now() > 0)
        } catch (error) {
          console.log(error.message)
        }`,
      resolveDir: process.cwd(),
      loader: 'ts',
    },
    outfile: join(directory, 'dist', 'main.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  })
})
afterEach(() => {
  rmSync(directory, { recursive: true })
})

const runBundle = (): Promise<string> => run([process.execPath, join(directory, 'dist', 'main.mjs')])

test('a bundle finds the addon beside its directory', async () => {
  cpSync('native/build', join(directory, 'native', 'build'), { recursive: true })
  expect(await runBundle()).toBe('true\n')
})

test('an addon that is not built is an error that says what to do', async () => {
  expect(await runBundle()).toBe(
    'the native addon is not built: run `npm ci` (or `node native/build.mjs`), then try again\n',
  )
})
