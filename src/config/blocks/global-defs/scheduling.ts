/** `global_defs`: the daemon's own share of the machine. */

import { type Keyword, noEffect, notYet, type Standing, value } from '../../syntax/keyword.ts'
import { flag, lenient, text } from '../../values/basic.ts'
import { ignored, integer, integers, optionalInteger, POSITIVE } from '../../values/number.ts'
import { type Printers, printFields, when } from '../../values/printing.ts'
import type { Values } from '../../values/values.ts'

export const ownNames: Standing = noEffect('vrrpd’s processes have names of their own')
const noBfd: Standing = noEffect('vrrpd speaks no BFD')
const neverRaised = notYet(
  'the priority is not raised while the daemon runs; vrrp_rt_priority gives it from the start',
)
const unlimited = noEffect(
  'the kernel would kill the daemon over one long reload; kernel.sched_rt_runtime_us leaves others their share',
)

const nice = lenient(integer({ minimum: -20, maximum: 19 }))
const realTime = lenient(integer({ minimum: 1, maximum: 99 }))
const processors = integers({ minimum: 0, maximum: 4095 })

/** Of the daemon, and of the process that serves virtual servers. */
interface Share {
  readonly priority: Keyword<number>
  readonly noSwap: Keyword<true>
  readonly rtPriority: Keyword<number>
  readonly cpuAffinity: Keyword<readonly number[]>
}

const shareOf = (name: string, whose: string): Share => ({
  priority: value(`${name}_priority`, 3, nice, `${whose} nice value`),
  noSwap: value(
    `${name}_no_swap`,
    3,
    flag,
    'keep the programs in memory; for V8’s heap say MemorySwapMax=0 in the unit',
  ),
  rtPriority: value(
    `${name}_rt_priority`,
    3,
    realTime,
    'real-time scheduling (round robin) with this priority',
  ),
  cpuAffinity: value(`${name}_cpu_affinity`, 3, processors, 'processors to run on; scripts may use them all'),
})

const vrrp = shareOf('vrrp', 'the daemon’s')
const checker = shareOf('checker', 'the nice value of the process that serves virtual servers:')

const limitsOf = (name: string): readonly Keyword[] => [
  value(`${name}_rlimit_rttime`, 3, integer(POSITIVE), 'microseconds of real-time CPU in one go', {
    standing: unlimited,
  }),
  value(`${name}_rlimit_rtime`, 3, integer(POSITIVE), 'the old spelling of the same', {
    standing: unlimited,
  }),
  value(`${name}_process_name`, 3, text('NAME'), 'what ps(1) shows', { standing: ownNames }),
]

const keywordsOf = ({ priority, noSwap, rtPriority, cpuAffinity }: Share): readonly Keyword[] => [
  priority,
  noSwap,
  rtPriority,
  cpuAffinity,
]

const ofVrrp: readonly Keyword[] = [...keywordsOf(vrrp), ...limitsOf('vrrp')]
const ofChecker: readonly Keyword[] = [...keywordsOf(checker), ...limitsOf('checker')]

const ofBfd: readonly Keyword[] = [
  value('bfd_priority', 3, nice, 'scheduling priority', { standing: noBfd }),
  value('bfd_no_swap', 3, flag, 'lock memory', { standing: noBfd }),
  value('bfd_rt_priority', 3, realTime, 'real-time priority', { standing: noBfd }),
  value('bfd_cpu_affinity', 3, processors, 'processors to run on', { standing: noBfd }),
  value('bfd_rlimit_rttime', 3, integer(POSITIVE), 'microseconds of real-time CPU in one go', {
    standing: noBfd,
  }),
  value('bfd_rlimit_rtime', 3, integer(POSITIVE), 'the old spelling of the same', { standing: noBfd }),
  value('bfd_process_name', 3, text('NAME'), 'what ps(1) shows', { standing: noBfd }),
]

export const schedulingKeywords: readonly Keyword[] = [...ofVrrp, ...ofChecker, ...ofBfd]

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

/** A process's share of the machine; scripts have an ordinary one. Named here as for the daemon. */
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

export const schedulingOf = (values: Values): Scheduling => read(values, vrrp)

/** Of the process that serves virtual servers: checker_priority and its like. */
export const checkerSchedulingOf = (values: Values): Scheduling => read(values, checker)

function read(values: Values, share: Share): Scheduling {
  const rtPriority = values.last(share.rtPriority)
  const priority = values.last(share.priority)
  const numbers = values.last(share.cpuAffinity)
  return {
    ...(rtPriority !== undefined && { realTime: rtPriority }),
    ...(priority !== undefined && { nice: priority }),
    ...(numbers !== undefined && { processors: numbers }),
    noSwap: values.has(share.noSwap),
  }
}

export const schedulingLines = (scheduling: Scheduling): readonly string[] =>
  printFields(printersOf('vrrp'), scheduling)

export const checkerSchedulingLines = (scheduling: Scheduling): readonly string[] =>
  printFields(printersOf('checker'), scheduling)

const printersOf = (name: string): Printers<Scheduling> => ({
  realTime: (priority) => [`${name}_rt_priority ${priority}`],
  nice: (number) => [`${name}_priority ${number}`],
  processors: (numbers) => [`${name}_cpu_affinity ${numbers.join(' ')}`],
  noSwap: (on) => when(on, `${name}_no_swap`),
})
