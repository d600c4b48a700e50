/** What a simulated host lives among: an engine to run, LANs to send to, and somebody who looks on. */

import type { Packet as BarePacket, Passage } from '../../src/simulation/process.ts'
import type { Core } from '../../src/daemon/core.ts'
import type { Engine, EngineEffect, EngineEvent } from '../../src/vrrp/engine.ts'
import type { Host } from './host.ts'

/** What the daemon decides with; tests of the checks put broken ones in. */
export type Machinery = Core

export interface Packet extends BarePacket {
  readonly lan: number
  readonly vrid: number
  /** Made by somebody without the password, or without a place among the peers. */
  readonly isForged?: true
}

/** One event that a daemon worked off, and what came of it. */
export interface Observation {
  readonly host: Host
  readonly event: EngineEvent
  readonly before: Engine
  readonly after: Engine
  readonly effects: readonly EngineEffect[]
  /** What was heard. */
  readonly packet: Packet | undefined
  readonly sent: readonly Packet[]
}

/** A router has left by a reload, whose last step has it no more. Until then others may come, of scripts that begin. */
export const isDismissed = ({ host }: Observation, router: string): boolean => host.dismissed.has(router)

export interface Surroundings extends Passage {
  readonly machinery: Machinery
  /** How many hosts there are. */
  readonly hosts: number
  send(from: Host, packet: Packet): void
  observe(observation: Observation): void
  /** What is thrown anywhere is a defect. */
  fail(error: unknown): void
}
