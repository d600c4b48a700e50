/**
 * What a test needs of the machine. A test whose needs are not met is left out
 * with the reason, and fails where CI=true: there nothing may be left out.
 */

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { describe, test } from 'vitest'
import { findProgram } from './tools.ts'

/**
 * - `netns`: the laboratory: network namespaces, veth, raw sockets (root, or a user namespace as
 *   `npm test` makes one), and the addon
 * - `root`: the machine's real root: other users' identities, /run itself
 * - `shared`: the reference files, directory in VRRPD_SHARED
 * - `built`: dist/main.js and the addon
 * - anything else: a program of that name
 */
export type Need =
  | 'netns'
  | 'root'
  | 'shared'
  | 'built'
  | 'keepalived'
  | 'tcpdump'
  | 'systemd-analyze'
  | 'systemd-sysusers'
  | 'systemd-tmpfiles'
  | 'start-stop-daemon'
  | 'linux.uml'
  | 'modprobe'
  | 'killall'
  | 'sudo'
  | 'nft'
  | 'cc'

/** Undefined when the need is met, else why it is not, in words that say what to do. */
function unmet(need: Need): string | undefined {
  switch (need) {
    case 'netns':
      if (!existsSync('native/build')) return 'the addon is not built (`npm run build`)'
      return canMakeNamespaces() ? undefined : 'no network namespaces here (be root, or run `npm test`)'
    case 'root':
      return isRealRoot() ? undefined : 'not root'
    case 'shared':
      return sharedDirectory() === undefined ? 'VRRPD_SHARED names no directory' : undefined
    case 'built':
      return existsSync('dist/main.js') ? undefined : 'not built (`npm run build`)'
    case 'keepalived':
    case 'tcpdump':
    case 'systemd-analyze':
    case 'systemd-sysusers':
    case 'systemd-tmpfiles':
    case 'start-stop-daemon':
    case 'linux.uml':
    case 'modprobe':
    case 'killall':
    case 'sudo':
    case 'nft':
    case 'cc':
      return findProgram(need) === undefined ? `${need} is not installed` : undefined
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

/**
 * `needs('netns', 'keepalived')('election', () => { … })`: `describe` where all
 * needs are met; otherwise one test that says what is missing.
 */
export function needs(...what: readonly Need[]): Describe {
  const reasons = what.map(unmet).filter((reason) => reason !== undefined)
  if (reasons.length === 0) return (name, body) => void describe(name, body)
  const reason = reasons.join('; ')
  return (name) => {
    test(name, ({ skip }) => {
      if (process.env['CI'] === 'true')
        throw new Error(`left out, and nothing may be with CI=true: ${reason}`)
      skip(reason)
    })
  }
}
