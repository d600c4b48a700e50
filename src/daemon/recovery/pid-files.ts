/** keepalived's two pid files. The first one's lock says whose host this is; both hold this process's id. */

import { mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { accepted, rejected, type Result } from '../../base/result.ts'
import { seconds } from '../../base/time.ts'
import type { Timers } from '../../scripts/types.ts'
import { acquirePidFile, type PidFile } from '../../system/file-lock.ts'
import type { SystemError } from '../../system/system-error.ts'
import type { Log } from '../log/logging.ts'
import { hasPidDirectory, pidFilePaths, type DaemonSettings } from '../settings.ts'

export interface PidFiles {
  /**
   * In both files. Where that cannot be done (a full disk) it is said once, and tried again: the lock is held
   * all the same, and the addresses are worth more than a number in a file.
   */
  write(pid: number, ports: PidFilePorts): void
  remove(): void
}

export interface PidFilePorts {
  readonly timers: Timers
  readonly log: Pick<Log, 'warn'>
}

const AGAIN_AFTER = seconds(5)

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
  let cancel = (): void => undefined
  return accepted({
    write: (pid, ports) => {
      cancel = writeAll(held, pid, ports)
    },
    remove: () => {
      cancel()
      for (const file of held) file.remove()
    },
  })
}

/** @returns what ends further attempts */
function writeAll(files: readonly PidFile[], pid: number, { timers, log }: PidFilePorts): () => void {
  let cancel = (): void => undefined
  const attempt = (left: readonly PidFile[], isFirst: boolean): void => {
    const results = left.map((file) => ({ file, result: file.write(pid) }))
    const failed = results.filter(({ result }) => !result.ok).map(({ file }) => file)
    const error = results.find(({ result }) => !result.ok)?.result
    if (isFirst && error?.ok === false)
      log.warn(`cannot write the pid file: ${wordsOf(error.error)}; signals sent by it reach nobody`)
    if (!isFirst && failed.length === 0) log.warn('the pid file is written now')
    if (failed.length > 0) cancel = timers.after(AGAIN_AFTER, () => attempt(failed, false))
  }
  attempt(files, true)
  return () => {
    cancel()
  }
}

const wordsOf = ({ text, code }: SystemError): string => `${text} [${code}]`

/** Its absence is told by the opening that follows. */
export function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true })
  } catch {
    return
  }
}

/**
 * Who holds a pid file, in words. For one whose lock is held: `a daemon runs (process 42)`. One that has
 * only begun has not written its id yet, and anybody may have put in anything.
 */
export function holderOf(pidFile: string): string {
  const id = /^[1-9]\d*$/.exec(firstLineOf(pidFile))?.[0]
  return id === undefined
    ? `a daemon runs (it holds ${pidFile}, which names no process)`
    : `a daemon runs (process ${id})`
}

function firstLineOf(path: string): string {
  try {
    return readFileSync(path, 'latin1').split('\n', 1)[0] ?? ''
  } catch {
    return ''
  }
}
