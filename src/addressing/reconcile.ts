/**
 * From what owners held in the kernel to what they desire there: which requests, in which order. Pure.
 *
 * Old and new are compared over all owners together: an item that moves from one to another, in whichever
 * direction, is neither removed nor set again. What is new is set before what is old goes, so that an
 * address or a destination is served all the time; and as something may go along with what is removed,
 * everything is then set once more. Only what the kernel cannot change in place is away for a moment. See
 * docs/decisions/0027.
 */

import type { LinkTable } from '../netlink/link-table.ts'
import type { Claims } from './claims.ts'
import { addressesOf, keyOfItem, slotOf, type Item } from './link-binding.ts'
import { isPresent } from './observed.ts'
import { linksThatLoseMore, linksWithMore } from './secondaries.ts'

/** What one owner is to hold. */
export interface Share {
  readonly owner: string
  /** In the order of setting. */
  readonly items: readonly Item[]
  /** Somebody else sees to it that they are there (keeper.ts): only those with other attributes are set. */
  readonly kept?: true
}

export interface Situation {
  /** What the owners concerned have held until now, in the order in which it was set. */
  readonly before: readonly Item[]
  /** What they are to hold; where two differ in the attributes of one item, the first counts. */
  readonly after: readonly Share[]
  /** Of owners who are not concerned, and of the host: what these have is not removed. */
  readonly claims: Pick<Claims, 'removable' | 'isHosts'>
  readonly observed: Observed
}

export interface Observed {
  readonly table: LinkTable
  /**
   * Whether all that was asked of the kernel so far is in the table: then what it has is not asked for. Otherwise
   * the kernel says itself what it has, as it takes what is there already for a success.
   */
  readonly settled: boolean
}

/** Requests that are made at once: addresses, routes and rules are set in this order, and removed in the other. */
export type Step =
  | {
      readonly do: 'set'
      /** Undefined: whose it is comes with a later step. */
      readonly owner: string | undefined
      readonly items: readonly Item[]
    }
  | { readonly do: 'remove'; readonly items: readonly Item[] }

export interface Plan {
  readonly steps: readonly Step[]
  /** Indexes of links on which nothing may go along with what is removed meanwhile: see secondaries.ts. */
  readonly promoteOn: readonly number[]
}

export function reconcile({ before, after, claims, observed }: Situation): Plan {
  const { replaced, removed } = changeover(
    before,
    after.flatMap(({ items }) => items),
  )
  const outdated = replaced.map(({ from }) => from).filter((item) => !claims.isHosts(item))
  const gone = claims.removable(removed)
  const wanted = after.filter(({ kept }) => kept !== true)
  const isDoubtful = (item: Item): boolean => !observed.settled || !isPresent(item, observed.table)
  const first: readonly Step[] = [
    { do: 'remove', items: outdated },
    { do: 'set', owner: undefined, items: replaced.map(({ to }) => to) },
    ...wanted.map(({ owner, items }): Step => ({ do: 'set', owner, items: items.filter(isDoubtful) })),
  ]
  const again = gone.length === 0 ? [] : wanted
  const last: readonly Step[] = [
    { do: 'remove', items: gone },
    ...again.map(({ owner, items }): Step => ({ do: 'set', owner, items })),
  ]
  const isNeeded = ({ items }: Step): boolean => items.length > 0
  const leaving = addressesOf([...outdated, ...gone]).map(({ spec }) => spec)
  // What is set before a removal may change which address is the first of its network.
  const losing = first.some(isNeeded) ? linksWithMore : linksThatLoseMore
  return { steps: [...first, ...last].filter(isNeeded), promoteOn: losing(observed.table, leaving) }
}

/** An item that has to be set with other attributes. */
interface Replacement {
  readonly from: Item
  readonly to: Item
}

/** How to get from what owners held together to what they want together. */
export interface Changeover {
  /** The kernel changes no attributes in place: it is removed just before it is set anew. */
  readonly replaced: readonly Replacement[]
  /** None of the owners wants it any more. */
  readonly removed: readonly Item[]
}

/**
 * @param held by all owners until now, in the order in which they were set
 * @param wanted by all owners from now on; where two differ in the attributes of one item, the first counts
 */
export function changeover(held: readonly Item[], wanted: readonly Item[]): Changeover {
  // Where owners differed it is not known whose attributes it has: all of them are tried.
  const distinct = [...new Map(held.map((item) => [keyOfItem(item), item])).values()]
  // A take-over, or a router that gives up: nothing to compare.
  if (distinct.length === 0 || wanted.length === 0) return { replaced: [], removed: distinct }
  const next = firstBySlot(wanted)
  const replaced = [...firstBySlot(distinct)].flatMap(([slot, from]): readonly Replacement[] => {
    const to = next.get(slot)
    return to === undefined || JSON.stringify(from.spec) === JSON.stringify(to.spec) ? [] : [{ from, to }]
  })
  return { replaced, removed: distinct.filter((item) => !next.has(slotOf(item))) }
}

function firstBySlot(items: readonly Item[]): ReadonlyMap<string, Item> {
  const first = new Map<string, Item>()
  for (const item of items) if (!first.has(slotOf(item))) first.set(slotOf(item), item)
  return first
}
