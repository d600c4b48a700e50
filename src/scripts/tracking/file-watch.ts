/**
 * One tracked file: its number now, and word of every change. inotify says when
 * to look; besides, the file is looked at every second, because inotify is
 * silent about what other hosts do to a network file system, about directories
 * that come later, and for ever after a directory was replaced or unmounted.
 *
 * A shell's `echo 5 >file` empties the file first. What is empty or gone only
 * counts when it still is a moment later, so that nobody leaves MASTER for it.
 */

import { basename, dirname } from 'node:path'
import { milliseconds, seconds, type Duration } from '../../base/time.ts'
import { leadingNumber } from './number.ts'
import type { Semaphore } from './semaphore.ts'
import type { Content, InitialContent, TrackingPorts } from './types.ts'

const PERIOD: Duration = seconds(1)
/** From an event until the file is read: what one writer does at once makes several. */
const SETTLING: Duration = milliseconds(10)
const EMPTY_MEANT_AFTER: Duration = milliseconds(50)
/** So long without an answer means that the file system is stuck. */
const PATIENCE: Duration = seconds(2)

/** One track_file. */
export interface FileToTrack {
  readonly name: string
  readonly path: string
  readonly initial?: InitialContent | undefined
}

export interface FileReport {
  readonly name: string
  readonly path: string
  /** Undefined: it has not been read yet. */
  readonly number: number | undefined
  /** Why it counts as 0; undefined: a number was read. */
  readonly problem: string | undefined
}

export interface FileEvents {
  readonly onNumber: (name: string, number: number) => void
  readonly onNote: (text: string) => void
}

export class FileWatch {
  readonly file: FileToTrack
  readonly #ports: TrackingPorts
  readonly #gate: Semaphore
  readonly #events: FileEvents
  #number: number | undefined
  #problem: string | undefined
  #endWatching: (() => void) | undefined
  /** Of the directory that is watched. */
  #watched: string | undefined
  #cancelTimer: () => void = () => {}
  #busy = false
  /** Something happened while the file was being read. */
  #again = false
  #stopped = false

  constructor(file: FileToTrack, gate: Semaphore, ports: TrackingPorts, events: FileEvents) {
    this.file = file
    this.#gate = gate
    this.#ports = ports
    this.#events = events
  }

  start(): void {
    this.#run(async () => {
      if (this.file.initial) {
        const problem = await this.#ports.trackedFiles.writeInitial(this.file.path, this.file.initial)
        if (problem !== undefined)
          this.#events.onNote(`Unable to write track file ${this.file.path}: ${problem}`)
      }
      await this.#look()
    })
  }

  stop(): void {
    this.#stopped = true
    this.#cancelTimer()
    this.#endWatching?.()
  }

  report(): FileReport {
    const { name, path } = this.file
    return { name, path, number: this.#number, problem: this.#problem }
  }

  #lookAfter(delay: Duration): void {
    if (this.#stopped) return
    this.#cancelTimer()
    this.#cancelTimer = this.#ports.timers.after(delay, () => this.#run(() => this.#look()))
  }

  /** Never twice at once: a file system that does not answer is asked no more. */
  #run(operation: () => Promise<void>): void {
    this.#busy = true
    this.#again = false
    const cancel = this.#ports.timers.after(PATIENCE, () => this.#stuck())
    this.#gate
      .pass(operation)
      .catch((error: unknown) => this.#events.onNote(`Track file ${this.file.path}: ${String(error)}`))
      .finally(() => {
        cancel()
        this.#busy = false
        this.#lookAfter(this.#again ? SETTLING : PERIOD)
      })
  }

  async #look(): Promise<void> {
    const { trackedFiles, timers } = this.#ports
    await this.#watchDirectory()
    let content = await trackedFiles.readBeginning(this.file.path)
    if (isEmpty(content)) {
      await new Promise<void>((resolve) => void timers.after(EMPTY_MEANT_AFTER, resolve))
      content = await trackedFiles.readBeginning(this.file.path)
    }
    if (!this.#stopped) this.#found(content)
  }

  #found(content: Content): void {
    if (content.kind !== 'text') {
      const because = content.kind === 'missing' ? 'it does not exist' : content.because
      if (this.#problem !== because && content.kind === 'unreadable') {
        this.#events.onNote(`Track file ${this.file.path} cannot be read and counts as 0: ${because}`)
      }
      this.#problem = because
      this.#decide(0)
      return
    }
    const number = leadingNumber(content.text)
    if (number === undefined) {
      if (this.#problem !== content.text) {
        this.#events.onNote(
          `Invalid number ${firstWord(content.text)} read from ${this.file.path} - ignoring`,
        )
      }
      this.#problem = content.text
      if (this.#number === undefined) this.#decide(0)
      return
    }
    this.#problem = undefined
    this.#decide(number)
  }

  #decide(number: number): void {
    if (number === this.#number) return
    this.#number = number
    this.#events.onNumber(this.file.name, number)
  }

  #stuck(): void {
    if (this.#stopped) return
    const taken =
      this.#number === undefined ? 'it counts as 0 until then' : `its last number ${this.#number} stands`
    this.#problem = 'reading it takes very long'
    this.#events.onNote(`Track file ${this.file.path}: ${this.#problem}; ${taken}`)
    if (this.#number === undefined) this.#decide(0)
  }

  /** Asked about first in another thread: where the file system does not answer, watching would wait in this one. */
  async #watchDirectory(): Promise<void> {
    const directory = dirname(this.file.path)
    const { trackedFiles } = this.#ports
    const identity = await trackedFiles.directoryIdentity(directory)
    if (this.#stopped || (identity === this.#watched && this.#endWatching)) return
    this.#unwatched()
    this.#watched = identity
    if (identity === undefined) return
    // Where it cannot be watched, the file is looked at every second all the same.
    this.#endWatching = trackedFiles.watchDirectory(
      directory,
      (name) => this.#changed(name),
      () => this.#unwatched(),
    )
  }

  #unwatched(): void {
    this.#endWatching?.()
    this.#endWatching = undefined
  }

  #changed(name: string | null): void {
    if (name !== null && name !== basename(this.file.path)) return
    if (this.#busy) this.#again = true
    else this.#lookAfter(SETTLING)
  }
}

const isEmpty = (content: Content): boolean =>
  content.kind === 'missing' || (content.kind === 'text' && content.text === '')

const firstWord = (text: string): string => /\S+/.exec(text)?.[0] ?? ''
