/** keepalived processes, and sockets of the IP protocols that VRRP uses. */

import { findKeepalivedCheckers, runsVrrp } from '../../base/keepalived-command.ts'
import { isSameNetwork } from '../../base/network-namespace.ts'
import type { KeepalivedProcess, ProcessFacts, VrrpSocket } from '../facts.ts'
import type { Host } from './host.ts'

/** @param ownPid not told about: the doctor listens, too */
export async function collectProcesses(host: Host, ownPid: number): Promise<ProcessFacts> {
  const pids = (await host.list('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const names = new Map<number, string>()
  for (const pid of pids) {
    const name = await host.read(`/proc/${pid}/comm`)
    if (name !== undefined && pid !== ownPid) names.set(pid, name.trim())
  }
  return {
    keepaliveds: await keepalivedsOf(host, names),
    keepalivedCheckers: await findKeepalivedCheckers(host),
    keepalivedEnabled: await isEnabled(host),
    sockets: await socketsOf(host, names),
  }
}

async function keepalivedsOf(
  host: Host,
  names: ReadonlyMap<number, string>,
): Promise<readonly KeepalivedProcess[]> {
  const own = await host.readLink('/proc/self/ns/net')
  const pids = [...names].filter(([, name]) => name.startsWith('keepalived')).map(([pid]) => pid)
  return Promise.all(
    pids.map(async (pid) => {
      const namespace = await host.readLink(`/proc/${pid}/ns/net`)
      const words = ((await host.read(`/proc/${pid}/cmdline`)) ?? '').split('\0')
      // Neither is readable of one that has just ended; of somebody else's the command line is.
      const hasEnded = namespace === undefined && words[0] === ''
      const sameNetwork = !hasEnded && isSameNetwork(own, namespace)
      return { pid, runsVrrp: runsVrrp(words), sameNetwork }
    }),
  )
}

async function isEnabled(host: Host): Promise<boolean> {
  const wanted = await host.list('/etc/systemd/system/multi-user.target.wants')
  return wanted.includes('keepalived.service')
}

async function socketsOf(host: Host, names: ReadonlyMap<number, string>): Promise<readonly VrrpSocket[]> {
  const sockets = parseRaw((await host.read('/proc/net/raw')) ?? '')
  const owners =
    sockets.length === 0 ? new Map<string, number>() : await ownersOf(host, [...names.keys()], sockets)
  const commands = await commandsOf(host, new Set(owners.values()), names)
  return sockets.map(({ inode, protocol, drops }) => {
    const pid = owners.get(inode)
    return { protocol, drops, owner: pid === undefined ? undefined : { pid, name: commands.get(pid) ?? '?' } }
  })
}

/** An interpreter's name says little: `node vrrpd` */
async function commandsOf(
  host: Host,
  pids: ReadonlySet<number>,
  names: ReadonlyMap<number, string>,
): Promise<ReadonlyMap<number, string>> {
  const commands = [...pids].map(async (pid): Promise<[number, string]> => {
    const words = ((await host.read(`/proc/${pid}/cmdline`)) ?? '').split('\0')
    const said = words
      .filter((word) => word !== '' && !word.startsWith('-'))
      .slice(0, 2)
      .map((word) => word.split('/').at(-1))
    return [pid, said.length > 0 ? said.join(' ') : (names.get(pid) ?? '?')]
  })
  return new Map(await Promise.all(commands))
}

interface RawSocket {
  readonly inode: string
  readonly protocol: number
  readonly drops: number
}

/**
 * The local “port” of a raw socket is its protocol.
 *
 *       sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
 *      112: 120000E0:0070 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 21337 2 0000000000000000 0
 */
export function parseRaw(table: string): readonly RawSocket[] {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .map((fields) => ({
      inode: fields[9] ?? '',
      protocol: Number.parseInt(fields[1]?.split(':')[1] ?? '', 16),
      drops: Number(fields[12] ?? 0),
    }))
    .filter(({ protocol }) => protocol === 112 || protocol === 51)
}

/** Of another user's processes only root can see the descriptors. */
async function ownersOf(
  host: Host,
  pids: readonly number[],
  sockets: readonly RawSocket[],
): Promise<ReadonlyMap<string, number>> {
  const inodes = new Set(sockets.map(({ inode }) => inode))
  const found = new Map<string, number>()
  for (const pid of pids) {
    for (const fd of await host.list(`/proc/${pid}/fd`)) {
      const target = await host.readLink(`/proc/${pid}/fd/${fd}`)
      const inode = /^socket:\[(\d+)\]$/.exec(target ?? '')?.[1]
      if (inode !== undefined && inodes.has(inode)) found.set(inode, pid)
    }
    if (found.size === inodes.size) break
  }
  return found
}
