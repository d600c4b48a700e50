/** One event being worked off: what the director will be, and what it does. Mutable, and gone with the event. */

import type { IpAddress } from '../base/address.ts'
import type { Instant } from '../base/time.ts'
import type { IpvsChange, Timeouts } from '../netlink/ipvs/types.ts'
import type { Program } from './configuration.ts'
import { planService, type DestinationMove } from './plan.ts'
import type { Setup } from './setup.ts'
import type { Director, DirectorEffect, DirectorStep, Happening, ScriptKind, ServiceState } from './state.ts'
import { wantedDestination, type Place } from './union.ts'
import type { VirtualServerState } from './virtual-server.ts'

export interface Draft {
  setup: Setup
  phase: Director['phase']
  virtualServers: readonly VirtualServerState[]
  services: readonly ServiceState[]
  addresses: ReadonlyMap<IpAddress, number>
  formerTimeouts: Timeouts | undefined
  master: boolean
  readonly now: Instant
  /** All but those to the kernel, which `finish` puts in. */
  readonly effects: DirectorEffect[]
  readonly changes: IpvsChange[]
  /** Positions of services, and of their destinations, where something else may be wanted now. */
  readonly touched: Map<number, Set<number>>
  /** Something is otherwise that a snapshot has. */
  remembers: boolean
}

export const draftOf = (director: Director, now: Instant): Draft => ({
  ...director,
  now,
  effects: [],
  changes: [],
  touched: new Map(),
  remembers: false,
})

export function finish(draft: Draft): DirectorStep {
  for (const [service, destinations] of draft.touched) settle(draft, service, destinations)
  const { setup, phase, virtualServers, services, addresses, formerTimeouts, master, changes } = draft
  // Said first, then done, and only then told to others (keepalived's order); a script finds the table changed.
  const told = draft.effects.findIndex(({ type }) => type !== 'log')
  if (changes.length > 0)
    draft.effects.splice(told < 0 ? draft.effects.length : told, 0, { type: 'ipvs', changes })
  if (draft.remembers || changes.length > 0) draft.effects.push({ type: 'snapshot' })
  return {
    director: { setup, phase, virtualServers, services, addresses, formerTimeouts, master },
    effects: draft.effects,
  }
}

function settle(draft: Draft, position: number, touched: ReadonlySet<number>): void {
  const united = draft.setup.services[position]
  const state = draft.services[position]
  if (united === undefined || state === undefined || state.lost) return
  // To a service that comes anew, everything does.
  const all = state.service === undefined ? united.destinations.keys() : touched
  const destinations = [...state.destinations]
  const moves: DestinationMove[] = []
  for (const index of all) {
    const destination = united.destinations[index]
    if (destination === undefined) continue
    const after = wantedDestination(destination, draft.virtualServers)
    moves.push({ key: destination.key, before: state.destinations[index], after })
    destinations[index] = after
  }
  const changes = planService(united.key, { before: state.service, after: united.service }, moves)
  if (changes.length === 0) return
  draft.changes.push(...changes)
  updateService(draft, position, { service: united.service, destinations })
}

export function updateService(draft: Draft, position: number, change: Partial<ServiceState>): void {
  const state = draft.services[position]
  if (state !== undefined) draft.services = draft.services.with(position, { ...state, ...change })
}

export function updateVirtualServer(draft: Draft, position: number, state: VirtualServerState): void {
  draft.virtualServers = draft.virtualServers.with(position, state)
  draft.remembers = true
}

/** A member of a block may be wished otherwise. */
export function touchMember(draft: Draft, block: number, member: number): void {
  for (const place of draft.setup.places[block]?.[member] ?? []) touch(draft, place)
}

export function touchBlock(draft: Draft, block: number): void {
  for (const places of draft.setup.places[block] ?? []) for (const place of places) touch(draft, place)
}

export function touch({ touched }: Draft, { service, destination }: Place): void {
  const destinations = touched.get(service)
  if (destinations === undefined) touched.set(service, new Set([destination]))
  else destinations.add(destination)
}

/** What the kernel would not take of a service, the service itself included. */
export function touchRefused(draft: Draft, service: number): void {
  const positions = draft.setup.services[service]?.positions
  for (const text of draft.services[service]?.refused.keys() ?? []) {
    const destination = positions?.get(text)
    if (destination !== undefined) touch(draft, { service, destination })
    else if (!draft.touched.has(service)) draft.touched.set(service, new Set())
  }
}

export const log = ({ effects }: Draft, text: string, level: 'info' | 'warning' = 'info'): unknown =>
  effects.push({ type: 'log', level, text })

export const happen = ({ effects }: Draft, happening: Happening): unknown =>
  effects.push({ type: 'happened', happening })

export function run({ effects }: Draft, script: ScriptKind, program: Program | undefined): void {
  if (program !== undefined) effects.push({ type: 'run', script, program })
}

export const tellFifo = ({ effects }: Draft, line: string): unknown => effects.push({ type: 'fifo', line })
