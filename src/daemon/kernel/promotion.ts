/**
 * promote_secondaries: without it the kernel removes all addresses of a
 * network together with its first one. Set on an instance's own interface
 * while the daemon runs and put back at its end, as keepalived does
 * (measured, 2.2.7). An interface that comes back has the setting anew, one
 * that is renamed takes it along.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const DIRECTORY = '/proc/sys/net/ipv4/conf'

export class Promotion {
  private readonly complain: (text: string) => void
  private readonly nameOf: (index: number) => string | undefined
  private readonly directory: string
  /** By index. */
  private readonly changed = new Set<number>()

  /** @param nameOf the link's name now; undefined: it is gone, and its setting with it */
  constructor(
    complain: (text: string) => void,
    nameOf: (index: number) => string | undefined,
    directory: string = DIRECTORY,
  ) {
    this.complain = complain
    this.nameOf = nameOf
    this.directory = directory
  }

  /** @param links the indexes of those that have it wanted; others get back what they had */
  use(links: ReadonlySet<number>): void {
    for (const index of this.changed) if (!links.has(index)) this.putBack(index)
    for (const index of links) this.set(index)
  }

  close(): void {
    this.use(new Set())
  }

  // Nothing here waits: these files are the kernel's memory. And only this thread is known to be in the
  // network namespace whose settings they are.

  private set(index: number): void {
    const link = this.nameOf(index)
    if (link === undefined) return
    try {
      if (readFileSync(this.pathOf(link), 'latin1').trim() !== '0') return
      writeFileSync(this.pathOf(link), '1')
      this.changed.add(index)
    } catch (error) {
      this.complain(`cannot set promote_secondaries on ${link}: ${String(error)}`)
    }
  }

  private putBack(index: number): void {
    this.changed.delete(index)
    const link = this.nameOf(index)
    if (link === undefined) return
    try {
      writeFileSync(this.pathOf(link), '0')
    } catch {
      // It has gone just now.
    }
  }

  private pathOf(link: string): string {
    return join(this.directory, link, 'promote_secondaries')
  }
}
