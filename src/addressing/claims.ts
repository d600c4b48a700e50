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
