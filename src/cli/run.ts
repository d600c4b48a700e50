/** The daemon's entry. */

import type { DaemonOptions } from './daemon-options.ts'

export function run(options: DaemonOptions): Promise<number> {
  return Promise.reject(new Error(`not assembled yet: ${options.configFile}`))
}
