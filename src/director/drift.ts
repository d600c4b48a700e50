/** What the kernel has otherwise than it was asked for: shown, and set right only by a start or a repair. */

import type { Destination } from '../netlink/ipvs/types.ts'
import { destinationText, serviceText } from './keys.ts'
import { sameDestination, sameService, type Table, type TableService } from './plan.ts'
import type { Director } from './state.ts'

export type Drift =
  | { readonly kind: 'service-missing' | 'service-differs'; readonly service: string }
  | {
      readonly kind: 'destination-missing' | 'destination-foreign' | 'destination-differs'
      readonly service: string
      readonly destination: string
    }
  | {
      readonly kind: 'weight-differs'
      readonly service: string
      readonly destination: string
      readonly asked: number
      readonly actual: number
    }

/**
 * Of our services only. What the kernel has refused is no drift, it is known as refused.
 *
 * @returns with serviceText and destinationText as names, in our order
 */
export function driftOf({ setup, services }: Director, actual: Table): readonly Drift[] {
  const present = new Map(actual.map((each) => [serviceText(each.service.key), each]))
  return services.flatMap(({ service, destinations, lost }, position): readonly Drift[] => {
    const united = setup.services[position]
    if (united === undefined || (service === undefined && !lost)) return []
    const found = present.get(united.text)
    if (found === undefined) return [{ kind: 'service-missing', service: united.text }]
    const differs = service !== undefined && service !== 'unknown' && !sameService(found.service, service)
    const held = destinations.filter((each) => each !== undefined && each !== 'unknown')
    return [
      ...(differs ? [{ kind: 'service-differs' as const, service: united.text }] : []),
      ...driftOfDestinations(united.text, held, found),
    ]
  })
}

function driftOfDestinations(
  service: string,
  held: readonly Destination[],
  { destinations }: TableService,
): readonly Drift[] {
  const left = new Map(destinations.map((each) => [destinationText(each.key), each]))
  const drift: Drift[] = []
  for (const each of held) {
    const destination = destinationText(each.key)
    const found = left.get(destination)
    left.delete(destination)
    if (found === undefined) drift.push({ kind: 'destination-missing', service, destination })
    else {
      if (found.weight !== each.weight)
        drift.push({ kind: 'weight-differs', service, destination, asked: each.weight, actual: found.weight })
      if (!sameDestination({ ...found, weight: each.weight }, each))
        drift.push({ kind: 'destination-differs', service, destination })
    }
  }
  for (const destination of left.keys()) drift.push({ kind: 'destination-foreign', service, destination })
  return drift
}
