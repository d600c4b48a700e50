/** All tracked files. */

import { FileWatch, type FileEvents, type FileReport, type FileToTrack } from './file-watch.ts'
import { Semaphore } from './semaphore.ts'
import type { TrackingPorts } from './types.ts'

/** Of the four threads that file operations have. */
const AT_A_TIME = 2

export class TrackedFiles {
  readonly #ports: TrackingPorts
  readonly #events: FileEvents
  readonly #gate = new Semaphore(AT_A_TIME)
  #watches: ReadonlyMap<string, FileWatch> = new Map()

  constructor(ports: TrackingPorts, events: FileEvents) {
    this.#ports = ports
    this.#events = events
  }

  /** At start and at a reload: what has the same name and path goes on undisturbed. */
  replace(files: readonly FileToTrack[]): void {
    const before = this.#watches
    const watches = new Map<string, FileWatch>()
    for (const file of files) {
      const known = before.get(file.name)
      const kept = known?.file.path === file.path ? known : undefined
      watches.set(file.name, kept ?? new FileWatch(file, this.#gate, this.#ports, this.#events))
    }
    this.#watches = watches
    for (const [name, watch] of before) if (watches.get(name) !== watch) watch.stop()
    for (const [name, watch] of watches) if (before.get(name) !== watch) watch.start()
  }

  stop(): void {
    this.replace([])
  }

  reports(): readonly FileReport[] {
    return [...this.#watches.values()].map((watch) => watch.report())
  }
}
