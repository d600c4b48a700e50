/**
 * promote_secondaries: without it the kernel removes all addresses of a
 * network together with its first one. Set on an instance's own interface
 * while the daemon runs and put back at its end, as keepalived does
 * (measured, 2.2.7). An interface that comes back has the setting anew, one
 * that is renamed takes it along.
 */

import type { Complaint } from '../events/event.ts'
import type { LinkTable } from '../netlink/link-table.ts'
import type { LinkSettings } from '../world/world.ts'

const SETTING = 'ipv4/promote_secondaries'

export class Promotion {
  private readonly settings: LinkSettings
  private readonly complain: (complaint: Complaint) => void
  private readonly nameOf: (index: number) => string | undefined
  /** By index. */
  private readonly changed = new Set<number>()

  /** @param nameOf the link's name now; undefined: it is gone, and its setting with it */
  constructor(
    settings: LinkSettings,
    complain: (complaint: Complaint) => void,
    nameOf: (index: number) => string | undefined,
  ) {
    this.settings = settings
    this.complain = complain
    this.nameOf = nameOf
  }

  /** @param links the indexes of those that have it wanted; others get back what they had */
  use(links: ReadonlySet<number>): void {
    for (const index of this.changed) if (!links.has(index)) this.putBack(index)
    for (const index of links) this.set(index)
  }

  close(): void {
    this.use(new Set())
  }

  private set(index: number): void {
    const link = this.nameOf(index)
    if (link === undefined) return
    const value = this.settings.read(link, SETTING)
    if (value !== undefined && value !== '0') return
    if (value !== undefined && this.settings.write(link, SETTING, '1')) this.changed.add(index)
    else {
      const what = value === undefined ? 'read' : 'set'
      this.complain({ what: 'link-setting', text: `cannot ${what} promote_secondaries on ${link}` })
    }
  }

  /** One that has gone just now has taken its setting along. */
  private putBack(index: number): void {
    this.changed.delete(index)
    const link = this.nameOf(index)
    if (link !== undefined) this.settings.write(link, SETTING, '0')
  }
}

/**
 * Removes addresses, and nothing goes along with them. Where the setting cannot be written they go along, and whoever
 * wants them sets them again.
 *
 * @param links their indexes, of secondaries.ts
 */
export function promotingOn<T>(
  table: LinkTable,
  settings: LinkSettings,
  links: readonly number[],
  remove: () => T,
): T {
  if (links.length === 0) return remove()
  const promotion = new Promotion(
    settings,
    () => undefined,
    (index) => table.linkByIndex(index)?.name,
  )
  promotion.use(new Set(links))
  try {
    return remove()
  } finally {
    promotion.close()
  }
}
