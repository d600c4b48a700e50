/** Memory that a process has and does not need. */

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * From now on V8 takes less memory and more processor. Measured, 10,000 servers with a TCP_CHECK each: 28 MiB less, and
 * 13 % more of the processor.
 */
export function preferSizeToSpeed(): void {
  setFlagsFromString('--optimize-for-size')
}

/**
 * Collects all garbage and gives empty pages back to the kernel. V8 by itself keeps what a burst of work has needed, such
 * as reading ten thousand servers, for as long as it may need it once more. It takes the event loop for some 2 ms for
 * each MiB that stays: not for a process that has to be punctual.
 */
export function giveMemoryBack(): void {
  // There is no other way to V8's collector without an option for the whole program.
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as (options?: object) => void
  setFlagsFromString('--no-expose-gc')
  // Once for what is garbage; the second time nothing is kept for the next burst.
  collect()
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}
