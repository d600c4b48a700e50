/** Which of an instance's addresses, routes and rules the kernel has now. Pure. */

import type { LinkTable } from '../netlink/link-table.ts'
import { bind } from './link-binding.ts'
import { isPresent } from './observed.ts'
import { NOTHING, type DesiredState } from './desired.ts'

/** In the order of what is wanted. */
export interface Presence {
  readonly addresses: readonly boolean[]
  readonly routes: readonly boolean[]
  readonly rules: readonly boolean[]
}

export function presenceOf({ addresses, routes, rules }: DesiredState, table: LinkTable): Presence {
  const isThere = (one: Partial<DesiredState>): boolean => {
    const specs = bind({ ...NOTHING, ...one }, (name) => table.linkByName(name))
    const items = [...specs.addresses, ...specs.routes, ...specs.rules]
    return specs.missing.length === 0 && items.every((item) => isPresent(item, table))
  }
  return {
    addresses: addresses.map((each) => isThere({ addresses: [each] })),
    routes: routes.map((each) => isThere({ routes: [each] })),
    rules: rules.map((each) => isThere({ rules: [each] })),
  }
}
