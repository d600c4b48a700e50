/**
 * All notify lanes: one per instance and group, independent of each other.
 *
 * A host that takes over hundreds of instances has as many programs to start
 * in the same instant, and 250 of them in one turn of the event loop held it
 * for 133 ms (measured): so notifications enter their lanes one a turn, in the
 * order in which they were submitted, and adverts go out in between.
 */

import { after, microseconds, type Duration } from '../base/time.ts'
import type { NotifyEvent } from './notify-events.ts'
import { NotifyLane } from './notify-lane.ts'
import type { Notification, NotifySubject } from './notify.ts'
import type { ScriptPorts } from './types.ts'

export class NotifyQueue {
  readonly #ports: ScriptPorts
  readonly #onEvent: (event: NotifyEvent) => void
  readonly #lanes = new Map<string, NotifyLane>()
  /** Submitted, and not in their lanes yet. */
  readonly #entering: Notification[] = []
  /** Resolves `finish`. */
  #whenIdle: () => void = () => {}

  constructor(ports: ScriptPorts, onEvent: (event: NotifyEvent) => void) {
    this.#ports = ports
    this.#onEvent = onEvent
  }

  /** Returns at once; programs are started when it is their turn. */
  submit(notification: Notification): void {
    if (notification.programs.length === 0) return
    this.#entering.push(notification)
    if (this.#entering.length === 1) this.#enterNextTurn()
  }

  #enterNextTurn(): void {
    this.#ports.timers.after(microseconds(0), () => {
      this.#enterOne()
      if (this.#entering.length > 0) this.#enterNextTurn()
    })
  }

  #enterOne(): void {
    const notification = this.#entering.shift()
    if (notification !== undefined) this.#laneOf(notification.subject).submit(notification)
  }

  /**
   * The end of the daemon, after the last notification was submitted. Resolves
   * when everything has run or `grace` is over; what still waited after half
   * of it was started then.
   */
  async finish(grace: Duration): Promise<void> {
    while (this.#entering.length > 0) this.#enterOne()
    const now = this.#ports.clock.now()
    const flushAt = after(now, Math.floor(grace / 2) as Duration)
    for (const lane of [...this.#lanes.values()]) lane.finish(flushAt)
    await new Promise<void>((resolve) => {
      const cancel = this.#ports.timers.after(grace, resolve)
      this.#whenIdle = () => {
        cancel()
        resolve()
      }
      if (this.#lanes.size === 0) this.#whenIdle()
    })
    for (const lane of this.#lanes.values()) lane.leave()
  }

  #laneOf(subject: NotifySubject): NotifyLane {
    const key = `${subject.type} ${subject.name}`
    const known = this.#lanes.get(key)
    if (known !== undefined) return known
    const lane = new NotifyLane(this.#ports, this.#onEvent, () => {
      this.#lanes.delete(key)
      if (this.#lanes.size === 0) this.#whenIdle()
    })
    this.#lanes.set(key, lane)
    return lane
  }
}
