/** The rules of keepalived.conf(5) once more, as naively as they can be written. */

import type { Tracker, Verdict } from '../../src/vrrp/election/state.ts'
import { linkName, routerName } from './build.ts'
import type { Host } from './host.ts'
import type { RouterSpec } from './scenario.ts'

/** Members of a router's group, itself included. */
export const groupOf = (host: Host, spec: RouterSpec): readonly RouterSpec[] => {
  const group = host.spec.groups.find((vrids) => vrids.includes(spec.vrid)) ?? [spec.vrid]
  return host.spec.routers.filter(({ vrid }) => group.includes(vrid))
}

export const expectedFault = (host: Host, spec: RouterSpec): boolean =>
  groupOf(host, spec).some((member) => hasOwnFault(host, member))

export const expectedPending = (host: Host, spec: RouterSpec): boolean =>
  groupOf(host, spec).some(({ trackers }) =>
    trackers.some(({ kind, name, weight }) => {
      if (kind === 'interface') return false
      return (weight === 0 || kind === 'file') && !host.known.tracked[kind].has(name)
    }),
  )

/** A tracked file of its own has never been looked at. */
export const expectedUnread = (host: Host, { trackers }: RouterSpec): boolean =>
  trackers.some(({ kind, name }) => kind === 'file' && !host.known.tracked.file.has(name))

function hasOwnFault(host: Host, spec: RouterSpec): boolean {
  const link = host.known.links[spec.lan]
  if (link === undefined || !link.up || !link.addressed) return true
  if (host.known.drained.has(routerName(spec.vrid))) return true
  return spec.trackers.some((tracker) => isFatal(host, tracker))
}

function isFatal(host: Host, tracker: Tracker): boolean {
  const { kind, name, weight, reverse } = tracker
  if (kind === 'file') {
    const number = host.known.tracked.file.get(name)
    if (number === undefined) return false
    if (weight === 0) return reverse ? number === 0 : number !== 0
    return worth(tracker, number) < -253
  }
  return weight === 0 && verdictOf(host, tracker) === (reverse ? 'up' : 'down')
}

function verdictOf({ known }: Host, { kind, name }: Tracker): Verdict | undefined {
  switch (kind) {
    case 'interface':
      return known.links.some(({ up }, lan) => linkName(lan) === name && up) ? 'up' : 'down'
    case 'script':
    case 'process':
      return known.tracked[kind].get(name)
    case 'file':
      return undefined
  }
}

const worth = ({ weight, reverse }: Tracker, number: number): number => (reverse ? -1 : 1) * weight * number

export function expectedPriority(host: Host, spec: RouterSpec): number {
  if (spec.priority === 255) return 255
  let priority = spec.priority
  for (const tracker of spec.trackers) {
    const { kind, name, weight } = tracker
    if (kind === 'file') {
      // What means a Fault does not lower the priority as well.
      const number = isFatal(host, tracker) ? 0 : worth(tracker, host.known.tracked.file.get(name) ?? 0)
      priority += number > 253 ? 253 : number
      continue
    }
    const verdict = verdictOf(host, tracker)
    if (weight > 0 && verdict === 'up') priority += worth(tracker, 1)
    if (weight < 0 && verdict === 'down') priority += worth(tracker, 1)
  }
  if (priority < 1) return 1
  if (priority > 254) return 254
  return priority
}
