/** Who can be heard by whom, seen from outside all daemons. */

import type { Instant } from '../../../src/base/time.ts'
import type { Host } from '../host.ts'
import type { World } from '../world.ts'

export interface ClearPaths {
  look(): undefined
  since(from: Host, to: Host): Instant | undefined
}

/** Since when every packet from one host has reached another, on all LANs. */
export function clearPaths(world: World): ClearPaths {
  const since = new Map<string, Instant>()
  const isClear = (from: Host, to: Host): boolean =>
    world.lans.every(
      (lan, number) =>
        lan.isCalm &&
        lan.reaches(from.number, to.number) &&
        from.kernel.isUp(number) &&
        to.kernel.isUp(number),
    )
  return {
    look: () => {
      for (const from of world.hosts)
        for (const to of world.hosts) {
          const key = `${from.number} ${to.number}`
          if (!isClear(from, to)) since.delete(key)
          else if (!since.has(key)) since.set(key, world.now)
        }
      return undefined
    },
    since: (from, to) => since.get(`${from.number} ${to.number}`),
  }
}
