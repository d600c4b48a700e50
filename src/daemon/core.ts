/**
 * What the daemon decides with. It comes from outside, so that a simulation can put one in that is wrong on
 * purpose, and see that it is found.
 */

import { createEngine, nextDeadline, stepEngine } from '../vrrp/engine.ts'
import { AdvertDispatcher, type UsedNumbers } from './adverts/advert-dispatcher.ts'
import type { Assembled } from './assemble.ts'
import { Drains, type DrainPorts } from './control/drains.ts'

export interface Core {
  readonly createEngine: typeof createEngine
  readonly stepEngine: typeof stepEngine
  readonly nextDeadline: typeof nextDeadline
  /** @param used by routers with the same identities before */
  readonly createDispatcher: (routers: readonly Assembled[], used: readonly UsedNumbers[]) => AdvertDispatcher
  readonly createDrains: (ports: DrainPorts) => Drains
}

export const ownCore: Core = {
  createEngine,
  stepEngine,
  nextDeadline,
  createDispatcher: (routers, used) => new AdvertDispatcher(routers, used),
  createDrains: (ports) => new Drains(ports),
}
