/**
 * Scripts of virtual and real servers: started, and not waited for. They run side by side, as keepalived's do; at the
 * end they get a second, and are ended then.
 */

import { seconds } from '../../../base/time.ts'
import type { Program } from '../../../director/configuration.ts'
import type { ScriptKind } from '../../../director/state.ts'
import { startProgram } from '../../../scripts/process.ts'
import type { Script, ScriptPorts } from '../../../scripts/types.ts'
import type { Log } from '../../log/logging.ts'
import { LivingPrograms } from '../../scripts/living-programs.ts'

/** keepalived's (measured, 2.2.7). */
const GRACE = seconds(1)

export class ServerScripts {
  private readonly ports: ScriptPorts
  private readonly log: Pick<Log, 'detail' | 'warn'>
  private readonly living: LivingPrograms

  constructor(ports: ScriptPorts, log: Pick<Log, 'detail' | 'warn'>) {
    this.ports = ports
    this.log = log
    this.living = new LivingPrograms(ports.launcher)
  }

  /** @param script undefined: it has not been examined, which is a defect of ours that stops nothing else */
  run(kind: ScriptKind, program: Program, script: Script | undefined): void {
    const [name] = program.argv
    // Why it is disabled has been said when the file was read.
    if (script?.kind !== 'runnable') return
    const started = startProgram(
      { ...this.ports, launcher: this.living },
      script.spec,
      undefined,
      (ended) => {
        const { status, output } = ended
        const printed = output === '' ? '' : `: ${output}`
        if (status.kind === 'signalled')
          this.log.warn(`${kind} ${name} was ended by signal ${status.signal}${printed}`)
        else if (status.code !== 0)
          this.log.warn(`${kind} ${name} exited with status ${status.code}${printed}`)
        else this.log.detail(`${kind} ${name} succeeded`)
      },
    )
    if (!started.ok) this.log.warn(`${kind} ${name} cannot be run: ${started.error.text}`)
  }

  async finish(): Promise<void> {
    await this.living.end(GRACE, this.ports.timers)
  }
}
