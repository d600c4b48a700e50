/** What can be found out about scripts, files and processes on one host. */

import type { Facts } from '../../src/vrrp/conditions.ts'
import type { Verdict } from '../../src/vrrp/election/state.ts'
import type { EngineEvent } from '../../src/vrrp/engine.ts'

type Found = Pick<Facts, 'scripts' | 'files' | 'processes'>

export class Tracked {
  readonly script: Map<string, Verdict>
  readonly process: Map<string, Verdict>
  readonly file: Map<string, number>

  constructor({ scripts = new Map(), processes = new Map(), files = new Map() }: Partial<Found> = {}) {
    this.script = new Map(scripts)
    this.process = new Map(processes)
    this.file = new Map(files)
  }

  note(event: EngineEvent): void {
    if (event.type === 'script' || event.type === 'process') {
      // A script that nobody tracked for a while is a new one.
      if (event.verdict === 'pending') this[event.type].delete(event.name)
      else this[event.type].set(event.name, event.verdict)
    }
    if (event.type === 'file') this.file.set(event.name, event.number)
  }

  /** What looking at it brings. */
  verdictOf(kind: 'script' | 'process', name: string): Verdict {
    return this[kind].get(name) ?? 'up'
  }

  numberOf(file: string): number {
    return this.file.get(file) ?? 0
  }
}
