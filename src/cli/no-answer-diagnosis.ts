/** What a command that gets no answer finds out about this host; an ordinary user can. */

import { readdir, readFile, readlink, stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { runsVrrp } from '../base/keepalived-command.ts'
import { isSameNetwork } from '../base/network-namespace.ts'

export interface AskingHost {
  /** vrrpd processes, and those keepalived processes that run VRRP in this network namespace. */
  daemons(): Promise<readonly Running[]>
  /** The group that may use a file; undefined when it cannot be looked at. */
  groupOf(path: string): Promise<Group | undefined>
  /** Who asks. */
  readonly user: string
}

export interface Running {
  readonly pid: number
  readonly name: 'keepalived' | 'vrrpd'
  /** Of a vrrpd: `--control`, where it was given. */
  readonly control?: string
}

export interface Group {
  readonly gid: number
  readonly name: string
  /** As far as /etc/group has them. */
  readonly members: readonly string[]
}

export const systemHost: AskingHost = {
  daemons,
  groupOf,
  get user() {
    return nameOfUser()
  },
}

async function daemons(): Promise<readonly Running[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number)
  const found = await Promise.all(pids.filter((pid) => pid !== process.pid).map(daemonOf))
  return found.filter((each) => each !== undefined)
}

async function daemonOf(pid: number): Promise<Running | undefined> {
  const name = (await text(`/proc/${pid}/comm`)).trim()
  if (name !== 'keepalived' && name !== 'vrrpd') return undefined
  const words = (await text(`/proc/${pid}/cmdline`)).split('\0')
  if (name === 'keepalived') return runsVrrp(words) && (await isInOurNetwork(pid)) ? { pid, name } : undefined
  const control = controlOf(words)
  return { pid, name, ...(control !== undefined && { control }) }
}

async function isInOurNetwork(pid: number): Promise<boolean> {
  const [own, its] = await Promise.all(
    ['self', pid].map((each) => readlink(`/proc/${each}/ns/net`).catch(() => undefined)),
  )
  return isSameNetwork(own, its)
}

function controlOf(words: readonly string[]): string | undefined {
  const at = words.findLastIndex((word) => /^--control(=|$)/.test(word))
  const word = words[at]
  return word === '--control' ? words[at + 1] : word?.slice('--control='.length)
}

async function groupOf(path: string): Promise<Group | undefined> {
  const file = await stat(path).catch(() => undefined)
  if (file === undefined) return undefined
  const lines = (await text('/etc/group')).split('\n').map((line) => line.split(':'))
  const [name = String(file.gid), , , members = ''] =
    lines.find(([, , gid]) => gid === String(file.gid)) ?? []
  return { gid: file.gid, name, members: members.split(',').filter((member) => member !== '') }
}

/** A user may be without a name. */
function nameOfUser(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.())
  }
}

const text = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '')
