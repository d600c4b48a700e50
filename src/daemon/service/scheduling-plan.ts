/** What to change about the daemon's scheduling, and what to say where the kernel refuses. Pure. */

import type { Scheduling } from '../../config/model.ts'

export interface SchedulingPlan {
  /** 0: ordinary scheduling. */
  readonly realTime?: number
  readonly nice?: number
  readonly processors?: readonly number[] | 'all'
  readonly memory?: 'lock' | 'unlock'
}

export type SchedulingPart = keyof SchedulingPlan

/** In their order: real-time scheduling decides what a nice value means for programs that are started. */
export const PARTS: readonly SchedulingPart[] = ['realTime', 'nice', 'processors', 'memory']

/**
 * What is wanted is done again at every reload, for threads that have come since. What was wanted before
 * and is not any more goes back to what it was at the start; what nobody asked for is left alone.
 */
export function planScheduling(
  wanted: Scheduling,
  before: Scheduling | undefined,
  niceAtStart: number,
): SchedulingPlan {
  const realTime = wanted.realTime ?? (before?.realTime === undefined ? undefined : 0)
  const nice = wanted.nice ?? (before?.nice === undefined ? undefined : niceAtStart)
  const processors = wanted.processors ?? (before?.processors === undefined ? undefined : 'all')
  const memory = wanted.noSwap ? 'lock' : before?.noSwap === true ? 'unlock' : undefined
  return {
    ...(realTime !== undefined && { realTime }),
    ...(nice !== undefined && { nice }),
    ...(processors !== undefined && { processors }),
    ...(memory !== undefined && { memory }),
  }
}

/**
 * Of V8's and libuv's threads: they come after the event loop, lest it wait for their turn to end where
 * both share a processor, and before everything ordinary, because it may wait for what they do.
 */
export const helperPriority = (priority: number): number => (priority > 1 ? priority - 1 : priority)

/** `real-time priority 50, nice -5, processors 0 1`: of the plan, what was done. */
export function schedulingWords(
  plan: SchedulingPlan,
  done: readonly SchedulingPart[],
  lockedBytes: number,
): string {
  const { realTime = 0, nice = 0, processors = 'all', memory } = plan
  const words: Readonly<Record<SchedulingPart, string>> = {
    realTime: realTime === 0 ? 'ordinary scheduling' : `real-time priority ${realTime}`,
    nice: `nice ${nice}`,
    processors: processors === 'all' ? 'all processors it was given' : `processors ${processors.join(' ')}`,
    memory:
      memory === 'lock' ? `${Math.round(lockedBytes / 2 ** 20)} MiB kept out of swap` : 'no memory locked',
  }
  return done.map((part) => words[part]).join(', ')
}

const SCHEDULING_NEEDS = 'CAP_SYS_NICE (under vrrpd-hardened.conf see its last lines)'

/** What the kernel wants for each, in the operator's words. */
const NEEDS: Readonly<Record<SchedulingPart, { readonly keyword: string; readonly advice: string }>> = {
  realTime: { keyword: 'vrrp_rt_priority', advice: `it takes ${SCHEDULING_NEEDS}` },
  nice: { keyword: 'vrrp_priority', advice: `it takes ${SCHEDULING_NEEDS}` },
  processors: {
    keyword: 'vrrp_cpu_affinity',
    advice: 'it takes processors that this machine, or the unit, has',
  },
  memory: { keyword: 'vrrp_no_swap', advice: 'it takes CAP_IPC_LOCK, or LimitMEMLOCK=infinity in the unit' },
}

/** One line for the log: `vrrp_rt_priority has no effect: sched_setscheduler: EPERM (…); it takes …`. */
export function refusalWords(
  part: SchedulingPart,
  error: { readonly code: string; readonly call: string; readonly text: string },
): string {
  const { keyword, advice } = NEEDS[part]
  return `${keyword} has no effect: ${error.call}: ${error.code} (${error.text}); ${advice}`
}
