/**
 * Sends log lines to the system's log, one datagram each. A log daemon that is
 * slow, stopped or being restarted costs nothing: lines wait in the bounded
 * queue and are tried again, less and less often, down to twice a second.
 */

import { LogQueue, LOG_BUFFER_BYTES } from './log-queue.ts'

/** The real one is openDevLog() in log-dev-log.ts. */
export interface SyslogPort {
  /** False: not now. Never waits. */
  send(datagram: Uint8Array): boolean
  close(): void
}

const FIRST_RETRY_MS = 8
const LAST_RETRY_MS = 500

export class SyslogWriter {
  private readonly port: SyslogPort
  private readonly queue: LogQueue
  private unsent: Buffer | undefined
  private retry: NodeJS.Timeout | undefined
  private wait = FIRST_RETRY_MS
  /** Set once nothing more will be sent after what is queued. */
  private closed: (() => void) | undefined

  constructor(port: SyslogPort, lostLine: (count: number) => string, limit: number = LOG_BUFFER_BYTES) {
    this.port = port
    this.queue = new LogQueue(limit, lostLine)
  }

  get linesLost(): number {
    return this.queue.lostInAll
  }

  write(line: string): void {
    this.queue.push(line)
    this.pump()
  }

  /** Resolves when all is sent, or the deadline has come; what is left then is lost. Once only. */
  close(deadlineMs: number): Promise<void> {
    return new Promise((resolve) => {
      const deadline = setTimeout(() => this.closed?.(), deadlineMs)
      this.closed = () => {
        clearTimeout(deadline)
        clearTimeout(this.retry)
        this.port.close()
        resolve()
      }
      this.retry?.ref()
      this.pump()
    })
  }

  private pump(): void {
    if (this.retry) return
    for (;;) {
      this.unsent ??= this.queue.take(1)[0]
      if (!this.unsent) {
        this.closed?.()
        return
      }
      if (!this.port.send(this.unsent)) {
        this.tryLater()
        return
      }
      this.unsent = undefined
      this.wait = FIRST_RETRY_MS
    }
  }

  private tryLater(): void {
    this.retry = setTimeout(() => {
      this.retry = undefined
      this.pump()
    }, this.wait)
    this.wait = Math.min(2 * this.wait, LAST_RETRY_MS)
    if (!this.closed) this.retry.unref()
  }
}
