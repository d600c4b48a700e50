/** `global_defs`: the daemon's own share of the machine. */

import { type Keyword, noEffect, notYet, type Standing, value } from '../../syntax/keyword.ts'
import { flag, lenient, text } from '../../values/basic.ts'
import { ignored, integer, integers, optionalInteger, POSITIVE } from '../../values/number.ts'
import { type Printers, printFields, when } from '../../values/printing.ts'
import type { Values } from '../../values/values.ts'

export const oneProcess: Standing = noEffect('vrrpd is one process')
const neverRaised = notYet(
  'the priority is not raised while the daemon runs; vrrp_rt_priority gives it from the start',
)
const unlimited = noEffect(
  'the kernel would kill the daemon over one long reload; kernel.sched_rt_runtime_us leaves others their share',
)

const nice = lenient(integer({ minimum: -20, maximum: 19 }))
const realTime = lenient(integer({ minimum: 1, maximum: 99 }))
const processors = integers({ minimum: 0, maximum: 4095 })

const vrrpPriority: Keyword<number> = value('vrrp_priority', 3, nice, 'the daemon’s nice value')
const vrrpNoSwap: Keyword<true> = value(
  'vrrp_no_swap',
  3,
  flag,
  'keep the programs in memory; for V8’s heap say MemorySwapMax=0 in the unit',
)
const vrrpRtPriority: Keyword<number> = value(
  'vrrp_rt_priority',
  3,
  realTime,
  'real-time scheduling (round robin) with this priority',
)
const vrrpCpuAffinity: Keyword<readonly number[]> = value(
  'vrrp_cpu_affinity',
  3,
  processors,
  'processors to run on; scripts may use them all',
)

const ofVrrp: readonly Keyword[] = [
  vrrpPriority,
  vrrpNoSwap,
  vrrpRtPriority,
  vrrpCpuAffinity,
  value('vrrp_rlimit_rttime', 3, integer(POSITIVE), 'microseconds of real-time CPU in one go', {
    standing: unlimited,
  }),
  value('vrrp_rlimit_rtime', 3, integer(POSITIVE), 'the old spelling of the same', { standing: unlimited }),
  value('vrrp_process_name', 3, text('NAME'), 'what ps(1) shows', { standing: oneProcess }),
]

const ofOthers = ['checker', 'bfd'].flatMap((name): Keyword[] => [
  value(`${name}_priority`, 3, nice, 'scheduling priority', { standing: oneProcess }),
  value(`${name}_no_swap`, 3, flag, 'lock memory', { standing: oneProcess }),
  value(`${name}_rt_priority`, 3, realTime, 'real-time priority', { standing: oneProcess }),
  value(`${name}_cpu_affinity`, 3, processors, 'processors to run on', { standing: oneProcess }),
  value(`${name}_rlimit_rttime`, 3, integer(POSITIVE), 'microseconds of real-time CPU in one go', {
    standing: oneProcess,
  }),
  value(`${name}_rlimit_rtime`, 3, integer(POSITIVE), 'the old spelling of the same', {
    standing: oneProcess,
  }),
  value(`${name}_process_name`, 3, text('NAME'), 'what ps(1) shows', { standing: oneProcess }),
])

export const schedulingKeywords: readonly Keyword[] = [...ofVrrp, ...ofOthers]

export const autoPriorityKeywords: readonly Keyword[] = [
  value(
    'max_auto_priority',
    3,
    optionalInteger({ minimum: -1, maximum: 99 }),
    'raise the priority when running late',
    {
      standing: neverRaised,
    },
  ),
  value(
    'min_auto_priority_delay',
    3,
    lenient(integer({ minimum: 1, maximum: 10_000_000 }, ignored)),
    'microseconds late that count',
    { standing: neverRaised },
  ),
]

/** The daemon's own share of the machine; scripts have an ordinary one. */
export interface Scheduling {
  /** `vrrp_rt_priority`: round robin, 1..99; absent: ordinary scheduling. */
  readonly realTime?: number
  /** `vrrp_priority`: -20..19 */
  readonly nice?: number
  /** `vrrp_cpu_affinity`; absent: wherever it was started. */
  readonly processors?: readonly number[]
  /** `vrrp_no_swap` */
  readonly noSwap: boolean
}

export function schedulingOf(values: Values): Scheduling {
  const realTime = values.last(vrrpRtPriority)
  const nice = values.last(vrrpPriority)
  const processors = values.last(vrrpCpuAffinity)
  return {
    ...(realTime !== undefined && { realTime }),
    ...(nice !== undefined && { nice }),
    ...(processors !== undefined && { processors }),
    noSwap: values.has(vrrpNoSwap),
  }
}

export const schedulingLines = (scheduling: Scheduling): readonly string[] =>
  printFields(ofScheduling, scheduling)

const ofScheduling: Printers<Scheduling> = {
  realTime: (priority) => [`vrrp_rt_priority ${priority}`],
  nice: (value) => [`vrrp_priority ${value}`],
  processors: (numbers) => [`vrrp_cpu_affinity ${numbers.join(' ')}`],
  noSwap: (on) => when(on, 'vrrp_no_swap'),
}
