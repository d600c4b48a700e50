/** What can be found out about scripts, files and processes on one host. */

import type { Facts } from '../../src/vrrp/conditions.ts'
import type { Verdict } from '../../src/vrrp/election/state.ts'
import type { EngineEvent } from '../../src/vrrp/engine.ts'

export type TrackedKind = 'script' | 'file' | 'process'

export class Tracked {
  readonly script = new Map<string, Verdict>()
  readonly process = new Map<string, Verdict>()
  readonly file = new Map<string, number>()

  note(event: EngineEvent): void {
    if (event.type === 'script' || event.type === 'process') this[event.type].set(event.name, event.verdict)
    if (event.type === 'file') this.file.set(event.name, event.number)
  }

  /** What looking at it brings. */
  eventOf(kind: TrackedKind, name: string): EngineEvent {
    if (kind === 'file') return { type: kind, name, number: this.file.get(name) ?? 0 }
    return { type: kind, name, verdict: this[kind].get(name) ?? 'up' }
  }

  facts(): Pick<Facts, 'scripts' | 'files' | 'processes'> {
    return { scripts: new Map(this.script), files: new Map(this.file), processes: new Map(this.process) }
  }
}
