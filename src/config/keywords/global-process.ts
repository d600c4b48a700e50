/** `global_defs`: scheduling, memory, names and files of the processes. */

import { noEffect, notYet, value, type Keyword } from '../syntax/keyword.ts'
import { alone, flag, lenient, optionalBoolean, text } from '../values/basic.ts'
import { absolutePath, bufferPolicy, umask } from '../values/global-words.ts'
import { POSITIVE, UNSIGNED, ignored, integer, integers, optionalInteger } from '../values/number.ts'

const oneProcess = noEffect('vrrpd is one process')
const neverRaised = notYet(
  'the priority is not raised while the daemon runs; vrrp_rt_priority gives it from the start',
)
const unlimited = noEffect(
  'the kernel would kill the daemon over one long reload; kernel.sched_rt_runtime_us leaves others their share',
)

const nice = lenient(integer({ minimum: -20, maximum: 19 }))
const realTime = lenient(integer({ minimum: 1, maximum: 99 }))
const processors = integers({ minimum: 0, maximum: 4095 })
const size = lenient(integer(UNSIGNED))
const since = '2.2.8'
const buffers = noEffect('vrrpd’s netlink sockets recover from an overrun by reading everything anew')

export const vrrpPriority: Keyword<number> = value('vrrp_priority', 3, nice, 'the daemon’s nice value')
export const vrrpNoSwap: Keyword<true> = value(
  'vrrp_no_swap',
  3,
  flag,
  'keep the programs in memory; for V8’s heap say MemorySwapMax=0 in the unit',
)
export const vrrpRtPriority: Keyword<number> = value(
  'vrrp_rt_priority',
  3,
  realTime,
  'real-time scheduling (round robin) with this priority',
)
export const vrrpCpuAffinity: Keyword<readonly number[]> = value(
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

const netlinkBuffers = [
  'vrrp_netlink_cmd',
  'vrrp_netlink_monitor',
  'lvs_netlink_cmd',
  'lvs_netlink_monitor',
  'process_monitor',
]
  .map((name) => `${name}_rcv_bufs`)
  .flatMap((name): Keyword[] => [
    value(name, 3, size, 'bytes of receive buffer', { standing: buffers }),
    value(`${name}_force`, 3, optionalBoolean, 'beyond the system’s limit', { standing: buffers }),
  ])

export const dataUseInstance: Keyword<boolean> = value(
  'data_use_instance',
  3,
  optionalBoolean,
  'network namespace and instance in the names of .data files',
  { default: 'off' },
)
export const stateDumpFile: Keyword<string> = value(
  'state_dump_file',
  3,
  absolutePath,
  'where SIGUSR1 writes',
  { default: '/tmp/keepalived.data', since },
)
export const statsDumpFile: Keyword<string> = value(
  'stats_dump_file',
  3,
  absolutePath,
  'where SIGUSR2 writes',
  { default: '/tmp/keepalived.stats', since },
)
export const jsonDumpFile: Keyword<string> = value(
  'json_dump_file',
  3,
  absolutePath,
  'where the JSON signal writes',
  { default: '/tmp/keepalived.json', since },
)
export const jsonVersion: Keyword<number> = value(
  'json_version',
  3,
  integer({ minimum: 1, maximum: 2 }),
  '1: an array of instances; 2: an object with arrays of instances and tracked processes',
  { default: '1', since },
)

export const processKeywords: readonly Keyword[] = [
  ...ofVrrp,
  ...ofOthers,
  ...netlinkBuffers,
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
  value('vrrp_rx_bufs_policy', 3, bufferPolicy, 'size of receive buffers', {
    standing: noEffect('the system’s default is used'),
  }),
  value('vrrp_rx_bufs_multiplier', 3, lenient(alone(integer(POSITIVE))), 'factor for it', {
    standing: noEffect('the system’s default is used'),
  }),
  value('process_names', 3, flag, 'name the processes', { standing: oneProcess }),
  value('process_name', 3, text('NAME'), 'what ps(1) shows', { standing: oneProcess }),
  value('umask', 3, umask, 'for files that are made', {
    standing: notYet('vrrpd’s own is used'),
  }),
  value('random_seed', 3, integer(UNSIGNED), 'of random numbers', {
    standing: notYet('_RANDOM differs from one start to the next'),
  }),
  value('tmp_config_directory', 3, lenient(text('DIRECTORY')), 'where the configuration is copied', {
    standing: noEffect('vrrpd reads it once and copies nothing'),
    once: true,
  }),
  value('config_save_dir', 3, text('DIRECTORY'), 'where configurations are kept', {
    standing: notYet('none are kept'),
  }),
  dataUseInstance,
  stateDumpFile,
  statsDumpFile,
  jsonDumpFile,
  jsonVersion,
  value('iproute_usr_dir', 3, text('DIRECTORY'), 'where names of tables are', {
    standing: notYet('/etc/iproute2 is read'),
    since: '2.2.8',
  }),
  value('iproute_etc_dir', 3, text('DIRECTORY'), 'where names of tables are', {
    standing: notYet('/etc/iproute2 is read'),
    since: '2.2.8',
  }),
]
