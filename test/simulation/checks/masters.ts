/** Which daemons have been Master of what, and until when, seen from outside. */

import type { Instant } from '../../../src/base/time.ts'
import type { Host } from '../host.ts'
import type { World } from '../world.ts'

interface Reign {
  /** Undefined: it is over. */
  readonly since: Instant | undefined
  readonly last: Instant
}

export class Masters {
  private readonly world: World
  private readonly reigns = new Map<string, Reign>()

  constructor(world: World) {
    this.world = world
  }

  /** After anything has happened. */
  look(): void {
    const { now, hosts } = this.world
    for (const host of hosts)
      for (const { vrid } of this.world.scenario.hosts[host.number]?.routers ?? []) {
        const name = `V${vrid}`
        const key = `${host.number} ${name}`
        const before = this.reigns.get(key)
        if (host.engine?.routers.get(name)?.state.kind === 'master')
          this.reigns.set(key, { since: before?.since ?? now, last: now })
        else if (before) this.reigns.set(key, { since: undefined, last: before.last })
      }
  }

  /** Undefined: it is none now. */
  since(host: Host, router: string): Instant | undefined {
    return this.reigns.get(`${host.number} ${router}`)?.since
  }

  /** When it was last one; undefined: never. */
  last(host: Host, router: string): Instant | undefined {
    return this.reigns.get(`${host.number} ${router}`)?.last
  }
}
