/** The record on the disk: written a moment after something has changed, and no more often than takes little of the time. */

import { milliseconds, type Clock, type Instant } from '../../../base/time.ts'
import { recordText, type ParentIdentity } from '../../../director/record.ts'
import type { Snapshot } from '../../../director/snapshot.ts'
import type { Timers } from '../../../scripts/types.ts'
import type { RecordFile } from '../../../world/world.ts'

export interface LvsRecordPorts {
  readonly clock: Clock
  readonly timers: Timers
  readonly record: RecordFile
  readonly bootId: string
  readonly parent: ParentIdentity | undefined
  readonly snapshot: () => Snapshot
  readonly complain: (text: string) => void
}

/** A verdict that is lost with us is found again by the next check. */
const AFTER_CHANGE = milliseconds(200)
/** What making it took comes so often into the pause after it: five of a hundred of the time at most. */
const PAUSE_FACTOR = 20

export class LvsRecord {
  private readonly ports: LvsRecordPorts
  private isPlanned = false
  private isOver = false
  private notBefore: Instant | undefined
  private work: Promise<void> = Promise.resolve()
  private cancel = (): void => undefined
  private hasComplained = false

  constructor(ports: LvsRecordPorts) {
    this.ports = ports
  }

  /** Something has changed. */
  renew(): void {
    if (this.isPlanned || this.isOver) return
    this.isPlanned = true
    const { clock, timers } = this.ports
    const wait = Math.max(AFTER_CHANGE, (this.notBefore ?? 0) - clock.now()) as typeof AFTER_CHANGE
    this.cancel = timers.after(wait, () => {
      this.isPlanned = false
      this.work = this.work.then(() => this.write())
    })
  }

  /** All that is known, before we go. */
  async finish(): Promise<void> {
    this.isOver = true
    this.cancel()
    await this.work
    await this.write()
  }

  /** After a deliberate end there is nothing to go on with. */
  async remove(): Promise<void> {
    this.isOver = true
    this.cancel()
    await this.work
    await this.ports.record.remove()
  }

  /** At once, whatever is under way: we are about to go. */
  writeNow(): void {
    this.isOver = true
    this.cancel()
    this.ports.record.writeNow(this.encode())
  }

  private async write(): Promise<void> {
    const { clock, record, complain } = this.ports
    const began = clock.now()
    const text = this.encode()
    const took = clock.now() - began
    this.notBefore = (clock.now() + took * PAUSE_FACTOR) as Instant
    const written = await record.replace(text)
    if (written.ok) {
      this.hasComplained = false
      return
    }
    if (this.hasComplained) return
    this.hasComplained = true
    complain(
      `cannot write ${record.path}: ${written.error}; after a crash servers that are down will be served until they are checked`,
    )
  }

  private encode(): string {
    const { bootId, parent, snapshot } = this.ports
    return recordText(bootId, parent, snapshot())
  }
}
