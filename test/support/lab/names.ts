/**
 * Names of a laboratory's namespaces: `vrrpd-lab-<pid>-<number>-<host>`. The process
 * id says whose they are, so that what a killed test run left behind can be
 * told from what a running one still uses.
 */

import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { run, runAnyway } from '../tools.ts'
import { signalQuietly } from './processes.ts'

const prefix = 'vrrpd-lab'

/** Unique on this machine for as long as this process lives. */
export const newLabName = (): string => `${prefix}-${process.pid}-${randomBytes(3).toString('hex')}`

export const namespaceOf = (lab: string, host: string): string => `${lab}-${host}`

/** Ends whatever still runs in laboratories whose process is gone and removes their namespaces. */
export async function sweepAbandoned(): Promise<void> {
  await Promise.all(listNamespaces().filter(isAbandoned).map(removeNamespace))
}

function listNamespaces(): string[] {
  try {
    return readdirSync('/run/netns')
  } catch {
    return []
  }
}

function isAbandoned(namespace: string): boolean {
  const owner = new RegExp(`^${prefix}-(\\d+)-`).exec(namespace)?.[1]
  if (owner === undefined) return false
  try {
    process.kill(Number(owner), 0)
    return false
  } catch {
    return true
  }
}

async function removeNamespace(namespace: string): Promise<void> {
  const { stdout } = await runAnyway(['ip', 'netns', 'pids', namespace])
  for (const pid of stdout.split('\n').filter((line) => line !== '')) signalQuietly(Number(pid), 'SIGKILL')
  await run(['ip', 'netns', 'del', namespace])
}
