/** What an instance depends on: links that must be up, and what it tracks. Pure. */

import type {
  VrrpModel,
  SyncGroup,
  TrackedFile,
  TrackedInterface,
  TrackedProcess,
  TrackedScript,
  VirtualAddress,
  VirtualRoute,
  VirtualRule,
  VrrpInstance,
} from '../config/model.ts'
import type { Tracker, VirtualRouter } from '../vrrp/election/state.ts'

/** What its group tracks counts as its own. */
export function dependenciesOf(
  instance: VrrpInstance,
  group: SyncGroup | undefined,
  linksOfStaticItems: readonly string[],
): Pick<VirtualRouter, 'requiredLinks' | 'trackers'> {
  const interfaces = [...instance.trackInterfaces, ...(group?.trackInterfaces ?? [])]
  const scripts = [...instance.trackScripts, ...(group?.trackScripts ?? [])]
  const files = [...instance.trackFiles, ...(group?.trackFiles ?? [])]
  const processes = [...instance.trackProcesses, ...(group?.trackProcesses ?? [])]
  return {
    requiredLinks: requiredLinks(instance, interfaces, linksOfStaticItems),
    trackers: [
      ...scripts.map(scriptTracker),
      ...interfaces.filter(isWeighted).map(interfaceTracker),
      ...files.map(fileTracker),
      ...processes.map(processTracker),
    ],
  }
}

/** A link tracked without a weight must simply be up; `reverse` makes even that a matter of verdicts. */
const isWeighted = (tracked: TrackedInterface): boolean => tracked.weight !== 0 || tracked.reverse

/**
 * The own link, unless dont_track_primary; links that addresses, routes and
 * rules name, unless no_track; and those of track_interface without a weight.
 */
function requiredLinks(
  instance: VrrpInstance,
  tracked: readonly TrackedInterface[],
  ofStaticItems: readonly string[],
): readonly string[] {
  const items = [...instance.addresses, ...instance.excludedAddresses, ...instance.routes, ...instance.rules]
  const named = items
    .filter(({ track }) => track)
    .flatMap(linksNamed)
    .filter((link) => link !== instance.link)
  const own = instance.dontTrackPrimary ? [] : [instance.link]
  const plain = tracked.filter((one) => !isWeighted(one)).map(({ link }) => link)
  return [...new Set([...own, ...named, ...plain, ...ofStaticItems])]
}

const linksNamed = (item: VirtualAddress | VirtualRoute | VirtualRule): readonly string[] =>
  ('action' in item ? [item.iif, item.oif] : [item.link]).filter((link) => link !== undefined)

/** track_group: those of static items that name a group in which the instance is. */
export function linksOfStaticItems(model: VrrpModel, name: string): readonly string[] {
  const groups = new Set(
    model.trackGroups.filter(({ members }) => members.includes(name)).map((group) => group.name),
  )
  return [...model.staticAddresses, ...model.staticRoutes, ...model.staticRules]
    .filter(({ track, trackGroup }) => track && trackGroup !== undefined && groups.has(trackGroup))
    .flatMap(linksNamed)
}

const scriptTracker = ({ script, weight, reverse }: TrackedScript): Tracker => ({
  kind: 'script',
  name: script,
  weight,
  reverse,
})

const fileTracker = ({ file, weight, reverse }: TrackedFile): Tracker => ({
  kind: 'file',
  name: file,
  weight,
  reverse,
})

const processTracker = (tracked: TrackedProcess): Tracker => ({
  kind: 'process',
  name: tracked.process,
  weight: tracked.weight,
  reverse: tracked.reverse,
})

const interfaceTracker = ({ link, weight, reverse }: TrackedInterface): Tracker => ({
  kind: 'interface',
  name: link,
  weight,
  reverse,
})
