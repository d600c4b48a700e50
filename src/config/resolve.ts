/** The tree → the Model, top to bottom, as keepalived does while it reads. */

import type { Surrounding } from './blocks/context.ts'
import { garpGroup, resolveGarpGroups } from './blocks/garp-group.ts'
import { globalDefs, resolveGlobal } from './blocks/global-defs/global-defs.ts'
import { lvsFifoScript, startScripts, vrrpFifoScripts } from './blocks/global-defs/scripts.ts'
import { resolveLinkDelays } from './blocks/interface-up-down-delays.ts'
import { notifyDeleted } from './blocks/notify.ts'
import { isProcessWide, resolveProcess } from './blocks/process.ts'
import { StaticItems } from './blocks/static-items.ts'
import { isTrackFile, resolveTrackFile, type TrackFile } from './blocks/track-file.ts'
import { resolveTrackGroups } from './blocks/track-group.ts'
import { firstPreference } from './blocks/virtual-rule/rule.ts'
import { resolveLvsGlobals } from './blocks/virtual-server/globals.ts'
import type { Servers } from './blocks/virtual-server/resolve.ts'
import { commandKeywords, virtualServer } from './blocks/virtual-server/virtual-server.ts'
import { reportConflicts } from './blocks/vrrp-instance/conflicts.ts'
import { resolveInstance } from './blocks/vrrp-instance/resolve.ts'
import { type VrrpInstance, vrrpInstance } from './blocks/vrrp-instance/vrrp-instance.ts'
import { resolveScript, type VrrpScript, vrrpScript } from './blocks/vrrp-script.ts'
import { settleMembers } from './blocks/vrrp-sync-group/members.ts'
import {
  type PendingGroup,
  resolveGroup,
  settleGroup,
  vrrpSyncGroup,
} from './blocks/vrrp-sync-group/vrrp-sync-group.ts'
import { resolveTrackProcess, type TrackProcess, vrrpTrackProcess } from './blocks/vrrp-track-process.ts'
import type { Report, Span } from './diagnostics/diagnostics.ts'
import type { Model } from './model.ts'
import type { Keyword } from './syntax/keyword.ts'
import { spanOf } from './syntax/line.ts'
import type { Node } from './syntax/tree.ts'
import type { Command } from './values/command.ts'
import type { KernelNames } from './values/kernel-names.ts'
import { checkNeeded, readTree, readValues } from './values/values.ts'

export interface Resolved {
  readonly model: Model
  /** Instances that cannot be run. */
  readonly incomplete: readonly VrrpInstance[]
}

/**
 * @param nodes what keepalived's VRRP process sees.
 * @param servers what its checker process makes of the file
 */
export function resolve(
  nodes: readonly Node[],
  names: KernelNames,
  servers: Servers,
  report: Report,
): Resolved {
  const globals = nodes.filter(({ keyword }) => keyword === globalDefs)
  const { global, defaults } = resolveGlobal(globals, report)
  const scripts = new Map<string, VrrpScript>()
  const files = new Map<string, TrackFile>()
  const processes = new Map<string, TrackProcess>()
  const surrounding: Surrounding = {
    defaults,
    names,
    preferences: firstPreference(),
    scripts,
    scriptNames: namesOfScripts(nodes),
    files,
    processes,
  }
  const instances: VrrpInstance[] = []
  const incomplete: VrrpInstance[] = []
  const groups: PendingGroup[] = []
  const statics = new StaticItems(surrounding)
  for (const node of nodes) {
    if (node.refused === true) {
      readTree([node], report)
    } else if (node.keyword === vrrpScript) {
      const script = resolveScript(node, report)
      if (script !== undefined && !scripts.has(script.name)) scripts.set(script.name, script)
    } else if (isTrackFile(node)) {
      const file = resolveTrackFile(node, report)
      if (file !== undefined && !files.has(file.name)) files.set(file.name, file)
    } else if (node.keyword === vrrpTrackProcess) {
      const process = resolveTrackProcess(node, report)
      if (process !== undefined && !processes.has(process.name)) processes.set(process.name, process)
    } else if (node.keyword === vrrpInstance) {
      const resolved = resolveInstance(node, surrounding, report)
      if (resolved !== undefined) (resolved.complete ? instances : incomplete).push(resolved.instance)
    } else if (node.keyword === vrrpSyncGroup) {
      const group = resolveGroup(node, surrounding, report)
      if (group !== undefined) groups.push(group)
    } else if (node.keyword === garpGroup) {
      checkNeeded(node, report)
    } else if (node.keyword !== globalDefs && !isProcessWide(node)) {
      readTree([node], report)
      checkNeeded(node, report)
      statics.add(node, report)
    }
  }
  const existing = new Set(instances.map(({ name }) => name))
  const taken = new Map<string, string>()
  const syncGroups = groups
    .map((group) => settleGroup(group, existing, taken, report))
    .filter((group) => group !== undefined)
  const settled = settleMembers(instances, syncGroups, report)
  reportConflicts(settled, global.mcastGroup4, report)
  const model: Model = {
    process: resolveProcess(nodes, report),
    global,
    scripts: [...scripts.values()],
    trackFiles: [...files.values()],
    trackProcesses: [...processes.values()],
    syncGroups,
    instances: settled,
    garpGroups: resolveGarpGroups(nodes, report),
    linkDelays: resolveLinkDelays(nodes, report),
    loadBalancing: { ...servers, globals: resolveLvsGlobals(nodes, settled, report) },
    staticAddresses: statics.addresses,
    staticRoutes: statics.routes,
    staticRules: statics.rules,
    trackGroups: resolveTrackGroups(nodes, existing, report),
  }
  return { model, incomplete }
}

const namesOfScripts = (nodes: readonly Node[]): ReadonlyMap<string, Span> =>
  new Map(
    nodes
      .filter(({ keyword }) => keyword === vrrpScript)
      .flatMap(({ statement: { words } }) =>
        words[1] === undefined ? [] : [[words[1].text, spanOf(words[1])]],
      ),
  )

/** @param vrrp, checker: what keepalived's two processes see. */
export function otherCommands(vrrp: readonly Node[], checker: readonly Node[]): readonly Command[] {
  const hasInstances = vrrp.some(({ keyword }) => keyword === vrrpInstance)
  const hasServers = checker.some(({ keyword }) => keyword === virtualServer)
  return [
    ...commandsIn(vrrp, startScripts),
    ...(hasInstances ? commandsIn(vrrp, [...vrrpFifoScripts, notifyDeleted]) : []),
    ...(hasServers ? commandsIn(checker, [...commandKeywords, lvsFifoScript]) : []),
  ]
}

function commandsIn(
  nodes: readonly Node[],
  keywords: readonly Keyword<Command | true>[],
): readonly Command[] {
  const own = readValues(nodes, () => undefined)
  const commands = keywords.flatMap((keyword) => own.all(keyword).map(({ value }) => value))
  return [
    ...commands.filter((command) => command !== true),
    ...nodes.flatMap((node) => commandsIn(node.nodes, keywords)),
  ]
}
