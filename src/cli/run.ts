/** The daemon's entry: loads neither yargs nor any optional library. */

import { runDaemon } from '../daemon/lifecycle.ts'
import type { DaemonOptions } from './daemon-options.ts'

export function run(options: DaemonOptions): Promise<number> {
  return runDaemon(options)
}
