/** Other processes as /proc shows them. Nothing waits here for long, and nothing is an error. */

import { readdir, readFile, readlink } from 'node:fs/promises'
import type { ProcReader } from '../base/keepalived-command.ts'

export const procReader: ProcReader = {
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
