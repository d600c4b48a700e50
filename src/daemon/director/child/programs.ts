/**
 * Scripts of virtual and real servers: started, and not waited for. They run side by side, as keepalived's do; at the
 * end they get a second, and are ended then.
 *
 * To start a program holds the event loop, and a thousand servers that die together are a thousand programs: they are
 * started one a turn, so that the others' deaths reach the kernel's table first, and a word of the daemon's is heard.
 */

import { microseconds, seconds } from '../../../base/time.ts'
import type { Program } from '../../../director/configuration.ts'
import type { ScriptKind } from '../../../director/state.ts'
import { startProgram } from '../../../scripts/process.ts'
import type { LaunchSpec, Script, ScriptPorts } from '../../../scripts/types.ts'
import type { Log } from '../../log/logging.ts'
import { LivingPrograms } from '../../scripts/living-programs.ts'

/** keepalived's (measured, 2.2.7). */
const GRACE = seconds(1)

export class ServerScripts {
  private readonly ports: ScriptPorts
  private readonly log: Pick<Log, 'detail' | 'warn'>
  private readonly living: LivingPrograms
  /** In their order. */
  private readonly waiting: (() => void)[] = []

  constructor(ports: ScriptPorts, log: Pick<Log, 'detail' | 'warn'>) {
    this.ports = ports
    this.log = log
    this.living = new LivingPrograms(ports.launcher)
  }

  /** @param script undefined: it has not been examined, which is a defect of ours that stops nothing else */
  run(kind: ScriptKind, program: Program, script: Script | undefined): void {
    // Why it is disabled has been said when the file was read.
    if (script?.kind !== 'runnable') return
    const { spec } = script
    this.waiting.push(() => {
      this.start(kind, program, spec)
    })
    if (this.waiting.length === 1) this.startNextTurn()
  }

  async finish(): Promise<void> {
    while (this.waiting.length > 0) this.waiting.shift()?.()
    await this.living.end(GRACE, this.ports.timers)
  }

  private startNextTurn(): void {
    this.ports.timers.after(microseconds(0), () => {
      this.waiting.shift()?.()
      if (this.waiting.length > 0) this.startNextTurn()
    })
  }

  private start(kind: ScriptKind, program: Program, spec: LaunchSpec): void {
    const [name] = program.argv
    const started = startProgram({ ...this.ports, launcher: this.living }, spec, undefined, (ended) => {
      const { status, output } = ended
      const printed = output === '' ? '' : `: ${output}`
      if (status.kind === 'signalled')
        this.log.warn(`${kind} ${name} was ended by signal ${status.signal}${printed}`)
      else if (status.code !== 0) this.log.warn(`${kind} ${name} exited with status ${status.code}${printed}`)
      else this.log.detail(`${kind} ${name} succeeded`)
    })
    if (!started.ok) this.log.warn(`${kind} ${name} cannot be run: ${started.error.text}`)
  }
}
