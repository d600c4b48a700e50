/**
 * All tracked processes. keepalived hears of every fork and exit from the
 * kernel's proc connector, which is not there in network namespaces and which a
 * busy host floods; here /proc is looked through four times a second, in other
 * threads (docs/decisions/0018-what-is-tracked.md).
 */

import { milliseconds, seconds, type Duration } from '../../base/time.ts'
import { hasQuorum, matches, type ProcessToTrack } from './process-match.ts'
import type { TrackingPorts } from './types.ts'

const PERIOD: Duration = milliseconds(250)
/** Until /proc is tried again where it cannot be read at all. */
const PATIENCE: Duration = seconds(10)

export interface ProcessReport {
  readonly name: string
  /** Undefined: nobody has counted yet. */
  readonly running: number | undefined
  readonly verdict: 'pending' | 'up' | 'down'
  /** The count says otherwise, which counts only when it has lasted. */
  readonly isWaiting: boolean
}

export interface ProcessEvents {
  readonly onVerdict: (name: string, verdict: 'up' | 'down') => void
  readonly onNote: (text: string) => void
}

interface Watched {
  readonly process: ProcessToTrack
  count: number | undefined
  verdict: 'pending' | 'up' | 'down'
  /** Ends the waiting for a change to last. */
  cancel: (() => void) | undefined
}

export class TrackedProcesses {
  readonly #ports: TrackingPorts
  readonly #events: ProcessEvents
  #watched: readonly Watched[] = []
  #cancelTimer: () => void = () => {}
  /** Of the last `replace`: what an earlier one still finds counts for nothing. */
  #generation = 0

  constructor(ports: TrackingPorts, events: ProcessEvents) {
    this.#ports = ports
    this.#events = events
  }

  /** At start and at a reload; what has the same name keeps its verdict until it is counted anew. */
  replace(processes: readonly ProcessToTrack[]): void {
    const before = new Map(this.#watched.map((each) => [each.process.name, each]))
    for (const { cancel } of this.#watched) cancel?.()
    this.#cancelTimer()
    this.#watched = processes.map((process) => ({
      process,
      count: before.get(process.name)?.count,
      verdict: before.get(process.name)?.verdict ?? 'pending',
      cancel: undefined,
    }))
    const generation = ++this.#generation
    if (processes.length === 0) return
    const table = this.#ports.processTable(processes)
    const isWanted = (seen: Parameters<typeof matches>[1]): boolean =>
      processes.some((process) => matches(process, seen))
    const look = async (): Promise<void> => {
      const running = await table.look(isWanted)
      if (generation !== this.#generation) return
      for (const each of this.#watched) {
        this.#counted(each, running.filter((seen) => matches(each.process, seen)).length)
      }
      this.#cancelTimer = this.#ports.timers.after(PERIOD, begin)
    }
    const begin = (): void => {
      look().catch((error: unknown) => {
        this.#events.onNote(`Tracked processes cannot be counted: ${String(error)}`)
        this.#cancelTimer = this.#ports.timers.after(PATIENCE, begin)
      })
    }
    begin()
  }

  stop(): void {
    this.replace([])
  }

  reports(): readonly ProcessReport[] {
    return this.#watched.map(({ process, count, verdict, cancel }) => ({
      name: process.name,
      running: count,
      verdict,
      isWaiting: cancel !== undefined,
    }))
  }

  /** More of them wait for fork_delay, fewer for terminate_delay; the first count holds at once. */
  #counted(each: Watched, count: number): void {
    const { process, verdict, count: before } = each
    each.count = count
    const found = hasQuorum(process, count) ? 'up' : 'down'
    if (found === verdict) {
      each.cancel?.()
      each.cancel = undefined
    } else if (verdict === 'pending') {
      this.#decide(each, found)
    } else if (each.cancel === undefined) {
      const delay = count > (before ?? 0) ? process.forkDelay : process.terminateDelay
      if (delay === 0) this.#decide(each, found)
      else each.cancel = this.#ports.timers.after(delay, () => this.#decide(each, found))
    }
  }

  #decide(each: Watched, verdict: 'up' | 'down'): void {
    const { name } = each.process
    const first = each.verdict === 'pending'
    each.cancel = undefined
    each.verdict = verdict
    const running = `${String(each.count)} running`
    if (verdict === 'down') this.#events.onNote(`Quorum lost for tracked process ${name} (${running})`)
    else if (!first) this.#events.onNote(`Quorum gained for tracked process ${name} (${running})`)
    this.#events.onVerdict(name, verdict)
  }
}
