/** Keeps the run record on disk while the daemon runs. Nothing waits for it, and a disk that refuses is told once. */

import { closeSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import type { Clock } from '../../base/time.ts'
import { decodeRecord, encodeRecord, encodeTime, type ReadRecord, type RunRecord } from './run-record.ts'

/** Half of the shortest advert interval of version 2. */
const BEAT_MS = 500

export const recordPath = (pidFile: string): string => `${pidFile}.state`

/** `unknown` where the kernel does not say: then records of all boots are as good as each other. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  } catch {
    return 'unknown'
  }
}

/** Undefined when the previous daemon has taken leave, or never was. Synchronous: before the start. */
export function readRecord(path: string): ReadRecord | undefined {
  try {
    return decodeRecord(readFileSync(path, 'utf8'), bootId())
  } catch {
    return undefined
  }
}

export class RunRecordFile {
  private readonly path: string
  private readonly clock: Clock
  private readonly complain: (text: string) => void
  private readonly makeRecord: () => RunRecord
  private readonly beat: NodeJS.Timeout
  private handle: FileHandle | undefined
  /** Writes follow each other; the next beat waits for its turn. */
  private work: Promise<void> = Promise.resolve()
  private isPlanned = false
  /** What is on disk is older than what is true: nothing may make it look fresh. */
  private isStale = false
  private hasComplained = false
  private isOver = false

  /** Writes at once: what is installed from now on is on record before it is there. */
  constructor(
    path: string,
    makeRecord: () => RunRecord,
    { clock, complain }: { readonly clock: Clock; readonly complain: (text: string) => void },
  ) {
    this.path = path
    this.clock = clock
    this.complain = complain
    this.makeRecord = makeRecord
    this.writeFirst()
    this.beat = setInterval(() => {
      this.enqueue(() => (this.isStale ? this.write() : this.writeTime()))
    }, BEAT_MS).unref()
  }

  /** Something has changed; however often within one turn, it is written once. */
  renew(): void {
    if (this.isPlanned || this.isOver) return
    this.isPlanned = true
    setImmediate(() => {
      this.isPlanned = false
      this.enqueue(() => this.write())
    })
  }

  /** After a goodbye there is nothing to leave. */
  async remove(): Promise<void> {
    this.isOver = true
    clearInterval(this.beat)
    await this.work
    await this.handle?.close()
    await rm(this.path, { force: true }).catch((error: unknown) => {
      this.refused(error)
    })
  }

  private enqueue(task: () => Promise<void>): void {
    if (this.isOver) return
    this.work = this.work.then(task).catch((error: unknown) => {
      this.refused(error)
    })
  }

  private async write(): Promise<void> {
    const temporary = `${this.path}.new`
    const handle = await open(temporary, 'w', 0o600)
    try {
      await handle.writeFile(encodeRecord(this.makeRecord(), this.clock.now()))
      await rename(temporary, this.path)
    } catch (error) {
      await handle.close()
      await rm(temporary, { force: true })
      throw error
    }
    // The former one's; what is on disk is the new one's from here on.
    await this.handle?.close()
    this.handle = handle
    this.isStale = false
    if (this.hasComplained) this.complain(`${this.path} is written again`)
    this.hasComplained = false
  }

  private async writeTime(): Promise<void> {
    this.handle ??= await open(this.path, 'r+')
    await this.handle.write(encodeTime(this.clock.now()), 0)
  }

  private writeFirst(): void {
    const temporary = `${this.path}.new`
    try {
      rmSync(temporary, { force: true })
      const fd = openSync(temporary, 'wx', 0o600)
      try {
        writeSync(fd, encodeRecord(this.makeRecord(), this.clock.now()))
      } finally {
        closeSync(fd)
      }
      renameSync(temporary, this.path)
    } catch (error) {
      this.refused(error)
    }
  }

  private refused(error: unknown): void {
    this.isStale = true
    if (this.hasComplained) return
    this.hasComplained = true
    const reason = error instanceof Error ? error.message : String(error)
    this.complain(
      `cannot write ${this.path}: ${reason}; after a crash, vrrpd cleanup will not know what to remove`,
    )
  }
}
