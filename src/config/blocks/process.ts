/** Keywords outside of blocks that concern the daemon as a process. They hold from the start to the end. */

import type { Report } from '../diagnostics/diagnostics.ts'
import { type Keyword, noEffect, notYet, value } from '../syntax/keyword.ts'
import type { Node } from '../syntax/tree.ts'
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
const instanceName: Keyword<string> = value(
  'instance',
  3,
  lenient(text('NAME')),
  'one of several daemons on this host: part of the names of its pid files, log and control socket',
  { once: true },
)
const usePidDir: Keyword<true> = value('use_pid_dir', 3, flag, 'pid files in /run/keepalived')

export const processWide: readonly Keyword[] = [
  netNamespace,
  value('net_namespace_ipvs', 4, words('[NAME]'), 'network namespace of IPVS', {
    standing: noEffect('vrrpd does not touch IPVS'),
    once: true,
  }),
  value('namespace_with_ipsets', 4, flag, 'ipsets on old kernels', {
    standing: noEffect('vrrpd uses no ipsets'),
  }),
  instanceName,
  usePidDir,
  value('child_wait_time', 3, integer(UNSIGNED), 'seconds to wait for processes at the end', {
    standing: noEffect('vrrpd is one process'),
  }),
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
}

const PROCESS_WIDE = [netNamespace, instanceName, usePidDir]

export const isProcessWide = ({ keyword }: Node): boolean => PROCESS_WIDE.some((each) => each === keyword)

export function resolveProcess(nodes: readonly Node[], report: Report): ProcessWide {
  const values = readValues(nodes.filter(isProcessWide), report)
  const namespace = values.last(netNamespace)
  const instance = values.last(instanceName)
  return {
    ...(namespace !== undefined && { namespace }),
    ...(instance !== undefined && { instance }),
    pidDirectory: values.has(usePidDir),
  }
}

export const processLines = ({ namespace, instance, pidDirectory }: ProcessWide): readonly string[] => [
  ...(namespace === undefined ? [] : [`net_namespace ${asWord(namespace)}`]),
  ...(instance === undefined ? [] : [`instance ${asWord(instance)}`]),
  ...when(pidDirectory, 'use_pid_dir'),
]
