/** Our own process: how it is scheduled, where it stands, how it ends. */

import { writeFileSync } from 'node:fs'
import type { Result } from '../base/result.ts'
import { native, outcome } from './native.ts'
import type { SystemError } from './system-error.ts'

/**
 * What pgrep, killall and start-stop-daemon --name know the process by; otherwise that is the
 * interpreter's. The arguments stay as they are.
 * @param name at most 15 bytes
 */
export function nameProcess(name: string): void {
  try {
    writeFileSync('/proc/self/comm', name)
  } catch {
    // Without /proc, or with a read-only one, it keeps its name: nothing depends on it.
  }
}

/** All sockets and programs opened from now on; a name under /run/netns, or a path. */
export const enterNetworkNamespace = (namespace: string): Result<undefined, SystemError> =>
  outcome(native().enterNamespace(namespacePath(namespace)))

export const namespacePath = (namespace: string): string =>
  namespace.includes('/') ? namespace : `/run/netns/${namespace}`

/**
 * For the first process of a container, on SIGCHLD: ends the waiting of ended
 * processes that fell to it. Nothing else in this process may start children
 * than createLauncher().
 * @returns how many there were
 */
export const reapOrphans = (): number => native().reapOrphans()

/** Without waiting for anything, such as a log write stuck in the thread pool. */
export const exitImmediately = (code: number): never => native().exitImmediately(code)

/** mkfifo(3). It waits for the file system: only where that is known to answer. */
export const makeFifo = (path: string, mode: number): Result<undefined, SystemError> =>
  outcome(native().makeFifo(path, mode))

/** For signals that Node has no name for, such as real-time ones. */
export const onSignal = (number: number, callback: () => void): Result<undefined, SystemError> =>
  outcome(native().onSignal(number, callback))
