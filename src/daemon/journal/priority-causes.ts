/** Which change of a priority lets another router be master, or ends that: until the next transition of the instance. Pure. */

import type { ElectionEvent } from '../../vrrp/election/state.ts'

export class PriorityCauses {
  /** By instance, the journal's id: what last changed its own priority, and that it hears a master of lower priority. */
  private readonly priorities = new Map<string, number>()
  private readonly lesserMasters = new Map<string, number>()

  /** After the journal has it. */
  note(router: string, { kind }: ElectionEvent, id: number): void {
    if (kind === 'transition') this.forget(router)
    if (kind === 'priority-changed') this.priorities.set(router, id)
    if (kind === 'lower-priority-discarded') this.lesserMasters.set(router, id)
  }

  /**
   * The change of our own priority without which another router would not weigh more, or less, than we do.
   *
   * @param base the configured priority
   */
  causeOf(router: string, event: ElectionEvent, base: number): number | undefined {
    const isOurs =
      event.kind === 'lower-priority-discarded' || (event.kind === 'yielding' && event.priority <= base)
    return isOurs ? this.priorities.get(router) : undefined
  }

  lesserMaster(router: string): number | undefined {
    return this.lesserMasters.get(router)
  }

  forget(router: string): void {
    this.priorities.delete(router)
    this.lesserMasters.delete(router)
  }
}
