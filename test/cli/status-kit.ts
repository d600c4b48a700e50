/** A daemon that reports what a test says, and a command that asks it, in this process. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CommandIo } from '../../src/cli/io.ts'
import { succeeded, type Response } from '../../src/control/protocol.ts'
import type { StatusReport } from '../../src/control/report.ts'
import type { ControlServer } from '../../src/control/server.ts'
import type { Stream } from '../../src/control/stream.ts'
import { serve } from '../control/support.ts'

export interface Output extends CommandIo {
  readonly text: () => { readonly out: string; readonly err: string }
}

export function makeOutput(): Output {
  let out = ''
  let err = ''
  return {
    out: (text) => (out += text),
    err: (text) => (err += text),
    width: 80,
    colour: false,
    terminal: false,
    now: () => Date.parse('2026-11-21T10:03:00.000Z'),
    text: () => ({ out, err }),
  }
}

/** Sends every client each report that is pushed, beginning with the newest. */
export class FakeDaemon {
  readonly directory: string = mkdtempSync(join(tmpdir(), 'vrrpd-status-'))
  readonly path: string = join(this.directory, 'vrrpd.sock')
  private readonly streams = new Set<Pushed>()
  private server: ControlServer | undefined
  private newest: StatusReport

  constructor(first: StatusReport) {
    this.newest = first
  }

  get clients(): number {
    return this.streams.size
  }

  async start(): Promise<void> {
    this.server = await serve(this.path, {
      handle: ({ request }) => {
        if (request !== 'watch') return succeeded<'status'>(this.newest)
        const stream = new Pushed(() => this.streams.delete(stream))
        this.streams.add(stream)
        stream.push(this.newest)
        return stream
      },
    })
  }

  push(report: StatusReport): void {
    this.newest = report
    for (const stream of this.streams) stream.push(report)
  }

  async stop(): Promise<void> {
    await this.server?.close()
    this.server = undefined
  }

  async remove(): Promise<void> {
    await this.stop()
    rmSync(this.directory, { recursive: true })
  }
}

class Pushed implements Stream {
  private readonly leave: () => void
  private readonly waiting: Response[] = []
  private over = false
  private wake: () => void = () => undefined

  constructor(leave: () => void) {
    this.leave = leave
  }

  push(report: StatusReport): void {
    this.waiting.push(succeeded<'watch'>(report))
    this.wake()
  }

  async next(): Promise<Response | undefined> {
    while (this.waiting.length === 0 && !this.over)
      await new Promise<void>((resolve) => {
        this.wake = resolve
      })
    return this.waiting.shift()
  }

  close(): void {
    this.over = true
    this.leave()
    this.wake()
  }
}
