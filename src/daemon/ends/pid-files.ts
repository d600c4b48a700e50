/** keepalived's two pid files. The first one's lock says whose host this is; both hold this process's id. */

import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { accepted, rejected, type Result } from '../../base/result.ts'
import { acquirePidFile, type PidFile } from '../../system/file-lock.ts'
import { hasPidDirectory, pidFilePaths, type DaemonSettings } from '../settings.ts'

export interface PidFiles {
  write(pid: number): void
  remove(): void
}

export type PidFileError = { readonly kind: 'held' } | { readonly kind: 'failed'; readonly text: string }

export function acquirePidFiles(settings: DaemonSettings): Result<PidFiles, PidFileError> {
  const paths = pidFilePaths(settings)
  const held: PidFile[] = []
  for (const path of [paths.main, paths.vrrp]) {
    if (hasPidDirectory(settings)) makeDirectory(dirname(path))
    const acquired = acquirePidFile(path)
    if (acquired.ok) {
      held.push(acquired.value)
      continue
    }
    for (const file of held) file.remove()
    const { error } = acquired
    return rejected(
      error === 'held'
        ? { kind: 'held' }
        : { kind: 'failed', text: `cannot use the pid file ${path}: ${error.text} (another one: -p, -r)` },
    )
  }
  return accepted({
    write: (pid) => {
      for (const file of held) file.write(pid)
    },
    remove: () => {
      for (const file of held) file.remove()
    },
  })
}

/** Its absence is told by the opening that follows. */
function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true })
  } catch {
    return
  }
}
