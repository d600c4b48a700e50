/**
 * A log file that follows its name: rotated away or removed, it is made anew
 * before the next line, which otherwise would go where nobody looks any more.
 * The event loop waits for none of it: lines wait in a bounded queue while the
 * file system answers.
 */

import { fstat, fstatSync, open, openSync, stat, type Stats } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { setTimeout as later } from 'node:timers/promises'
import { promisify } from 'node:util'
import { DescriptorWriter } from './log-descriptor.ts'
import { LOG_BUFFER_BYTES, LogQueue } from './log-queue.ts'

/** Lines closer together than this go into the same file without a look. */
const LOOK_MS = 1_000
/** For what a file that has been rotated away still gets. */
const LAST_LINES_MS = 10_000

export interface LogFileOptions {
  /** The line that reports how many are missing. */
  readonly lostLine: (count: number) => string
  /** Told once until it has gone well again: it cannot be made anew, and lines go where they went. */
  readonly onProblem: (text: string) => void
}

interface OpenFile {
  readonly writer: DescriptorWriter
  readonly device: number
  readonly inode: number
}

export class LogFile {
  private readonly path: string
  private readonly options: LogFileOptions
  private readonly held: LogQueue
  private file: OpenFile
  private looking: Promise<void> | undefined
  /** Until the file before this one has all it gets. */
  private last: Promise<void> = Promise.resolve()
  private lookedAt = performance.now()
  private hasProblem = false
  /** By the files before this one. */
  private lostBefore = 0

  /** Throws what opening throws. */
  constructor(path: string, options: LogFileOptions) {
    this.path = path
    this.options = options
    this.held = new LogQueue(LOG_BUFFER_BYTES, options.lostLine)
    const fd = openSync(path, 'a')
    this.file = this.adopt(fd, fstatSync(fd))
  }

  get linesLost(): number {
    return this.lostBefore + this.held.lostInAll + this.file.writer.linesLost
  }

  write(line: string): void {
    if (!this.looking && performance.now() - this.lookedAt < LOOK_MS) {
      this.file.writer.write(line)
      return
    }
    this.held.push(line)
    this.look()
  }

  /** Looks now: whoever has rotated it may wait for that. */
  look(): void {
    this.looking ??= this.followName().finally(() => {
      this.looking = undefined
      this.lookedAt = performance.now()
      this.release()
    })
  }

  /** Resolves when all is written, or after the deadline; what is left then is lost. */
  async close(deadlineMs: number): Promise<void> {
    const deadline = later(deadlineMs, undefined, { ref: false })
    await Promise.race([this.looking, deadline])
    this.release()
    await Promise.race([Promise.all([this.last, this.file.writer.close(deadlineMs)]), deadline])
  }

  private release(): void {
    for (const line of this.held.take(Number.POSITIVE_INFINITY)) this.file.writer.write(line.toString())
  }

  private async followName(): Promise<void> {
    try {
      if (!(await this.isNamed())) await this.reopen()
      this.hasProblem = false
    } catch (error) {
      if (this.hasProblem) return
      this.hasProblem = true
      const code = (error as NodeJS.ErrnoException).code ?? String(error)
      this.options.onProblem(
        `cannot log to ${this.path} any more: ${code}; lines go where that file has gone`,
      )
    }
  }

  /** Whether the open file is the one of that name. */
  private async isNamed(): Promise<boolean> {
    try {
      const { dev, ino } = await promisify(stat)(this.path)
      return dev === this.file.device && ino === this.file.inode
    } catch {
      return false
    }
  }

  private async reopen(): Promise<void> {
    const fd = await promisify(open)(this.path, 'a')
    const before = this.file.writer
    this.lostBefore += before.linesLost
    this.file = this.adopt(fd, await promisify(fstat)(fd))
    this.last = before.close(LAST_LINES_MS)
  }

  private adopt(fd: number, { dev, ino }: Stats): OpenFile {
    return { writer: new DescriptorWriter(fd, this.options.lostLine), device: dev, inode: ino }
  }
}
