/**
 * Builds the addon with the C compiler alone: no Python, no network. It runs
 * as the package's install script. Node-API's version is pinned in system.h,
 * so one build serves every supported Node.
 *
 * The headers are those beside the running Node (or those of `npm config set
 * nodedir`). Where a distribution leaves them out, node-gyp downloads them.
 */

import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const output = join(here, 'build', 'vrrpd_system.node')
const stamp = `${output}.built-from`

const compiler = process.env.CC || 'cc'
// A compiler newer than ours may know new warnings; they must not fail an operator's installation.
const strict = process.argv.includes('--strict') ? ['-Werror'] : []
const flags = [
  ...['-shared', '-fPIC', '-O2', '-std=c11', '-D_GNU_SOURCE', '-pthread', '-fvisibility=hidden'],
  ...[
    '-Wall',
    '-Wextra',
    ...strict,
    '-fstack-protector-strong',
    '-D_FORTIFY_SOURCE=2',
    '-Wl,-z,relro,-z,now',
  ],
]

const sources = readdirSync(here)
  .filter((name) => name.endsWith('.c') || name.endsWith('.h'))
  .sort()
  .map((name) => join(here, name))

/** Says what was built from what: equal text, nothing to do. */
function fingerprint() {
  const hash = createHash('sha256')
  for (const source of sources) hash.update(source).update(readFileSync(source))
  return `${hash.digest('hex')} ${process.arch} ${compiler} ${flags.join(' ')}\n`
}

const isBuilt = () => existsSync(output) && existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint()

/** The directory with node_api.h, or undefined. */
function findHeaders() {
  const beside = join(dirname(process.execPath), '..', 'include', 'node')
  const configured = process.env.npm_config_nodedir
  const candidates = configured ? [join(configured, 'include', 'node'), beside] : [beside]
  return candidates.find((directory) => existsSync(join(directory, 'node_api.h')))
}

/** Lets the node-gyp that npm brings along fetch the running version's headers. */
function downloadHeaders() {
  const gyp = process.env.npm_config_node_gyp
  const directory = join(here, 'build', 'headers')
  const headers = join(directory, process.versions.node, 'include', 'node')
  if (existsSync(join(headers, 'node_api.h'))) return headers
  if (!gyp) fail(`Node's headers are not beside ${process.execPath}; install them, or build with npm`)
  console.error('vrrpd: this Node comes without its headers; node-gyp fetches them')
  try {
    execFileSync(process.execPath, [gyp, 'install', `--devdir=${directory}`], { stdio: ['ignore', 2, 2] })
  } catch {
    fail(
      "Node's headers could not be fetched; install them (Debian: libnode-dev) or set `npm config nodedir`",
    )
  }
  return headers
}

function compile(headers) {
  mkdirSync(dirname(output), { recursive: true })
  // Written aside and renamed, so that a running process keeps the file it loaded.
  const fresh = `${output}.${process.pid}`
  const units = sources.filter((name) => name.endsWith('.c'))
  const { error, status } = spawnSync(compiler, [...flags, `-I${headers}`, '-o', fresh, ...units], {
    stdio: ['ignore', 2, 2],
  })
  if (error?.code === 'ENOENT')
    fail(`no C compiler (${compiler}); install one (Debian: apt-get install gcc libc6-dev)`)
  if (error) fail(error.message)
  if (status !== 0) {
    rmSync(fresh, { force: true })
    fail(`${compiler} could not build the addon; its messages are above`)
  }
  renameSync(fresh, output)
  writeFileSync(stamp, fingerprint())
}

function fail(message) {
  console.error(`vrrpd: ${message}`)
  process.exit(1)
}

if (!isBuilt()) compile(findHeaders() ?? downloadHeaders())
