/**
 * What a test needs of the machine. A test whose needs are not met is left out
 * and counted at the end, with how to have it (tools/summary.ts), and fails
 * where CI=true: there nothing may be left out.
 */

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'vitest'
import { findProgram } from './tools.ts'

/**
 * - `netns`: the laboratory: network namespaces, veth, raw sockets (root, or a user namespace as
 *   `npm test` makes one), and the addon
 * - `root`: the machine's real root: other users' identities, /run itself
 * - `shared`: the reference files, directory in VRRPD_SHARED
 * - `with-kernel`: its script that boots a kernel
 * - `built`: dist/main.js and the addon
 * - anything else: a program of that name
 */
export type Need =
  | 'netns'
  | 'root'
  | 'shared'
  | 'with-kernel'
  | 'built'
  | 'keepalived'
  | 'systemd-analyze'
  | 'systemd-sysusers'
  | 'systemd-tmpfiles'
  | 'start-stop-daemon'
  | 'linux.uml'
  | 'modprobe'
  | 'killall'
  | 'sudo'
  | 'nft'
  | 'ipvsadm'
  | 'cc'
  | 'man'
  | 'getopt'
  | 'openssl'
  | 'perl'
  | Shell

export type Shell = 'bash' | 'zsh' | 'fish'

/** A need that is not met: why, and how to have it. */
interface Unmet {
  /** In a word or two. */
  readonly need: string
  readonly reason: string
  /** A command, or what to be or to set. */
  readonly remedy: string
}

/** The Debian packages of programs whose name is another. */
const PACKAGES: Readonly<Partial<Record<Need, string>>> = {
  'systemd-analyze': 'systemd',
  'systemd-sysusers': 'systemd',
  'systemd-tmpfiles': 'systemd',
  'start-stop-daemon': 'dpkg',
  'linux.uml': 'user-mode-linux',
  modprobe: 'kmod',
  killall: 'psmisc',
  nft: 'nftables',
  man: 'man-db',
  getopt: 'util-linux',
  cc: 'gcc',
}

const WORDS: Readonly<Partial<Record<Need, string>>> = {
  netns: 'network namespaces',
  shared: 'reference files',
  'with-kernel': 'a kernel to boot',
  built: 'a build',
}

const REFERENCE_FILES = 'set VRRPD_SHARED to the directory of the reference files'

/** Undefined when the need is met. */
function unmet(need: Need): Unmet | undefined {
  const unless = (isMet: boolean, reason: string, remedy: string): Unmet | undefined =>
    isMet ? undefined : { need: WORDS[need] ?? need, reason, remedy }
  switch (need) {
    case 'netns':
      return (
        unless(existsSync('native/build'), 'the addon is not built (`npm run build`)', 'npm run build') ??
        unless(
          canMakeNamespaces(),
          'no network namespaces here (be root, or run `npm test`)',
          'run it as root',
        )
      )
    case 'root':
      return unless(isRealRoot(), 'not root', 'run it as root')
    case 'shared':
      return unless(sharedDirectory() !== undefined, 'VRRPD_SHARED names no directory', REFERENCE_FILES)
    case 'with-kernel':
      return unless(
        existsSync(join(sharedDirectory() ?? '', 'lab', 'with-kernel.sh')),
        'VRRPD_SHARED names no directory with lab/with-kernel.sh',
        REFERENCE_FILES,
      )
    case 'built':
      return unless(existsSync('dist/main.js'), 'not built (`npm run build`)', 'npm run build')
    default:
      return unless(
        findProgram(need) !== undefined,
        `${need} is not installed`,
        `apt-get install ${PACKAGES[need] ?? need}`,
      )
  }
}

/** In a user namespace uid 0 is only a name: the map says whether there are other identities to change to. */
function isRealRoot(): boolean {
  return (
    process.getuid?.() === 0 && /^\s*0\s+0\s+4294967295\s*$/m.test(readFileSync('/proc/self/uid_map', 'utf8'))
  )
}

function canMakeNamespaces(): boolean {
  const ip = findProgram('ip')
  if (ip === undefined || process.getuid?.() !== 0) return false
  const name = `vrrpd-probe-${process.pid}`
  const made = spawnSync(ip, ['netns', 'add', name], { stdio: 'ignore' }).status === 0
  if (made) spawnSync(ip, ['netns', 'del', name], { stdio: 'ignore' })
  return made
}

/** The directory of reference files, when there is one. */
export function sharedDirectory(): string | undefined {
  const directory = process.env['VRRPD_SHARED']
  return directory !== undefined && existsSync(directory) ? directory : undefined
}

export type Describe = (name: string, body: () => void) => void

declare module 'vitest' {
  interface TaskMeta {
    /** Of what is left out: what is missing for it. */
    leftOut?: readonly Unmet[]
  }
}

/**
 * `needs('netns', 'keepalived')('election', () => { … })`: `describe` where all
 * needs are met; otherwise its tests are skipped, and with CI=true there is one
 * that fails.
 */
export const needs = (...what: readonly Need[]): Describe => describeWith(what, process.env['CI'] === 'true')

/** The same for what may be left out even with CI=true. */
export const wants = (...what: readonly Need[]): Describe => describeWith(what, false)

function describeWith(what: readonly Need[], isStrict: boolean): Describe {
  const leftOut = what.map(unmet).filter((found) => found !== undefined)
  if (leftOut.length === 0) return (name, body) => void describe(name, body)
  const reasons = leftOut.map(({ reason }) => reason).join('; ')
  if (isStrict)
    return (name) => {
      test(name, () => {
        throw new Error(`left out, and nothing may be with CI=true: ${reasons}`)
      })
    }
  return (name, body) => {
    describe(`${name} [left out: ${reasons}]`, { skip: true, meta: { leftOut } }, () => {
      try {
        body()
      } catch {
        // It reads what is missing to know its tests: they count as one.
        test('all of it', () => {})
      }
    })
  }
}
