/**
 * A thread that answers one question and ends. It may take the seconds that a large file needs, and run out of its own
 * memory: the event loop, which sends the adverts, goes on beside it. Its nice value lets the loop go first where both
 * have one processor (on Linux the value is the thread's own, see setpriority(2); real-time scheduling is not
 * inherited, see native/scheduling.c).
 */

import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { answerTo, ownedBy, type Answer, type Question } from './questions.ts'

const NICE = 15

try {
  setPriority(NICE)
} catch {
  // Whoever forbids it has the loop and the thread take turns.
}

function send(answer: Answer): void {
  parentPort?.postMessage(answer, ownedBy(answer))
}

answerTo(workerData as Question).then(send, (error: unknown) => {
  // As any defect: the thread ends with it, and who asked hears of it.
  setImmediate(() => {
    throw error
  })
})
