/** The notify FIFOs: what is written goes into each of them. */

import { FifoChannel, type FifoNotice, type FifoSpec } from '../../scripts/fifo-channel.ts'
import type { FifoPorts } from '../../scripts/fifo.ts'
import type { ScriptPorts } from '../../scripts/types.ts'

export class Fifos {
  private readonly ports: ScriptPorts & FifoPorts
  private readonly complain: (text: string) => void
  private channels: readonly FifoChannel[] = []

  constructor(ports: ScriptPorts & FifoPorts, complain: (text: string) => void) {
    this.ports = ports
    this.complain = complain
  }

  /** What stays the same goes on, with its reader; others are closed before any new one is opened. */
  use(specs: readonly FifoSpec[]): void {
    const kept = this.channels.filter((channel) => specs.some((spec) => channel.isSame(spec)))
    const gone = this.channels.filter((channel) => !kept.includes(channel))
    const closed = Promise.all(gone.map((channel) => channel.stop()))
    const paths = new Set(kept.map(({ spec }) => spec.path))
    const fresh = specs.flatMap((spec) => {
      if (kept.some((channel) => channel.isSame(spec))) return []
      if (paths.has(spec.path)) {
        this.complain(`notify FIFO ${spec.path} is named twice: the second is left out`)
        return []
      }
      paths.add(spec.path)
      return [new FifoChannel(spec, closed, this.ports, this.complain)]
    })
    this.channels = [...kept, ...fresh]
  }

  write(notice: FifoNotice): void {
    for (const channel of this.channels) channel.write(notice)
  }

  /** `RS … UP`, `VS … DOWN`: all but the last word says of whom. */
  writeLine(line: string): void {
    const subject = line.slice(0, line.lastIndexOf(' '))
    for (const channel of this.channels) channel.writeLine(line, subject)
  }

  async stop(): Promise<void> {
    await Promise.all(this.channels.map((channel) => channel.stop()))
  }
}
