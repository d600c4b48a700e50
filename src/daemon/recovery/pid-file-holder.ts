/** Who holds a pid file, in words. */

import { readFileSync } from 'node:fs'

/**
 * For a pid file whose lock is held: `a daemon runs (process 42)`. One that has
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
