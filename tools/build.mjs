/**
 * Makes what bin/vrrpd runs: the native addon and one minified bundle in dist/,
 * split so that the daemon loads nothing that only the commands need. The
 * bundle is there for speed and size (docs/decisions/0004-start-up-and-size.md).
 */

import { spawnSync } from 'node:child_process'
import { renameSync, rmSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

/** It decides itself whether there is anything to do. */
function buildAddon() {
  const { status } = spawnSync(process.execPath, [`${root}native/build.mjs`], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

async function bundle(outdir) {
  await build({
    absWorkingDir: root,
    entryPoints: ['src/main.ts'],
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minify: true,
    sourcemap: 'linked',
    legalComments: 'linked',
    // Packages written as CommonJS call require for Node's own modules.
    banner: {
      js: "import{createRequire as nodeRequire}from'node:module';const require=nodeRequire(import.meta.url);",
    },
    logLevel: 'warning',
  })
}

/** What the daemon reads a reload with is started from its text: one file, and no module. */
async function bundleReader(outdir) {
  await build({
    absWorkingDir: root,
    entryPoints: ['src/daemon/reading/thread.ts'],
    outfile: `${outdir}/reader.cjs`,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
  })
}

/** In two renames, so that whoever starts the daemon meanwhile finds all of the old or all of the new one. */
function replaceDirectory(fresh, target) {
  const old = `${target}.old`
  rmSync(old, { recursive: true, force: true })
  if (statSync(target, { throwIfNoEntry: false }) !== undefined) renameSync(target, old)
  renameSync(fresh, target)
  rmSync(old, { recursive: true, force: true })
}

buildAddon()
try {
  await bundle('dist.new')
  await bundleReader('dist.new')
} catch {
  process.exit(1) // esbuild has said what is wrong.
}
replaceDirectory(`${root}dist.new`, `${root}dist`)
