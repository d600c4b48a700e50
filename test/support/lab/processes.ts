/** Processes by their id, as /proc shows them. */

import { readdirSync, readFileSync } from 'node:fs'

/** A process and all its descendants, parents first. */
export const processTree = (pid: number): number[] => [pid, ...childrenOf(pid).flatMap(processTree)]

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    )
  } catch {
    return [] // It has ended.
  }
}

/** A zombie is not: it only waits for whoever inherited it. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'))
  } catch {
    return false
  }
}

export function signalQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It ended by itself.
  }
}

/** Resident and proportional memory of a process and its descendants, in KiB. */
export function memoryOf(pid: number): { readonly rssKib: number; readonly pssKib: number } {
  const sum = (field: string): number =>
    processTree(pid).reduce((total, each) => {
      const text = readFileSync(`/proc/${each}/smaps_rollup`, 'utf8')
      return total + Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0)
    }, 0)
  return { rssKib: sum('Rss'), pssKib: sum('Pss') }
}
