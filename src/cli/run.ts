/** The daemon's entry: loads neither yargs nor any optional library. */

import { isatty } from 'node:tty'
import type { DaemonOptions } from './daemon-options.ts'
import { detach, whoWaits } from './detach.ts'

/** @returns the exit code of `vrrpd cleanup` */
export async function runCleanup(options: DaemonOptions, say: (text: string) => void): Promise<number> {
  const { cleanUp } = await import('../daemon/recovery/cleanup.ts')
  return cleanUp(options, say)
}

export async function run(options: DaemonOptions): Promise<number> {
  if (options.configTest) {
    const { testConfiguration } = await import('../daemon/config-test.ts')
    return testConfiguration(options, options.configTest.logFile)
  }
  const sayReady = whoWaits(process.env)
  if (!options.foreground && !sayReady) {
    const code = await detach()
    if (code !== 0) explain(code, options)
    // The daemon's stderr is still open to us; only we know that it is of no more use.
    process.exit(code)
  }
  const { runDaemon } = await import('../daemon/lifecycle.ts')
  return runDaemon(options, sayReady)
}

/** Who starts it by hand sees nothing of the log, and would be left with a number. */
function explain(code: number, { log }: DaemonOptions): void {
  if (log.console || !isatty(2)) return
  process.stderr.write(
    `vrrpd ended with exit code ${code}; the log says why: vrrpd -nlG shows it here, vrrpd check examines the configuration\n`,
  )
}
