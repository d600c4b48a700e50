/** What a simulated host lives among: an engine to run, LANs to send to, and somebody who looks on. */

import type { Ipv4Address } from '../../src/base/address.ts'
import type { Instant } from '../../src/base/time.ts'
import type {
  createEngine,
  Engine,
  EngineEffect,
  EngineEvent,
  nextDeadline,
  stepEngine,
} from '../../src/vrrp/engine.ts'
import type { Host } from './host.ts'

/** What the engine exports; tests of the checks put broken ones in. */
export interface Machinery {
  readonly createEngine: typeof createEngine
  readonly stepEngine: typeof stepEngine
  readonly nextDeadline: typeof nextDeadline
}

export interface Packet {
  readonly lan: number
  readonly vrid: number
  readonly priority: number
  readonly source: Ipv4Address
}

/** One event that a daemon worked off, and what came of it. */
export interface Observation {
  readonly host: Host
  readonly event: EngineEvent
  readonly before: Engine
  readonly after: Engine
  readonly effects: readonly EngineEffect[]
}

export interface Surroundings {
  readonly machinery: Machinery
  now(): Instant
  plan(at: Instant, action: () => void): void
  send(from: Host, packet: Packet): void
  observe(observation: Observation): void
  /** How late something is, 0..1, reproducibly. */
  lag(): number
}
