/**
 * The daemon's share of the machine, as the configuration asks for it. What
 * the kernel refuses is said once for each configuration; the daemon goes on.
 */

import { accepted, type Result } from '../../base/result.ts'
import type { Scheduling } from '../../config/model.ts'
import type { Scheduler } from '../../system/scheduling.ts'
import type { SystemError } from '../../system/system-error.ts'
import type { Log } from '../log/logging.ts'
import {
  helperPriority,
  PARTS,
  planScheduling,
  refusalWords,
  schedulingWords,
  type SchedulingPart,
  type SchedulingPlan,
} from './scheduling-plan.ts'

const ORDINARY_NICE = 0

export class OwnScheduling {
  private readonly scheduler: Scheduler
  private readonly log: Pick<Log, 'info' | 'warn'>
  /** The process's before it was changed here. */
  private niceAtStart: number | undefined
  private before: Scheduling | undefined
  private settled: Promise<void> = Promise.resolve()

  /** @param inherited what the process that started this one has of its own, and hands on to nobody */
  constructor(scheduler: Scheduler, log: Pick<Log, 'info' | 'warn'>, inherited?: Scheduling) {
    this.scheduler = scheduler
    this.log = log
    this.before = inherited
    if (inherited?.nice !== undefined) this.niceAtStart = ORDINARY_NICE
  }

  /** One configuration after the other, each as soon as the threads have been listed. */
  use(wanted: Scheduling): void {
    this.settled = this.settled.then(async () => {
      this.niceAtStart ??= this.scheduler.nice()
      const plan = planScheduling(wanted, this.before, this.niceAtStart)
      this.before = wanted
      if (Object.keys(plan).length === 0) return
      const { mainThread } = this.scheduler
      this.apply(plan, [...new Set([mainThread, ...(await this.scheduler.threads())])])
    })
  }

  private apply(plan: SchedulingPlan, threads: readonly number[]): void {
    const { log } = this
    const done: SchedulingPart[] = []
    let lockedBytes = 0
    for (const part of PARTS.filter((each) => plan[each] !== undefined)) {
      const outcome = this.change(part, plan, threads)
      if (outcome.ok) done.push(part)
      else log.warn(refusalWords(part, outcome.error))
      if (outcome.ok) lockedBytes += outcome.value
    }
    if (done.length > 0) log.info(`Scheduling: ${schedulingWords(plan, done, lockedBytes)}`)
  }

  /** @returns bytes locked by it */
  private change(
    part: SchedulingPart,
    { realTime = 0, nice = 0, processors, memory }: SchedulingPlan,
    threads: readonly number[],
  ): Result<number, SystemError> {
    const { scheduler } = this
    switch (part) {
      case 'realTime':
        return onAll(threads, (thread) => {
          const isMain = thread === scheduler.mainThread
          return scheduler.setRealTime(thread, isMain ? realTime : helperPriority(realTime))
        })
      case 'nice':
        return onAll(threads, (thread) => scheduler.setNice(thread, nice))
      case 'processors': {
        const numbers = processors === 'all' ? undefined : processors
        return onAll(threads, (thread) => scheduler.setProcessors(thread, numbers))
      }
      case 'memory':
        return memory === 'lock' ? scheduler.lockMemory() : scheduler.unlockMemory()
    }
  }
}

/** Threads that have ended meanwhile (ESRCH) want nothing any more. */
function onAll(
  threads: readonly number[],
  set: (thread: number) => Result<undefined, SystemError>,
): Result<number, SystemError> {
  const refused = threads.map(set).find((result) => !result.ok && result.error.code !== 'ESRCH')
  return refused?.ok === false ? refused : accepted(0)
}
