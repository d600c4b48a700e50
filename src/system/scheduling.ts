/** How the threads of this process are scheduled, and what of its memory stays where it is. */

import { readdir } from 'node:fs/promises'
import { getPriority } from 'node:os'
import type { Result } from '../base/result.ts'
import { native, outcome } from './native.ts'
import type { SystemError } from './system-error.ts'

/** Of all threads: the event loop waits for V8's and libuv's. */
export interface Scheduler {
  threads(): Promise<readonly number[]>
  /** Runs the event loop. */
  readonly mainThread: number
  /** The main thread's. */
  nice(): number
  /** Round robin, 1..99; 0: ordinary. Programs that are started stay ordinary. */
  setRealTime(thread: number, priority: number): Result<undefined, SystemError>
  setNice(thread: number, value: number): Result<undefined, SystemError>
  /** Undefined: those the process was started with. Programs that are started have these anyway. */
  setProcessors(thread: number, numbers: readonly number[] | undefined): Result<undefined, SystemError>
  /**
   * Programs, libraries, malloc's memory and the stack, each page from its first use on; not V8's
   * heap, which would abort.
   * @returns bytes
   */
  lockMemory(): Result<number, SystemError>
  /** @returns 0 */
  unlockMemory(): Result<number, SystemError>
}

export const systemScheduler: Scheduler = {
  mainThread: process.pid,
  async threads() {
    try {
      return (await readdir('/proc/self/task')).map(Number)
    } catch {
      // Without /proc only the main thread is known.
      return []
    }
  },
  nice: () => getPriority(),
  setRealTime: (thread, priority) => outcome(native().setRealtime(thread, priority)),
  setNice: (thread, value) => outcome(native().setNice(thread, value)),
  setProcessors: (thread, numbers) =>
    outcome(native().setProcessors(thread, numbers && Float64Array.from(numbers))),
  lockMemory: () => outcome(native().lockMemory()),
  unlockMemory: () => outcome(native().unlockMemory() ?? 0),
}
