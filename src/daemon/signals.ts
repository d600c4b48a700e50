/** The signals that end the daemon or have it read its configuration anew. Those for dumps are in dumps/dumps.ts. */

import { reapOrphans } from '../system/process.ts'

/**
 * @param onHangup rejects only by a defect of ours
 * @returns resolves with the name of the first signal that ends the daemon
 */
export function onSignals(onHangup: () => Promise<void>): Promise<string> {
  process.on('SIGHUP', () => {
    onHangup().catch((error: unknown) => {
      // Better to end and be started anew than to run half of a configuration.
      setImmediate(() => {
        throw error
      })
    })
  })
  // A client or a log reader that goes away is no reason to end.
  process.on('SIGPIPE', () => undefined)
  if (process.pid === 1) process.on('SIGCHLD', () => reapOrphans())
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        resolve(signal)
      })
    }
  })
}
