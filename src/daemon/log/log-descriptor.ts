/**
 * Writes log lines to a descriptor: stderr or a file. The event loop never
 * waits for it: writes run in libuv's thread pool, and a pipe or terminal that
 * takes nothing (a full pipe, ^S) answers EAGAIN, because it is opened a second
 * time without blocking. So the pool's thread is free again at once, and the
 * process can exit while nobody reads. (pino.destination is not used: at exit
 * it writes what is left synchronously, and waits for such a reader for ever.)
 */

import { close, constants, fstatSync, openSync, write } from 'node:fs'
import { LogQueue, LOG_BUFFER_BYTES } from './log-queue.ts'

/** Pipes hold 64 KiB. */
const CHUNK_BYTES = 64 << 10
const BUSY_MS = 50
/** A full disk, say. */
const FAILED_MS = 1_000

export class DescriptorWriter {
  private readonly fd: number
  private readonly queue: LogQueue
  /** What the last write left over. */
  private rest: Buffer | undefined
  private writing = false
  private broken = false
  private retry: NodeJS.Timeout | undefined
  /** Set once nothing more will be written after what is queued. */
  private closed: (() => void) | undefined

  constructor(fd: number, lostLine: (count: number) => string, limit: number = LOG_BUFFER_BYTES) {
    this.fd = fd
    this.queue = new LogQueue(limit, lostLine)
  }

  get linesLost(): number {
    return this.queue.lostInAll
  }

  write(line: string): void {
    if (this.broken) return
    this.queue.push(line)
    this.pump()
  }

  /** Resolves when all is written, or the deadline has come; what is left then is lost. */
  close(deadlineMs: number): Promise<void> {
    return new Promise((resolve) => {
      const deadline = setTimeout(() => {
        this.stop()
      }, deadlineMs)
      this.closed = () => {
        clearTimeout(deadline)
        resolve()
      }
      if (this.broken) this.closed()
      this.retry?.ref()
      this.pump()
    })
  }

  private pump(): void {
    if (this.writing || this.retry || this.broken) return
    const chunk = this.rest ?? Buffer.concat(this.queue.take(CHUNK_BYTES))
    this.rest = undefined
    if (chunk.length === 0) {
      if (this.closed) this.stop()
      return
    }
    this.writing = true
    write(this.fd, chunk, (error, written) => {
      this.writing = false
      if (error) this.failed(error, chunk)
      else if (written < chunk.length) this.rest = chunk.subarray(written)
      this.pump()
    })
  }

  private failed(error: NodeJS.ErrnoException, chunk: Buffer): void {
    // Nobody will ever read this again.
    if (error.code === 'EPIPE' || error.code === 'EBADF') {
      this.stop()
      return
    }
    this.rest = chunk
    const wait = error.code === 'EAGAIN' ? BUSY_MS : FAILED_MS
    this.retry = setTimeout(() => {
      this.retry = undefined
      this.pump()
    }, wait)
    if (!this.closed) this.retry.unref()
  }

  private stop(): void {
    if (this.broken) return
    this.broken = true
    clearTimeout(this.retry)
    // A write that still runs keeps its descriptor: the number must not be somebody else's by then.
    if (!this.writing && this.fd > 2) close(this.fd)
    this.closed?.()
  }
}

/**
 * A descriptor for the same pipe or terminal that does not block, without
 * changing the original, which other processes share. The original itself
 * where there is no such thing: a file does not need it, a socket cannot be
 * opened, and without /proc there is no other way.
 */
export function withoutBlocking(fd: number): number {
  const status = fstatSync(fd)
  if (!status.isFIFO() && !status.isCharacterDevice()) return fd
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  } catch {
    return fd
  }
}
