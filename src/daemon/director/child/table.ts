/** The kernel's IPVS table as the director has it: services with their destinations, without what is counted. */

import { accepted, type Result } from '../../../base/result.ts'
import type { Table, TableService } from '../../../director/plan.ts'
import type { Destination, IpvsTable, ObservedDestination } from '../../../netlink/ipvs/types.ts'
import type { Refusal } from '../../../netlink/types.ts'

/** Rejected with the first refusal. A service that goes meanwhile has no destinations. */
export function readTable(table: IpvsTable): Result<Table, Refusal> {
  const services = table.services()
  if (!services.ok) return services
  const all: TableService[] = []
  for (const { key, scheduler, schedulerFlags, onePacket, persistence, netmask } of services.value) {
    const destinations = table.destinations(key)
    if (!destinations.ok) return destinations
    const service = { key, scheduler, schedulerFlags, onePacket, persistence, netmask }
    all.push({ service, destinations: destinations.value.map(withoutCounters) })
  }
  return accepted(all)
}

const withoutCounters = ({
  key,
  forwarding,
  weight,
  upperThreshold,
  lowerThreshold,
  tunnel,
}: ObservedDestination): Destination => ({
  key,
  forwarding,
  weight,
  upperThreshold,
  lowerThreshold,
  tunnel,
})
