/** The machine as the collectors see it; tests bring a machine of their own. */

import { execFile } from 'node:child_process'
import { open, readdir, readlink } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { parseIp, type Cidr } from '../../base/address.ts'
import { accepted, rejected } from '../../base/result.ts'
import type { Known } from '../facts.ts'

export interface Host {
  /** The beginning of a file; undefined when it cannot be read. */
  read(path: string): Promise<string | undefined>
  /** Names in a directory; none when it cannot be read. */
  list(path: string): Promise<readonly string[]>
  /** Where a symbolic link leads. */
  readLink(path: string): Promise<string | undefined>
  /** What a program prints; otherwise why there is nothing, in words. */
  run(program: string, args: readonly string[]): Promise<Known<string>>
  /** By link, labels taken off. */
  addresses(): ReadonlyMap<string, readonly Cidr[]>
}

const MOST_READ = 1 << 20
const MOST_PRINTED = 64 << 20
const PATIENCE_MS = 5_000
/** An ordinary user's PATH often lacks the directories where nft and iptables are. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

export const systemHost: Host = {
  read,
  list: (path) => readdir(path).catch(() => []),
  readLink: (path) => readlink(path).catch(() => undefined),
  run,
  addresses,
}

/** Files of /proc and /sys have no size. */
async function read(path: string): Promise<string | undefined> {
  const file = await open(path, 'r').catch(() => undefined)
  if (!file) return undefined
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(MOST_READ) })
    return buffer.toString('utf8', 0, bytesRead)
  } catch {
    return undefined
  } finally {
    await file.close()
  }
}

function run(program: string, args: readonly string[]): Promise<Known<string>> {
  const options = { timeout: PATIENCE_MS, maxBuffer: MOST_PRINTED, env: { PATH, LC_ALL: 'C' } }
  return new Promise((resolve) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      if (!error) resolve(accepted(stdout))
      else if (error.code === 'ENOENT') resolve(rejected(`${program} is not installed`))
      else if (error.killed === true)
        resolve(rejected(`${program} did not end within ${PATIENCE_MS / 1000} s`))
      else resolve(rejected(`${program}: ${stderr.trim().split('\n')[0] ?? error.message}`))
    })
  })
}

function addresses(): ReadonlyMap<string, readonly Cidr[]> {
  const found = new Map<string, Cidr[]>()
  for (const [label, entries] of Object.entries(networkInterfaces())) {
    const name = label.split(':')[0] ?? label
    const cidrs = (entries ?? []).flatMap(({ cidr }): readonly Cidr[] => {
      const [text = '', length] = (cidr ?? '').split('/')
      const address = parseIp(text)
      return address === undefined ? [] : [{ address, prefixLength: Number(length) }]
    })
    found.set(name, [...(found.get(name) ?? []), ...cidrs])
  }
  return found
}
