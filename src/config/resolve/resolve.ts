/** The tree → the Model, top to bottom, as keepalived does while it reads. */

import type { Report, Span } from '../diagnostics/diagnostics.ts'
import { garpGroup } from '../keywords/garp-group.ts'
import { globalDefs } from '../keywords/global-defs.ts'
import { trackProcessBlock } from '../keywords/trackers.ts'
import { vrrpInstance } from '../keywords/vrrp-instance.ts'
import { vrrpScript } from '../keywords/vrrp-script.ts'
import { vrrpSyncGroup } from '../keywords/vrrp-sync-group.ts'
import type { KernelNames } from '../values/kernel-names.ts'
import { spanOf } from '../syntax/line.ts'
import type {
  GarpGroup,
  Model,
  NotServed,
  TrackFile,
  TrackProcess,
  VrrpInstance,
  VrrpScript,
} from '../model.ts'
import type { Node } from '../syntax/tree.ts'
import { readTree } from '../values/values.ts'
import type { Surrounding } from './context.ts'
import { reportConflicts } from './conflicts.ts'
import { resolveGarpGroup } from './garp-group.ts'
import { resolveGlobal } from './global.ts'
import { resolveInstance } from './instance.ts'
import { settleMembers } from './members.ts'
import { resolveLinkDelays } from './link-delays.ts'
import { isProcessWide, resolveProcess } from './process.ts'
import { firstPreference } from './rule.ts'
import { StaticItems } from './static-items.ts'
import { resolveScript } from './script.ts'
import { resolveTrackGroups } from './track-group.ts'
import { checkNeeded, isTrackFile, resolveTrackFile, resolveTrackProcess } from './trackers.ts'
import { resolveGroup, settleGroup, type PendingGroup } from './sync-group.ts'

export interface Resolved {
  readonly model: Model
  /** Instances that cannot be run. */
  readonly incomplete: readonly VrrpInstance[]
}

/** @param nodes what keepalived's VRRP process sees. */
export function resolve(
  nodes: readonly Node[],
  names: KernelNames,
  notServed: readonly NotServed[],
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
    } else if (node.keyword === trackProcessBlock) {
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
    garpGroups: garpGroupsOf(nodes, report),
    linkDelays: resolveLinkDelays(nodes, report),
    notServed,
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

function garpGroupsOf(nodes: readonly Node[], report: Report): readonly GarpGroup[] {
  const taken = new Set<string>()
  return nodes
    .filter(({ keyword, refused }) => keyword === garpGroup && refused !== true)
    .map((node) => resolveGarpGroup(node, taken, report))
    .filter((group) => group !== undefined)
}
