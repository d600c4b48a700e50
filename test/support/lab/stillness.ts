/**
 * When a moment is over. It has many parts (addresses, routes, rules, packets,
 * calls of scripts), and whoever has seen one of them has not seen the others:
 * it is over when nothing has come for a while, in none of them, and no script
 * is running any more.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { type Duration, milliseconds, seconds, toMilliseconds } from '../../../src/base/time.ts'
import type { Capture } from './capture.ts'
import type { KernelNews } from './kernel-news.ts'
import type { Recorder } from './recorder.ts'
import { patiently, pause, type WallTime, wallNow } from './time.ts'

export interface Watched {
  /** Links, addresses, routes and rules of each. */
  readonly kernels: readonly KernelNews[]
  /** Gratuitous ARP, and adverts that say something else than their sender's last. */
  readonly captures?: readonly Capture[]
  /** Scripts that write down how they were called. */
  readonly recorders?: readonly Recorder[]
}

/** Longer than a daemon needs from one part of a transition to the next, shorter than any timer of the protocol. */
const aWhile = seconds(0.5)

/** Waits until nothing of it has changed for that span. */
export async function untilStill(watched: Watched, span: Duration = aWhile): Promise<void> {
  const { kernels, captures = [], recorders = [] } = watched
  const deadline = wallNow() + span + patiently
  for (;;) {
    const last: Record<string, WallTime> = {
      'the kernels': Math.max(0, ...kernels.map((kernel) => kernel.lastAt)),
      'the wire': Math.max(0, ...captures.map((capture) => capture.lastNewsAt)),
      'the scripts': Math.max(0, ...recorders.map((recorder) => recorder.lastCallAt())),
    }
    const now = wallNow()
    const rest = Math.max(...Object.values(last)) + span - now
    if (rest <= 0 && !isRunning(recorders)) return
    if (now > deadline) {
      const noisy = Object.keys(last).filter((part) => last[part]! + span > now)
      throw new Error(
        `${noisy.join(' and ') || 'a script'} did not come to rest in ${toMilliseconds(patiently)} ms`,
      )
    }
    await pause(Math.max(milliseconds(50), rest) as Duration)
  }
}

/** Whether any process is one of those scripts, whoever its parent is by now. */
function isRunning(recorders: readonly Recorder[]): boolean {
  if (recorders.length === 0) return false
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(commandLineOf)
    .some((words) => recorders.some(({ command }) => words.includes(command)))
}

function commandLineOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return [] // It has ended.
  }
}
