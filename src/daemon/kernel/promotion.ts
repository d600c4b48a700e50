/**
 * promote_secondaries: without it the kernel removes all addresses of a
 * network together with its first one. Set on an instance's own interface
 * while the daemon runs and put back at its end, as keepalived does
 * (measured, 2.2.7). An interface that comes back has the setting anew.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const DIRECTORY = '/proc/sys/net/ipv4/conf'

export class Promotion {
  private readonly complain: (text: string) => void
  private readonly directory: string
  private readonly changed = new Set<string>()

  constructor(complain: (text: string) => void, directory: string = DIRECTORY) {
    this.complain = complain
    this.directory = directory
  }

  /** @param links those that are there and have it wanted; others get back what they had */
  use(links: ReadonlySet<string>): void {
    for (const link of this.changed) if (!links.has(link)) this.putBack(link)
    for (const link of links) this.set(link)
  }

  close(): void {
    this.use(new Set())
  }

  // Nothing here waits: these files are the kernel's memory. And only this thread is known to be in the
  // network namespace whose settings they are.

  private set(link: string): void {
    try {
      if (readFileSync(this.pathOf(link), 'latin1').trim() !== '0') return
      writeFileSync(this.pathOf(link), '1')
      this.changed.add(link)
    } catch (error) {
      this.complain(`cannot set promote_secondaries on ${link}: ${String(error)}`)
    }
  }

  private putBack(link: string): void {
    this.changed.delete(link)
    try {
      writeFileSync(this.pathOf(link), '0')
    } catch {
      // The link is gone, and its setting with it.
    }
  }

  private pathOf(link: string): string {
    return join(this.directory, link, 'promote_secondaries')
  }
}
