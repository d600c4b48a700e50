/**
 * Which event of the journal brought about which other one. Everything that is
 * told while one engine event is worked off comes from that event, and within
 * it in a known order: a member's transition, the group's, those of the other
 * members; for each instance the transition before what it does to addresses.
 * Pure.
 */

import type { EventKind } from '../../control/events.ts'

export class Causes {
  private root: number | undefined
  private latest: number | undefined
  private readonly ofInstance = new Map<string, number>()
  private readonly ofGroup = new Map<string, number>()

  /** @param root the journal's id of the engine event that is worked off from now on */
  begin(root: number | undefined): void {
    this.root = root
    this.latest = root
    this.ofInstance.clear()
    this.ofGroup.clear()
  }

  /** Where the engine event itself says nothing of it. */
  suggest(root: number | undefined): void {
    this.root ??= root
    this.latest ??= root
  }

  /** A sync group takes its members along: it was the last transition that made it. */
  ofSyncing(): number | undefined {
    return this.latest
  }

  syncing(group: string, id: number): void {
    this.ofGroup.set(group, id)
  }

  /** What an instance's event comes from. */
  of(instance: string, group: string | undefined, kind: EventKind): number | undefined {
    const before = this.ofInstance.get(instance)
    if (kind !== 'transition') return before ?? this.root
    return before ?? (group === undefined ? undefined : this.ofGroup.get(group)) ?? this.root
  }

  happened(instance: string, kind: EventKind, id: number): void {
    this.ofInstance.set(instance, id)
    if (kind === 'transition') this.latest = id
  }
}
