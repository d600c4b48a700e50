/** The tree → the Model, top to bottom, as keepalived does while it reads. */

import type { Report } from '../diagnostics.ts'
import { globalDefs } from '../keywords/global-defs.ts'
import { vrrpInstance } from '../keywords/vrrp-instance.ts'
import { vrrpScript } from '../keywords/vrrp-script.ts'
import { vrrpSyncGroup } from '../keywords/vrrp-sync-group.ts'
import type { Model, NotServed, VrrpInstance, VrrpScript } from '../model.ts'
import type { Node } from '../tree.ts'
import { resolveGlobal } from './global.ts'
import { resolveInstance } from './instance.ts'
import { resolveScript } from './script.ts'
import { resolveGroup, settleGroup, type PendingGroup } from './sync-group.ts'

/** @param nodes what keepalived's VRRP process sees. */
export function resolve(nodes: readonly Node[], notServed: readonly NotServed[], report: Report): Model {
  const global = resolveGlobal(
    nodes.filter(({ keyword }) => keyword === globalDefs),
    report,
  )
  const scripts = new Map<string, VrrpScript>()
  const instances: VrrpInstance[] = []
  const groups: PendingGroup[] = []
  for (const node of nodes) {
    if (node.keyword === vrrpScript) {
      const script = resolveScript(node, report)
      if (script !== undefined) scripts.set(script.name, script)
    } else if (node.keyword === vrrpInstance) {
      const instance = resolveInstance(node, scripts, report)
      if (instance !== undefined) instances.push(instance)
    } else if (node.keyword === vrrpSyncGroup) {
      const group = resolveGroup(node, scripts, report)
      if (group !== undefined) groups.push(group)
    }
  }
  const names = new Set(instances.map(({ name }) => name))
  const taken = new Map<string, string>()
  const syncGroups = groups
    .map((group) => settleGroup(group, (name) => names.has(name), taken, report))
    .filter((group) => group !== undefined)
  return { global, scripts: [...scripts.values()], syncGroups, instances, notServed }
}
