/** keepalived's checkers as /proc and its pid files show them. Nothing waits here for long, and nothing is an error. */

import { readdir, readFile, readlink } from 'node:fs/promises'
import { findKeepalivedCheckers, type ProcReader } from '../../base/keepalived-command.ts'

const disk: ProcReader = {
  read: (path) => readFile(path, 'latin1').catch(() => undefined),
  readLink: (path) => readlink(path).catch(() => undefined),
  list: (path) => readdir(path).catch(() => []),
  isHidden: (pid) => {
    try {
      return process.kill(pid, 0)
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EPERM'
    }
  },
}

/** @returns the process that is keepalived's checkers in the network namespace of this process; undefined: none */
export const keepalivedCheckers = (): Promise<number | undefined> => findKeepalivedCheckers(disk)
