/** What an edit changes because nothing was said of it: -E and -e set everything anew. Pure but for asking the table. */

import type { Destination, IpvsChange, IpvsTable, Service } from '../../netlink/ipvs/types.ts'
import type { Unsaid } from './command.ts'

/** A sentence for each thing that becomes another; none where it stays as it is, or is not there. */
export function remarksOnEdit(
  change: IpvsChange,
  unsaid: readonly Unsaid[],
  table: IpvsTable,
): readonly string[] {
  if (unsaid.length === 0) return []
  if (change.type === 'edit-service') {
    const before = table.service(change.service.key)
    return before.ok && before.value ? onService(before.value, change.service, unsaid) : []
  }
  if (change.type !== 'edit-destination') return []
  const { key } = change.destination
  const there = table.destinations(change.key)
  const before = (there.ok ? there.value : []).find(
    (each) => each.key.address === key.address && each.key.port === key.port,
  )
  return before ? onDestination(before, change.destination, unsaid) : []
}

function onService(before: Service, after: Service, unsaid: readonly Unsaid[]): readonly string[] {
  return [
    ...(unsaid.includes('scheduler') && before.scheduler !== after.scheduler
      ? [`without -s the scheduler becomes ${after.scheduler}; it was ${before.scheduler}`]
      : []),
    ...(unsaid.includes('persistence') && before.persistence
      ? [`without -p the persistence of ${before.persistence.timeoutSeconds} seconds ends`]
      : []),
  ]
}

const OPTIONS = { masquerade: '-m', tunnel: '-i', route: '-g', local: '-g', bypass: undefined } as const

function onDestination(
  before: Destination,
  after: Destination,
  unsaid: readonly Unsaid[],
): readonly string[] {
  const option = OPTIONS[before.forwarding]
  return [
    ...(unsaid.includes('forwarding') && option !== '-g'
      ? [`without -g, -i or -m it becomes direct routing (-g)${option ? `; it was ${option}` : ''}`]
      : []),
    ...(unsaid.includes('weight') && before.weight !== after.weight
      ? [`without -w the weight becomes ${after.weight}; it was ${before.weight}`]
      : []),
  ]
}
