/** Asks a question about configurations in a thread of its own: see questions.ts. */

import { closeSync, fstatSync, openSync, read } from 'node:fs'
import { stat } from 'node:fs/promises'
import { accepted, rejected, type Result } from '../../base/result.ts'
import type { Answers, Question } from './questions.ts'

/** A bundle of its own beside the daemon's, in one file: see tools/build.mjs. */
const PROGRAM = new URL('reader.cjs', import.meta.url)

/**
 * Up to here, packed or as a file, a configuration is read in less time than two adverts of different priorities are
 * apart, and in less than a thread needs to start: some 150 real servers.
 */
export const LARGE_BYTES = 65_536

/** What a file includes is not looked at. */
export const isLargeFile = (path: string): Promise<boolean> =>
  stat(path).then(
    ({ size }) => size > LARGE_BYTES,
    () => false,
  )

/** Files of 10,000 real servers need less than 200; whatever needs more ends the thread, and not the daemon. */
const LARGEST_HEAP_MB = 1_024

/**
 * Opened when the daemon starts: an upgrade replaces the file, and a reload must not meet another version's thread. One
 * that is not there is told by whoever asks.
 */
export class ThreadProgram {
  readonly #fd: Result<number, string>

  constructor(file: URL = PROGRAM) {
    this.#fd = opened(file)
  }

  /** @returns rejected in words: there was no thread, or it has ended without an answer */
  async ask<Kind extends Question['kind']>(
    question: Extract<Question, { readonly kind: Kind }>,
  ): Promise<Result<Answers[Kind], string>> {
    if (!this.#fd.ok) return this.#fd
    const fd = this.#fd.value
    try {
      // Loaded with the first question: it is memory that a daemon without reloads does without.
      const { Worker } = await import('node:worker_threads')
      const options = {
        name: 'reader',
        workerData: question,
        resourceLimits: { maxOldGenerationSizeMb: LARGEST_HEAP_MB },
      }
      const worker = new Worker(await textOf(fd), { ...options, eval: true })
      return await new Promise((resolve) => {
        worker.once('message', (answer: Answers[Kind]) => {
          resolve(accepted(answer))
        })
        worker.once('error', (error) => {
          resolve(rejected(wordsOf(error)))
        })
        worker.once('exit', (code) => {
          resolve(rejected(`its thread has ended with code ${code}`))
        })
      })
    } catch (error) {
      return rejected(wordsOf(error))
    }
  }

  close(): void {
    if (this.#fd.ok) closeSync(this.#fd.value)
  }
}

function opened(file: URL): Result<number, string> {
  try {
    return accepted(openSync(file, 'r'))
  } catch (error) {
    return rejected(wordsOf(error))
  }
}

/** Read anew for each question: a quarter of a megabyte that nobody needs in between. */
const textOf = (fd: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const bytes = new Uint8Array(fstatSync(fd).size)
    read(fd, bytes, 0, bytes.length, 0, (error) => {
      if (error) reject(error)
      else resolve(new TextDecoder().decode(bytes))
    })
  })

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
