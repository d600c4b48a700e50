/**
 * What runs on this host, as far as somebody asks. /proc is listed each time;
 * read is only what may have changed: processes that are new or young (a fork
 * becomes another program by exec), those that counted last time, and of the
 * others a few in turn.
 */

import { readFile } from 'node:fs'
import { readdir } from 'node:fs/promises'
import {
  needsArguments,
  parseCommandLine,
  parseStat,
  type ProcessSeen,
  type ProcessToTrack,
} from './process-match.ts'
import type { ProcessTable } from './types.ts'

/** So often is a new process read, whatever it is. */
const YOUNG_LOOKS = 4
/** So many of those that count, and so many of the others, are read each time. */
const IN_TURN = 10
/** Reading the command line of a process may wait for as long as that is stuck in the kernel. */
const AT_A_TIME = 2

interface Entry {
  readonly pid: string
  seen: ProcessSeen | undefined
  looks: number
}

/** @param wanted says whether command lines have to be read */
export function processTable(wanted: readonly ProcessToTrack[], directory = '/proc'): ProcessTable {
  const withArguments = wanted.some(needsArguments)
  const entries = new Map<string, Entry>()
  let round = 0

  const list = async (): Promise<void> => {
    const listed = new Set((await readdir(directory)).filter((name) => /^\d+$/.test(name)))
    for (const pid of entries.keys()) if (!listed.has(pid)) entries.delete(pid)
    for (const pid of listed) if (!entries.has(pid)) entries.set(pid, { pid, seen: undefined, looks: 0 })
  }

  return {
    look: async (isWanted) => {
      await list()
      const all = [...entries.values()]
      const counts = ({ seen }: Entry): boolean => seen !== undefined && isWanted(seen)
      const young = all.filter(({ looks }) => looks < YOUNG_LOOKS)
      const old = all.filter(({ looks }) => looks >= YOUNG_LOOKS)
      const due = [
        ...inTurn(old.filter(counts), round),
        ...young,
        ...inTurn(
          old.filter((entry) => !counts(entry)),
          round,
        ),
      ]
      round++
      // Two at a time, so that the event loop has its turn between any two files.
      const reading = due.values()
      const readSome = async (): Promise<void> => {
        for (const entry of reading) {
          entry.looks++
          entry.seen = await readProcess(`${directory}/${entry.pid}`, withArguments)
        }
      }
      await Promise.all(Array.from({ length: AT_A_TIME }, readSome))
      return [...entries.values()].flatMap(({ seen }) => (seen !== undefined && isWanted(seen) ? [seen] : []))
    },
  }
}

const inTurn = (entries: readonly Entry[], round: number): readonly Entry[] =>
  entries.length <= IN_TURN
    ? entries
    : Array.from(
        { length: IN_TURN },
        (_, index) => entries[(round * IN_TURN + index) % entries.length],
      ).filter((entry) => entry !== undefined)

/** Undefined for one that is gone, or about to go. */
async function readProcess(path: string, withArguments: boolean): Promise<ProcessSeen | undefined> {
  const stat = parseStat(await contents(`${path}/stat`))
  if (stat?.runs !== true) return undefined
  const argv = withArguments ? parseCommandLine(await contents(`${path}/cmdline`)) : undefined
  return { name: stat.name, argv }
}

const contents = (path: string): Promise<string> =>
  new Promise((resolve) => {
    readFile(path, 'latin1', (error, text) => {
      resolve(error ? '' : text)
    })
  })
