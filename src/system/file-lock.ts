/**
 * The pid file. Who holds its lock is the running daemon; a crash frees it,
 * and what a file says that nobody holds means nothing, with one exception:
 * keepalived before 2.3 writes its id without locking.
 */

import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { accepted, rejected, type Result } from '../base/result.ts'
import { native, outcome } from './native.ts'
import { fromNodeError, type SystemError } from './system-error.ts'

export interface PidFile {
  /** `PID\n`, in place of what was there. */
  write(pid: number): Result<undefined, SystemError>
  /** Removes the file and gives up the lock; again it does nothing. */
  remove(): void
}

/** Synchronous: for the start of the daemon. A missing directory is an error (ENOENT). */
export function acquirePidFile(path: string): Result<PidFile, 'held' | SystemError> {
  // Whoever held it may remove the file between our opening and locking it; then there is a newer one.
  for (;;) {
    const opened = attempt('open', () => openSync(path, constants.O_CREAT | constants.O_RDWR, 0o644))
    if (!opened.ok) return opened
    const fd = opened.value
    const locked = outcome(native().lockFile(fd))
    if (!locked.ok || isHeldByKeepalived(fd)) {
      closeSync(fd)
      return rejected(locked.ok || locked.error.code === 'EAGAIN' ? 'held' : locked.error)
    }
    if (isStillAt(path, fd)) return accepted(pidFile(path, fd))
    closeSync(fd)
  }
}

function isStillAt(path: string, fd: number): boolean {
  const ours = fstatSync(fd)
  const there = statSync(path, { throwIfNoEntry: false })
  return there?.dev === ours.dev && there.ino === ours.ino
}

/** Its name is checked because the id of a crashed one may be in use again. */
function isHeldByKeepalived(fd: number): boolean {
  const content = Buffer.alloc(16)
  const length = readSync(fd, content, 0, content.length, 0)
  const pid = /^\d+/.exec(content.toString('latin1', 0, length))?.[0]
  if (pid === undefined) return false
  const name = attempt('read', () => readFileSync(`/proc/${pid}/comm`, 'latin1'))
  return name.ok && name.value === 'keepalived\n'
}

function pidFile(path: string, fd: number): PidFile {
  let open = true
  return {
    write: (pid) =>
      attempt('write', () => {
        ftruncateSync(fd, 0)
        writeSync(fd, `${pid}\n`, 0)
        return undefined
      }),
    remove: () => {
      if (!open) return
      open = false
      attempt('unlink', () => {
        unlinkSync(path)
      })
      closeSync(fd)
    },
  }
}

function attempt<T>(call: string, action: () => T): Result<T, SystemError> {
  try {
    return accepted(action())
  } catch (error) {
    return rejected(fromNodeError(call, error))
  }
}
