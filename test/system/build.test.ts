import { execFile } from 'node:child_process'
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { needs } from '../support/privileges.ts'

// A compiler takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'vrrpd-build-'))
  cpSync('native', join(directory, 'native'), {
    recursive: true,
    filter: (source) => source !== join('native', 'build'),
  })
})
afterEach(() => {
  rmSync(directory, { recursive: true })
})

const inDirectory = (...names: string[]): string => join(directory, ...names)
const addonPath = (): string => inDirectory('native', 'build', 'vrrpd_system.node')

interface Run {
  readonly code: number
  readonly stderr: string
}

interface Options {
  readonly node?: string
  readonly environment?: Readonly<Record<string, string>>
  readonly args?: readonly string[]
}

/** With nothing in the environment but a PATH and an empty HOME. */
function build({ node = process.execPath, environment = {}, args = [] }: Options = {}): Promise<Run> {
  const env = { PATH: '/usr/bin:/bin', HOME: directory, ...environment }
  return new Promise((resolve) => {
    execFile(node, [inDirectory('native', 'build.mjs'), ...args], { env }, (error, _, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stderr })
    })
  })
}

const done: Run = { code: 0, stderr: '' }

/** A Node that came without headers. */
function headerlessNode(): string {
  const path = inDirectory('bin', 'node')
  mkdirSync(dirname(path))
  copyFileSync(process.execPath, path)
  return path
}

const headersOfThisNode = join(dirname(process.execPath), '..', 'include', 'node')

/** Makes an empty output, and notes where it was told to look for headers. */
function fakeCompiler(): string {
  const path = inDirectory('fake-cc')
  const body = `for a; do case $a in -I*) echo "\${a#-I}" >>${inDirectory('headers-used')};; esac; done
while [ "$1" != -o ]; do shift; done
: >"$2"`
  writeFileSync(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 })
  return path
}

const headersUsed = (): string[] => readFileSync(inDirectory('headers-used'), 'utf8').trim().split('\n')

/** Stands in for npm's node-gyp: `install --devdir=…` puts the headers there. */
function fakeGyp(body: string): string {
  const path = inDirectory('gyp.cjs')
  writeFileSync(path, body)
  return path
}

needs('cc')('building the addon', () => {
  test('gives no warning, and an addon that loads', async () => {
    expect(await build({ args: ['--strict'] })).toEqual(done)
    const loaded = await new Promise((resolve) => {
      execFile(process.execPath, ['-p', `require(${JSON.stringify(addonPath())}).now() > 0`], (_, stdout) => {
        resolve(stdout)
      })
    })
    expect(loaded).toBe('true\n')
    expect(readdirSync(dirname(addonPath())).sort()).toEqual([
      'vrrpd_system.node',
      'vrrpd_system.node.built-from',
    ])
  })

  test('is left out when nothing has changed, and done again when something has', async () => {
    const environment = { CC: fakeCompiler() }
    expect(await build({ environment })).toEqual(done)
    expect(await build({ environment })).toEqual(done)
    expect(headersUsed()).toHaveLength(1)
    const before = statSync(addonPath()).ino
    appendFileSync(inDirectory('native', 'clock.c'), '\n')
    expect(await build({ environment })).toEqual(done)
    expect(headersUsed()).toHaveLength(2)
    // A new file: a process that runs keeps the one it has loaded.
    expect(statSync(addonPath()).ino).not.toBe(before)
  })

  test('without a compiler says in one line what to install', async () => {
    expect(await build({ environment: { PATH: '/nonexistent' } })).toEqual({
      code: 1,
      stderr: 'vrrpd: no C compiler (cc); install one (Debian: apt-get install gcc libc6-dev)\n',
    })
  })

  test('names the compiler that CC asks for when it is missing', async () => {
    const { stderr } = await build({ environment: { CC: 'no-such-cc' } })
    expect(stderr).toContain('no C compiler (no-such-cc)')
  })

  test('shows what the compiler says, and leaves nothing half done', async () => {
    appendFileSync(inDirectory('native', 'clock.c'), 'this is not C\n')
    const { code, stderr } = await build()
    expect(code).toBe(1)
    expect(stderr).toContain('clock.c:')
    expect(stderr).toContain('vrrpd: cc could not build the addon; its messages are above\n')
    expect(readdirSync(dirname(addonPath()))).toEqual([])
  })

  test('finds headers elsewhere by npm’s nodedir', async () => {
    mkdirSync(inDirectory('nodedir', 'include'), { recursive: true })
    symlinkSync(headersOfThisNode, inDirectory('nodedir', 'include', 'node'))
    const environment = { npm_config_nodedir: inDirectory('nodedir'), CC: fakeCompiler() }
    expect(await build({ node: headerlessNode(), environment })).toEqual(done)
    expect(headersUsed()).toEqual([inDirectory('nodedir', 'include', 'node')])
  })

  test('lets node-gyp fetch headers that are missing', async () => {
    const gyp = fakeGyp(`
      const { mkdirSync, symlinkSync } = require('node:fs')
      const [command, devdir] = process.argv.slice(2)
      if (command !== 'install') process.exit(1)
      const include = devdir.replace('--devdir=', '') + '/' + process.versions.node + '/include'
      mkdirSync(include, { recursive: true })
      symlinkSync(${JSON.stringify(headersOfThisNode)}, include + '/node')`)
    const { code, stderr } = await build({
      node: headerlessNode(),
      environment: { npm_config_node_gyp: gyp, CC: fakeCompiler() },
    })
    expect(code).toBe(0)
    expect(stderr).toBe('vrrpd: this Node comes without its headers; node-gyp fetches them\n')
    const fetched = inDirectory('native', 'build', 'headers', process.versions.node, 'include', 'node')
    expect(headersUsed()).toEqual([fetched])
  })

  test('says what to do when they cannot be fetched', async () => {
    const node = headerlessNode()
    const { code, stderr } = await build({
      node,
      environment: { npm_config_node_gyp: fakeGyp('process.exit(1)') },
    })
    expect(code).toBe(1)
    expect(stderr).toContain(
      'could not be fetched; install them (Debian: libnode-dev) or set `npm config nodedir`',
    )
    expect(await build({ node })).toEqual({
      code: 1,
      stderr: `vrrpd: Node's headers are not beside ${node}; install them, or build with npm\n`,
    })
  })
})
