/** Globals of load balancing: of global_defs, of the file's root, and of the instance that a sync daemon follows. */

import { note, type Report } from '../../diagnostics/diagnostics.ts'
import { spanOf } from '../../syntax/line.ts'
import { errorAt } from '../../syntax/place-diagnostic.ts'
import type { Node } from '../../syntax/tree.ts'
import { readValues, type Values } from '../../values/values.ts'
import { globalDefs } from '../global-defs/global-defs.ts'
import { ofIpvs, type SyncDaemonWords, type Timeouts } from '../global-defs/ipvs.ts'
import { smtpAlertChecker, smtpAlertDefault } from '../global-defs/mail.ts'
import { netNamespaceIpvs } from '../process.ts'
import { lvsSyncDaemonInterface, type VrrpInstance, vrrpInstance } from '../vrrp-instance/vrrp-instance.ts'
import type { LvsGlobals, SyncDaemonDefinition } from './load-balancing.ts'

const globalValues = (nodes: readonly Node[]): Values =>
  readValues(
    nodes.filter(({ keyword }) => keyword === globalDefs).flatMap((block) => block.nodes),
    () => undefined,
  )

/** What global_defs says to servers and their checks. */
export function checkerGlobals(nodes: readonly Node[]): {
  readonly smtpAlert: boolean | undefined
  readonly logAllFailures: boolean
} {
  const values = globalValues(nodes)
  return {
    smtpAlert: values.last(smtpAlertChecker) ?? values.last(smtpAlertDefault),
    logAllFailures: values.last(ofIpvs.logAllFailures) ?? false,
  }
}

/**
 * @param nodes what keepalived's VRRP process sees; what is wrong in global_defs has been reported
 * @param instances those that are run
 */
export function resolveLvsGlobals(
  nodes: readonly Node[],
  instances: readonly VrrpInstance[],
  report: Report,
): LvsGlobals {
  const values = globalValues(nodes)
  const timeouts = values.all(ofIpvs.timeouts).map(({ value }) => value)
  const merged: Timeouts = Object.assign({}, ...timeouts) as Timeouts
  const daemon = syncDaemonOf(nodes, values, instances, report)
  const namespace = readValues(
    nodes.filter(({ keyword }) => keyword === netNamespaceIpvs),
    () => undefined,
  ).last(netNamespaceIpvs)?.[0]
  return {
    flush: values.has(ofIpvs.flush),
    flushOnStop: onStopOf(values),
    ...(Object.keys(merged).length > 0 && { timeouts: merged }),
    notifyAtStart: values.last(ofIpvs.rsInitNotifies) ?? false,
    ...(daemon !== undefined && { syncDaemon: daemon }),
    ...(namespace !== undefined && { ipvsNamespace: namespace.text }),
  }
}

function onStopOf(values: Values): LvsGlobals['flushOnStop'] {
  const [last] = [...values.all(ofIpvs.flushOnStop), ...values.all(ofIpvs.flushOnstop)].sort(
    (a, b) => b.order - a.order,
  )
  if (last === undefined) return 'no'
  return last.value === 'VS' ? 'services' : 'all'
}

/** There is one in a system: the first, and global_defs is read before all instances. */
function syncDaemonOf(
  nodes: readonly Node[],
  values: Values,
  instances: readonly VrrpInstance[],
  report: Report,
): SyncDaemonDefinition | undefined {
  const given = values.last(ofIpvs.syncDaemon)
  const [own, ...others] = nodes.flatMap((node) => interfacesOf(node))
  const unused = given === undefined ? others : own === undefined ? [] : [own, ...others]
  for (const { line } of unused) {
    const message = 'there is one sync daemon only, and it is already given: this line is ignored'
    report(errorAt(line.statement.place, 'already-given', message))
  }
  if (given === undefined && own === undefined) return undefined
  const wish: SyncDaemonWords | undefined = given ?? own?.wish
  if (wish === undefined) return undefined
  const { span, syncId, ...daemon } = wish
  if (wish.instance === undefined) return { ...daemon, syncId: syncId ?? 0 }
  const instance = instances.find(({ name }) => name === wish.instance)
  if (instance !== undefined) return { ...daemon, syncId: syncId ?? instance.vrid }
  const message = `there is no usable vrrp_instance ${wish.instance}: no sync daemon is run`
  report(note('no-such-instance', span, message))
  return undefined
}

interface OldSyncDaemon {
  readonly line: Node
  readonly wish: SyncDaemonWords
}

/** lvs_sync_daemon_interface of a vrrp_instance. */
function interfacesOf({ keyword, nodes, statement }: Node): readonly OldSyncDaemon[] {
  const name = statement.words[1]
  if (keyword !== vrrpInstance || name === undefined) return []
  return nodes.flatMap((line) => {
    const link = line.keyword === lvsSyncDaemonInterface ? line.statement.words[1] : undefined
    const wish = link && { interface: link.text, instance: name.text, span: spanOf(link) }
    return wish === undefined ? [] : [{ line, wish }]
  })
}
