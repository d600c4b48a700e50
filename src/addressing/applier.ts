/** Asks the kernel for what a plan says, step by step, and says what came of it. One refusal never stops the others. */

import type { Outcome } from '../netlink/types.ts'
import type { World } from '../world/world.ts'
import { addressesOf, wholeOf, type AddressItem, type Item } from './link-binding.ts'
import { promotingOn } from './promote-secondaries.ts'
import type { Plan, Step } from './reconcile.ts'

/** What came of it. */
export interface Attempt {
  readonly item: Item
  readonly outcome: Outcome
}

export interface Applied {
  readonly step: Step
  readonly attempts: readonly Attempt[]
}

export type ApplierPorts = Pick<World, 'kernel' | 'linkSettings'>

export class Applier {
  private readonly ports: ApplierPorts
  private readonly haveSet: (items: readonly AddressItem[]) => void

  /** @param haveSet is told of addresses that the kernel has accepted */
  constructor(ports: ApplierPorts, haveSet: (items: readonly AddressItem[]) => void = () => undefined) {
    this.ports = ports
    this.haveSet = haveSet
  }

  /** @returns its steps, in order */
  apply({ steps, promoteOn }: Plan): readonly Applied[] {
    const { kernel, linkSettings } = this.ports
    return promotingOn(kernel.table, linkSettings, promoteOn, () =>
      steps.map((step) => ({
        step,
        attempts: step.do === 'set' ? this.set(step.items) : this.remove(step.items),
      })),
    )
  }

  /** Addresses first, as a route may need one as its source; rules last, when the tables they ask are filled. */
  private set(items: readonly Item[]): readonly Attempt[] {
    const { kernel } = this.ports
    const { addresses, routes, rules } = wholeOf(items)
    const attempts = [
      ...paired(addresses, kernel.installAddresses(addresses.map(({ spec }) => spec))),
      ...paired(routes, kernel.installRoutes(routes.map(({ spec }) => spec))),
      ...paired(rules, kernel.installRules(rules.map(({ spec }) => spec))),
    ]
    this.haveSet(addressesOf(acceptedOf(attempts)))
    return attempts
  }

  /** The other way round. What is gone already is no error. */
  private remove(items: readonly Item[]): readonly Attempt[] {
    const { kernel } = this.ports
    const { addresses, routes, rules } = wholeOf(items)
    return [
      ...paired(rules, kernel.withdrawRules(rules.map(({ spec }) => spec))),
      ...paired(routes, kernel.withdrawRoutes(routes.map(({ spec }) => spec))),
      ...paired(addresses, kernel.withdrawAddresses(addresses.map(({ spec }) => spec))),
    ]
  }
}

const paired = (items: readonly Item[], outcomes: readonly Outcome[]): readonly Attempt[] =>
  items.map((item, index) => ({ item, outcome: outcomes[index] }))

/** What of it the kernel accepted. */
export const acceptedOf = (attempts: readonly Attempt[]): readonly Item[] =>
  attempts.filter(({ outcome }) => outcome === undefined).map(({ item }) => item)
