/** Keywords outside of any block. */

import { noEffect, notYet, table, value, type Keyword, type Table } from '../syntax/keyword.ts'
import { flag, lenient, text, words } from '../values/basic.ts'
import { UNSIGNED, integer } from '../values/number.ts'
import { bfdInstance } from './bfd.ts'
import { globalDefs } from './global-defs.ts'
import { staticKeywords } from './static.ts'
import { trackFileBlock, trackProcessBlock, vrrpTrackFileBlock } from './trackers.ts'
import { virtualServerKeywords } from './virtual-server.ts'
import { vrrpInstance } from './vrrp-instance.ts'
import { vrrpScript } from './vrrp-script.ts'
import { vrrpSyncGroup } from './vrrp-sync-group.ts'

export const netNamespace: Keyword<string> = value(
  'net_namespace',
  3,
  lenient(text('NAME')),
  'network namespace to run in',
  { once: true },
)
export const instanceName: Keyword<string> = value(
  'instance',
  3,
  lenient(text('NAME')),
  'one of several daemons on this host: part of the names of its pid files, log and control socket',
  { once: true },
)
export const usePidDir: Keyword<true> = value('use_pid_dir', 3, flag, 'pid files in /run/keepalived')

const processWide: readonly Keyword[] = [
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

export const rootKeywords: Table = table(
  globalDefs,
  vrrpScript,
  vrrpSyncGroup,
  vrrpInstance,
  staticKeywords,
  trackFileBlock,
  vrrpTrackFileBlock,
  trackProcessBlock,
  bfdInstance,
  processWide,
  virtualServerKeywords,
)
