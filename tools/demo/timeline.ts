/** What happened and when, printed scene by scene; a column each for the measured and the protocol's own time. */

import { type Duration, toMilliseconds, toSeconds } from '../../src/base/time.ts'
import type { WallTime } from '../../test/support/lab/time.ts'

const columns = { at: 8, host: 7, what: 62, measured: 11 }

export class Timeline {
  private start: WallTime | undefined
  private readonly scene: { readonly order: WallTime; readonly print: () => void }[] = []

  title(text: string): void {
    const bold = process.stdout.isTTY && process.env['NO_COLOR'] === undefined
    process.stdout.write(bold ? `\n\u001b[1m${text}\u001b[0m\n` : `\n${text}\n`)
  }

  text(text: string): void {
    process.stdout.write(`${text}\n`)
  }

  heading(): void {
    this.row('seconds', 'host', 'what happened', 'measured', 'protocol')
  }

  /**
   * Things are learnt out of order; a scene is printed in order when it ends. The very first is second zero.
   * What is within 10 ms stays in the order it was told: an address change is stamped by a process that listens,
   * a packet by the kernel.
   */
  at(when: WallTime, host: string, what: string, measured?: Duration, protocol?: Duration): void {
    this.start ??= when
    const at = ((when - this.start) / 1e6).toFixed(3)
    this.scene.push({
      order: Math.round(when / 10_000),
      print: () => this.row(at, host, what, spanText(measured), spanText(protocol)),
    })
  }

  endScene(): void {
    const scene = this.scene.splice(0).sort((a, b) => a.order - b.order)
    for (const { print } of scene) print()
  }

  private row(at: string, host: string, what: string, measured: string, protocol: string): void {
    const line = [
      at.padStart(columns.at),
      host.padEnd(columns.host),
      what.padEnd(columns.what),
      measured.padStart(columns.measured),
      protocol.padStart(columns.measured),
    ].join('  ')
    process.stdout.write(`${line.trimEnd()}\n`)
  }
}

function spanText(span: Duration | undefined): string {
  if (span === undefined) return ''
  return span < 100_000 ? `${toMilliseconds(span).toFixed(2)} ms` : `${toSeconds(span).toFixed(3)} s`
}
