/** The whole table at once: at start, at a reload and for a repair. All else touches only what an event concerns. */

import type { Draft } from './draft.ts'
import { planTable, type Table, type TablePlan, type TableService } from './plan.ts'
import type { Director, ServiceState } from './state.ts'
import { wantedDestination } from './union.ts'

/** @param actual the kernel's; undefined: it is taken to have what we have asked for */
export function reconcile(
  draft: Draft,
  actual: Table,
  { ours, handMade, flush = false }: Pick<TablePlan, 'ours' | 'handMade' | 'flush'>,
): void {
  const wishes = draft.setup.services.map(({ destinations }) =>
    destinations.map((each) => wantedDestination(each, draft.virtualServers)),
  )
  const wanted = draft.setup.services.map(({ service }, position): TableService => ({
    service,
    destinations: (wishes[position] ?? []).filter((each) => each !== undefined),
  }))
  // One by one: a large table is more than a call has arguments.
  for (const change of planTable({ wanted, actual, ours, handMade, flush })) draft.changes.push(change)
  draft.services = draft.setup.services.map(({ service }, position): ServiceState => ({
    service,
    destinations: wishes[position] ?? [],
    lost: false,
    refused: new Map(),
  }))
  draft.touched.clear()
  draft.remembers = true
}

/** For want of a dump. */
export function heldTable({ setup, services }: Pick<Director, 'setup' | 'services'>): Table {
  return services.flatMap(({ service, destinations, lost }, position): readonly TableService[] => {
    const united = setup.services[position]
    if (united === undefined || service === undefined || lost) return []
    return [
      {
        service: service === 'unknown' ? united.service : service,
        destinations: destinations.filter((each) => each !== undefined && each !== 'unknown'),
      },
    ]
  })
}
