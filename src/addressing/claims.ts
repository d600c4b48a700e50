/**
 * Who wants what in the kernel now: the static items, and every Master. What
 * several of them want stays until the last one gives it up, whichever of them
 * put it there.
 */

import type { HostAddresses } from './host-addresses.ts'
import { slotOf, type Item } from './link-binding.ts'

/** Owners beside the instances; no instance is called that. */
export const STATIC_ITEMS = ''
/** What a new configuration, or a run that goes on, is about to set. */
export const PLANNED = ' planned'

export class Claims {
  private readonly hosts: Pick<HostAddresses, 'has'> | undefined
  private readonly byOwner = new Map<string, readonly Item[]>()
  /** How many owners want it, by slot. */
  private readonly owners = new Map<string, number>()

  /** @param hosts addresses that were there before us; absent: there are none */
  constructor(hosts?: Pick<HostAddresses, 'has'>) {
    this.hosts = hosts
  }

  /** Everything that this owner holds, as far as we have been told. */
  of(owner: string): readonly Item[] {
    return this.byOwner.get(owner) ?? []
  }

  get all(): readonly Item[] {
    return [...this.byOwner.values()].flat()
  }

  /** From now on the owner wants these, and nothing else. */
  set(owner: string, items: readonly Item[]): void {
    this.release(owner)
    if (items.length === 0) return
    this.byOwner.set(owner, items)
    for (const slot of slotsOf(items)) this.owners.set(slot, (this.owners.get(slot) ?? 0) + 1)
  }

  /** @returns what the owner wanted until now */
  release(owner: string): readonly Item[] {
    const items = this.of(owner)
    this.byOwner.delete(owner)
    for (const slot of slotsOf(items)) {
      const left = (this.owners.get(slot) ?? 0) - 1
      if (left > 0) this.owners.set(slot, left)
      else this.owners.delete(slot)
    }
    return items
  }

  /** Of these, what may be removed: nobody wants it, and it has not been there before us. */
  removable<T extends Item>(items: readonly T[]): readonly T[] {
    return items.filter((item) => !this.owners.has(slotOf(item)) && !this.isHosts(item))
  }

  /** Whether the host had it before us: it is never removed. */
  isHosts(item: Item): boolean {
    return item.kind === 'address' && this.hosts?.has(item) === true
  }
}

const slotsOf = (items: readonly Item[]): ReadonlySet<string> => new Set(items.map(slotOf))

/** An item that has to be set with other attributes. */
export interface Replacement {
  readonly from: Item
  readonly to: Item
}

/** How to get from what owners held together to what they want together. */
export interface Changeover {
  /** The kernel changes no attributes in place: it is removed just before it is set anew. */
  readonly replaced: readonly Replacement[]
  /** Nobody wants it any more. */
  readonly removed: readonly Item[]
}

/**
 * Old and new are compared over all owners together: an item that moves from
 * one to another, in whichever direction, is neither removed nor set again.
 *
 * @param held by all owners until now, in the order in which they were set
 * @param wanted by all owners from now on; where two differ in the attributes of one item, the first counts
 */
export function changeover(held: readonly Item[], wanted: readonly Item[]): Changeover {
  const next = firstBySlot(wanted)
  const replaced: Replacement[] = []
  const removed: Item[] = []
  for (const [slot, item] of firstBySlot(held)) {
    const wish = next.get(slot)
    if (wish === undefined) removed.push(item)
    else if (JSON.stringify(item.spec) !== JSON.stringify(wish.spec)) replaced.push({ from: item, to: wish })
  }
  return { replaced, removed }
}

function firstBySlot(items: readonly Item[]): ReadonlyMap<string, Item> {
  const first = new Map<string, Item>()
  for (const item of items) if (!first.has(slotOf(item))) first.set(slotOf(item), item)
  return first
}
