/**
 * Lines that wait for a destination that is slower than we are. Bounded: what
 * does not fit is counted, and the count takes the place of the lost lines as
 * soon as there is room. After an overflow nothing is kept until half is free
 * again, so that a slow reader gets runs of lines and not every hundredth one.
 */

export const LOG_BUFFER_BYTES: number = 1 << 20

export class LogQueue {
  private readonly limit: number
  private readonly lostLine: (count: number) => string
  private lines: Buffer[] = []
  private bytes = 0
  private lost = 0
  private total = 0

  /** @param lostLine the line, newline included, that reports how many are missing */
  constructor(limit: number, lostLine: (count: number) => string) {
    this.limit = limit
    this.lostLine = lostLine
  }

  /** Reported or not. */
  get lostInAll(): number {
    return this.total
  }

  push(line: string): void {
    const bytes = Buffer.from(line)
    const room = this.lost > 0 ? this.limit / 2 : this.limit
    if (this.bytes + bytes.length > room) {
      this.lost += 1
      this.total += 1
      return
    }
    this.reportLost()
    this.append(bytes)
  }

  /** Whole lines from the front, at least one if there is any, and no more than `max` bytes if that holds one. */
  take(max: number): readonly Buffer[] {
    if (this.lines.length === 0) this.reportLost()
    let count = 0
    let size = 0
    for (const line of this.lines) {
      if (count > 0 && size + line.length > max) break
      count += 1
      size += line.length
    }
    this.bytes -= size
    return this.lines.splice(0, count)
  }

  private append(line: Buffer): void {
    this.lines.push(line)
    this.bytes += line.length
  }

  private reportLost(): void {
    if (this.lost === 0) return
    this.append(Buffer.from(this.lostLine(this.lost)))
    this.lost = 0
  }
}
