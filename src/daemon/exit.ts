/** How a process of the daemon ends. */

import { exitImmediately } from '../system/process.ts'
import type { Log } from './log/logging.ts'

/**
 * keepalived's: 0 also when another daemon runs already, 2 when it cannot run. After a defect of ours
 * sysexits(3)'s EX_SOFTWARE and not Node's 1, because only what may go better the next time is started again.
 */
export const EXIT = { ok: 0, cannotRun: 2, defect: 70 } as const

/** Its stack belongs into the log: in the background stderr leads nowhere. */
export function endAtDefects(log: Log, leave: (code: number) => Promise<number>): void {
  let first = true
  process.on('uncaughtException', (error) => {
    if (!first) return
    first = false
    log.error(`Ended by a defect, please report it: ${error.stack ?? String(error)}`, { event: 'defect' })
    leave(EXIT.defect).catch(() => exitImmediately(EXIT.defect))
  })
}
