/** The rules of keepalived.conf(5) once more, as naively as they can be written. */

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
  groupOf(host, spec).some(({ scripts }) =>
    scripts.some(({ name, weight }) => weight === 0 && !host.known.scripts.has(name)),
  )

function hasOwnFault({ known }: Host, spec: RouterSpec): boolean {
  const link = known.links[spec.lan]
  if (link === undefined || !link.up || !link.addressed) return true
  return spec.scripts.some(
    ({ name, weight, reverse }) => weight === 0 && known.scripts.get(name) === (reverse ? 'up' : 'down'),
  )
}

export function expectedPriority({ known }: Host, spec: RouterSpec): number {
  if (spec.priority === 255) return 255
  let priority = spec.priority
  for (const { name, weight, reverse } of spec.scripts) {
    const verdict = known.scripts.get(name)
    const sign = reverse ? -1 : 1
    if (weight > 0 && verdict === 'up') priority += sign * weight
    if (weight < 0 && verdict === 'down') priority += sign * weight
  }
  if (priority < 1) return 1
  if (priority > 254) return 254
  return priority
}
