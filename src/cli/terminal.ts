/** Who follows a command that does not end by itself: a person at a terminal, or a program behind a pipe. */

import type { ReadStream, WriteStream } from 'node:tty'
import { screenModes } from './screen-codes.ts'

export interface Viewer {
  /** Undefined: no terminal, or none that can show pictures. */
  readonly screen: Screen | undefined
  /** Aborted when there is nobody any more; `reason` is the exit code. */
  readonly ended: AbortSignal
}

export interface Screen {
  readonly columns: number
  readonly rows: number
  write(text: string): void
  /** It has another size, or was used for something else. */
  onChange(callback: () => void): void
  /** Leaves the terminal as it was. */
  close(): void
}

/** Who is interrupted has done what was asked; whoever kills it learns so. */
const SIGNALS = { SIGINT: 0, SIGTERM: 143, SIGHUP: 129 } as const

/** @param pictures whether a terminal is to be taken over */
export function processViewer(pictures: boolean): Viewer {
  const { stdin, stdout, env } = process
  const controller = new AbortController()
  const end = (code: number): void => {
    controller.abort(code)
  }
  for (const [signal, code] of Object.entries(SIGNALS)) process.once(signal, () => end(code))
  // `vrrpd status --watch --json | head -1`
  stdout.on('error', () => {
    end(0)
  })
  const able = pictures && stdout.isTTY && env['TERM'] !== 'dumb'
  return { screen: able ? new Terminal(stdin, stdout, end) : undefined, ended: controller.signal }
}

/** A command that ends by itself, unless somebody ends it: what it has until then it tells. */
export interface Interruptible {
  /** Aborted by a signal; `reason` is the exit code of a program that it has ended, as shells have it. */
  readonly ended: AbortSignal
  /** From here on signals mean what they usually do. So they do when they come again. */
  readonly release: () => void
}

export function interruptible(): Interruptible {
  const controller = new AbortController()
  const codes = { ...SIGNALS, SIGINT: 130 } as const
  const handlers = Object.entries(codes).map(
    ([signal, code]) =>
      [
        signal,
        () => {
          controller.abort(code)
        },
      ] as const,
  )
  for (const [signal, end] of handlers) process.once(signal, end)
  return {
    ended: controller.signal,
    release: () => {
      for (const [signal, end] of handlers) process.off(signal, end)
    },
  }
}

/** Ctrl-C and Ctrl-D, where the terminal does not act upon them itself. */
const ENDING: readonly string[] = ['q', 'Q', '\u0003', '\u0004']
/** Ctrl-Z. */
const SUSPENDING = '\u001a'

class Terminal implements Screen {
  private readonly input: ReadStream
  private readonly output: WriteStream
  private readonly callbacks: (() => void)[] = []
  private isOurs = false

  constructor(input: ReadStream, output: WriteStream, end: (code: number) => void) {
    this.input = input
    this.output = output
    this.enter()
    process.once('exit', () => {
      this.close()
    })
    output.on('resize', () => {
      this.changed()
    })
    process.on('SIGCONT', () => {
      this.enter()
      this.changed()
    })
    input.on('data', (keys: Buffer) => {
      const typed = keys.toString()
      if (ENDING.includes(typed)) end(0)
      if (typed === SUSPENDING) this.suspend()
    })
  }

  get columns(): number {
    return this.output.columns
  }

  get rows(): number {
    return this.output.rows
  }

  /** What comes before it is ours again is not shown; what is newest then will be. */
  write(text: string): void {
    if (this.isOurs) this.output.write(text)
  }

  onChange(callback: () => void): void {
    this.callbacks.push(callback)
  }

  close(): void {
    if (!this.isOurs) return
    this.isOurs = false
    this.output.write(screenModes.leave)
    this.setRaw(false)
    this.input.pause()
  }

  private enter(): void {
    if (this.isOurs) return
    this.isOurs = true
    this.setRaw(true)
    this.input.resume()
    this.output.write(screenModes.enter)
  }

  /** Keys come at once and are not shown. */
  private setRaw(raw: boolean): void {
    if (this.input.isTTY) this.input.setRawMode(raw)
  }

  private suspend(): void {
    this.close()
    process.kill(0, 'SIGTSTP')
  }

  private changed(): void {
    for (const callback of this.callbacks) callback()
  }
}
