/** Keeps the run record while the daemon runs. Nothing waits for it, and a disk that refuses is told once. */

import type { Result } from '../../base/result.ts'
import { milliseconds } from '../../base/time.ts'
import type { RecordFile, World } from '../../world/world.ts'
import { decodeRecord, encodeRecord, encodeTime, type ReadRecord, type RunRecord } from './run-record.ts'

/** Half of the shortest advert interval of version 2. */
const BEAT = milliseconds(500)

export const recordPath = (pidFile: string): string => `${pidFile}.state`

/** Undefined when the previous daemon has taken leave, or never was. Synchronous: before the start. */
export function readRecord(record: Pick<RecordFile, 'readNow'>, bootId: string): ReadRecord | undefined {
  const text = record.readNow()
  return text === undefined ? undefined : decodeRecord(text, bootId)
}

export interface RunRecordPorts extends Pick<World, 'clock' | 'timers' | 'soon' | 'record'> {
  readonly complain: (text: string) => void
}

export class RunRecordFile {
  private readonly ports: RunRecordPorts
  private readonly makeRecord: () => RunRecord
  private cancelBeat: (() => void) | undefined
  /** Writes follow each other; the next beat waits for its turn. */
  private work: Promise<void> = Promise.resolve()
  private isPlanned = false
  /** What is on disk is older than what is true: nothing may make it look fresh. */
  private isStale = false
  private hasComplained = false
  private isOver = false

  constructor(makeRecord: () => RunRecord, ports: RunRecordPorts) {
    this.makeRecord = makeRecord
    this.ports = ports
  }

  /** Writes at once: what is installed from now on is on record before it is there. */
  begin(): void {
    this.note(this.ports.record.writeNow(this.encode()))
    this.beat()
  }

  /** Something has changed; however often within one turn, it is written once. */
  renew(): void {
    if (this.isPlanned || this.isOver) return
    this.isPlanned = true
    this.ports.soon(() => {
      this.isPlanned = false
      this.enqueue(() => this.write())
    })
  }

  /** After a goodbye there is nothing to leave. */
  async remove(): Promise<void> {
    this.isOver = true
    this.cancelBeat?.()
    await this.work
    this.note(await this.ports.record.remove())
  }

  private beat(): void {
    this.cancelBeat = this.ports.timers.after(BEAT, () => {
      this.beat()
      this.enqueue(() => (this.isStale ? this.write() : this.writeTime()))
    })
  }

  private enqueue(task: () => Promise<void>): void {
    if (!this.isOver) this.work = this.work.then(task)
  }

  private async write(): Promise<void> {
    const { record, complain } = this.ports
    const written = await record.replace(this.encode())
    this.note(written)
    if (!written.ok) return
    this.isStale = false
    if (this.hasComplained) complain(`${record.path} is written again`)
    this.hasComplained = false
  }

  private async writeTime(): Promise<void> {
    this.note(await this.ports.record.overwriteBeginning(encodeTime(this.ports.clock.now())))
  }

  private encode(): string {
    return encodeRecord(this.makeRecord(), this.ports.clock.now())
  }

  private note(outcome: Result<undefined, string>): void {
    if (outcome.ok) return
    this.isStale = true
    if (this.hasComplained) return
    this.hasComplained = true
    this.ports.complain(
      `cannot write ${this.ports.record.path}: ${outcome.error}; after a crash, vrrpd cleanup will not know what to remove`,
    )
  }
}
