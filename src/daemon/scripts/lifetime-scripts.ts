/** startup_script and shutdown_script: run once and waited for, but no longer than they may take. */

import { toSeconds } from '../../base/time.ts'
import type { LimitedScript } from '../../config/model.ts'
import { startProgram } from '../../scripts/process.ts'
import type { Script, ScriptPorts } from '../../scripts/types.ts'
import type { Log } from '../log/logging.ts'

export interface LifetimePorts {
  readonly programs: ScriptPorts
  readonly log: Log
}

/** However it ends, the daemon goes on: keepalived does so, too. */
export async function runLifetimeScript(
  which: 'startup' | 'shutdown',
  { timeout }: LimitedScript,
  script: Script,
  { programs, log }: LifetimePorts,
): Promise<void> {
  if (script.kind === 'disabled') {
    log.warn(script.text)
    return
  }
  const [program] = script.spec.argv
  log.info(`Running ${which} script ${program}`)
  await new Promise<void>((resolve) => {
    const started = startProgram(programs, script.spec, timeout, ({ status, timedOut, output }) => {
      const printed = output === '' ? '' : `: ${output}`
      if (timedOut) log.warn(`${which} script was ended after ${toSeconds(timeout)} s${printed}`)
      else if (status.kind === 'signalled')
        log.warn(`${which} script was ended by signal ${status.signal}${printed}`)
      else if (status.code !== 0) log.warn(`${which} script failed with status ${status.code}${printed}`)
      else log.info(`${which} script succeeded`)
      resolve()
    })
    if (started.ok) return
    log.warn(`${which} script ${program} cannot be run: ${started.error.text}`)
    resolve()
  })
}
