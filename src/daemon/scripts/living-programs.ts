/** A launcher that knows which of its programs are alive, so that none outlives the daemon by ignoring SIGTERM. */

import type { Duration } from '../../base/time.ts'
import type { LaunchHandlers, Launcher, LaunchSpec, RunningProgram, Timers } from '../../scripts/types.ts'

export class LivingPrograms implements Launcher {
  private readonly launcher: Launcher
  private readonly alive = new Set<RunningProgram>()
  private whenNoneIsAlive: () => void = () => undefined

  constructor(launcher: Launcher) {
    this.launcher = launcher
  }

  launch(spec: LaunchSpec, handlers: LaunchHandlers): ReturnType<Launcher['launch']> {
    const launched = this.launcher.launch(spec, {
      onOutput: (chunk) => {
        handlers.onOutput(chunk)
      },
      onExit: (status) => {
        if (launched.ok) this.alive.delete(launched.value)
        handlers.onExit(status)
        if (this.alive.size === 0) this.whenNoneIsAlive()
      },
    })
    if (launched.ok) this.alive.add(launched.value)
    return launched
  }

  /** They have been asked to end: resolves when all have, or once `grace` is over and the others are killed. */
  async end(grace: Duration, timers: Timers): Promise<void> {
    if (this.alive.size === 0) return
    await new Promise<void>((resolve) => {
      const cancel = timers.after(grace, resolve)
      this.whenNoneIsAlive = () => {
        cancel()
        resolve()
      }
    })
    for (const program of this.alive) program.killGroup('SIGKILL')
  }
}
