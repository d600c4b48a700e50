/** Asks a question about configurations in a thread of its own: see questions.ts. */

import { Worker } from 'node:worker_threads'
import { accepted, rejected, type Result } from '../../base/result.ts'
import type { Answers, Question } from './questions.ts'

/** The bundle has a file for it; run from its source the program has this one's neighbour. */
const PROGRAM = new URL(import.meta.url.endsWith('.ts') ? 'thread.ts' : 'reader.js', import.meta.url)

/** Files of 10,000 real servers need less than 200; whatever needs more ends the thread, and not the daemon. */
const LARGEST_HEAP_MB = 1_024

/** @returns rejected in words: there was no thread, or it has ended without an answer */
export function ask<Kind extends Question['kind']>(
  question: Extract<Question, { readonly kind: Kind }>,
  program: URL = PROGRAM,
): Promise<Result<Answers[Kind], string>> {
  return new Promise((resolve) => {
    const refuse = (error: unknown): void => {
      resolve(rejected(error instanceof Error ? error.message : String(error)))
    }
    try {
      const worker = new Worker(program, {
        name: 'reader',
        workerData: question,
        resourceLimits: { maxOldGenerationSizeMb: LARGEST_HEAP_MB },
      })
      worker.once('message', (answer: Answers[Kind]) => {
        resolve(accepted(answer))
      })
      worker.once('error', refuse)
      worker.once('exit', (code) => {
        refuse(`its thread has ended with code ${code}`)
      })
    } catch (error) {
      refuse(error)
    }
  })
}
