/** The daemon's entry: loads neither yargs nor any optional library. */

import { isatty } from 'node:tty'
import { DIRECTORY_VARIABLE } from '../base/own-child.ts'
import type { DaemonOptions } from './daemon-options.ts'
import { detach, whoWaits, type SayReady } from './detach.ts'

/** @returns the exit code of `vrrpd cleanup` */
export async function runCleanup(options: DaemonOptions, say: (text: string) => void): Promise<number> {
  const { cleanUp } = await import('../daemon/recovery/cleanup.ts')
  return cleanUp(options, say)
}

/** The process that serves the virtual servers. @param options its parent's */
export async function runChildOf(options: DaemonOptions): Promise<number> {
  const { runChild } = await import('../daemon/director/child/run.ts')
  const { settingsOfChild } = await import('../daemon/instance-naming.ts')
  const { withAbsolutePaths } = await import('../daemon/settings.ts')
  const settings = withAbsolutePaths(options, process.env[DIRECTORY_VARIABLE])
  // Of a daemon in the background it leads nowhere once that listens.
  process.stderr.on('error', () => undefined)
  // Nor is it a reason for a file system to stay in use.
  if (!options.foreground) process.chdir('/')
  return runChild(settingsOfChild(settings), 'child')
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
  if (options.parts === 'checkers') return runCheckersAlone(options, sayReady)
  const { runDaemon } = await import('../daemon/lifecycle.ts')
  return runDaemon(options, sayReady)
}

/** @param whenReady given when it runs in the background */
async function runCheckersAlone(options: DaemonOptions, whenReady: SayReady | undefined): Promise<number> {
  const { runChild } = await import('../daemon/director/child/run.ts')
  const { settingsOfChild } = await import('../daemon/instance-naming.ts')
  const { withAbsolutePaths } = await import('../daemon/settings.ts')
  const settings = settingsOfChild(whenReady === undefined ? options : withAbsolutePaths(options))
  if (whenReady !== undefined) process.chdir('/')
  return runChild(settings, 'alone', whenReady)
}

/** Who starts it by hand sees nothing of the log, and would be left with a number. */
function explain(code: number, { log }: DaemonOptions): void {
  if (log.console || !isatty(2)) return
  process.stderr.write(
    `vrrpd ended with exit code ${code}; the log says why: vrrpd -nlG shows it here, vrrpd check examines the configuration\n`,
  )
}
