/** Keywords outside of blocks that concern the daemon as a process. They hold from the start to the end. */

import type { Report } from '../diagnostics/diagnostics.ts'
import { type Keyword, noEffect, notYet, value } from '../syntax/keyword.ts'
import type { Word } from '../syntax/lexer.ts'
import type { Node } from '../syntax/tree.ts'
import { seconds, toSeconds, type Duration } from '../../base/time.ts'
import { flag, lenient, text, words } from '../values/basic.ts'
import { integer, UNSIGNED } from '../values/number.ts'
import { asWord, when } from '../values/printing.ts'
import { readValues } from '../values/values.ts'

const netNamespace: Keyword<string> = value(
  'net_namespace',
  3,
  lenient(text('NAME')),
  'network namespace to run in',
  { once: true },
)
export const netNamespaceIpvs: Keyword<readonly Word[]> = value(
  'net_namespace_ipvs',
  3,
  words('[NAME]'),
  'network namespace of IPVS',
  { once: true },
)
const instanceName: Keyword<string> = value(
  'instance',
  3,
  lenient(text('NAME')),
  'one of several daemons on this host: part of the names of its pid files, log and control socket',
  { once: true },
)
const usePidDir: Keyword<true> = value('use_pid_dir', 3, flag, 'pid files in /run/keepalived')
const childWaitTime: Keyword<number> = value(
  'child_wait_time',
  3,
  integer(UNSIGNED),
  'seconds that the process for virtual servers has for its end (default: 5)',
)

export const processWide: readonly Keyword[] = [
  netNamespace,
  netNamespaceIpvs,
  value('namespace_with_ipsets', 4, flag, 'ipsets on old kernels', {
    standing: noEffect('vrrpd uses no ipsets'),
  }),
  instanceName,
  usePidDir,
  childWaitTime,
  value('linkbeat_use_polling', 3, flag, 'poll all links', {
    standing: notYet('the kernel’s link events are used'),
  }),
]

export interface ProcessWide {
  /** `net_namespace` */
  readonly namespace?: string
  /** `instance` */
  readonly instance?: string
  /** `use_pid_dir` */
  readonly pidDirectory: boolean
  /** `child_wait_time` */
  readonly childWaitTime?: Duration
}

const PROCESS_WIDE: readonly Keyword[] = [
  netNamespace,
  netNamespaceIpvs,
  instanceName,
  usePidDir,
  childWaitTime,
]

export const isProcessWide = ({ keyword }: Node): boolean => PROCESS_WIDE.some((each) => each === keyword)

export function resolveProcess(nodes: readonly Node[], report: Report): ProcessWide {
  const values = readValues(nodes.filter(isProcessWide), report)
  const namespace = values.last(netNamespace)
  const instance = values.last(instanceName)
  const waitTime = values.last(childWaitTime)
  return {
    ...(namespace !== undefined && { namespace }),
    ...(instance !== undefined && { instance }),
    pidDirectory: values.has(usePidDir),
    ...(waitTime !== undefined && { childWaitTime: seconds(waitTime) }),
  }
}

export const processLines = ({
  namespace,
  instance,
  pidDirectory,
  childWaitTime: waitTime,
}: ProcessWide): readonly string[] => [
  ...(namespace === undefined ? [] : [`net_namespace ${asWord(namespace)}`]),
  ...(instance === undefined ? [] : [`instance ${asWord(instance)}`]),
  ...when(pidDirectory, 'use_pid_dir'),
  ...(waitTime === undefined ? [] : [`child_wait_time ${toSeconds(waitTime)}`]),
]
