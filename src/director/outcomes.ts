/**
 * What the kernel made of our changes. A refusal is said once, stops nothing else, and is tried again with the server's
 * next verdict. Others work at the table, too: what is there already is edited, what is gone is added, and a service
 * that somebody has taken away is left so, as drift is repaired only where that is asked for.
 */

import type { IpvsChange } from '../netlink/ipvs/types.ts'
import type { Refusal } from '../netlink/types.ts'
import {
  happen,
  log,
  touch,
  touchBlock,
  touchRefused,
  updateService,
  updateVirtualServer,
  type Draft,
} from './draft.ts'
import { destinationText, serviceText } from './keys.ts'
import type { DirectorEvent, ServiceState } from './state.ts'
import type { UnitedService } from './union.ts'
import { isSorry } from './virtual-server.ts'
import * as words from './words.ts'

export function takeOutcomes(
  draft: Draft,
  { changes, refusals }: Extract<DirectorEvent, { type: 'outcomes' }>,
): void {
  for (const [index, change] of changes.entries()) {
    const refusal = refusals[index]
    const found = findService(draft, change)
    if (refusal === undefined) {
      if (found !== undefined && found.state.refused.size > 0) forget(draft, found, change)
    } else if (found === undefined) refusedElsewhere(draft, change, refusal)
    else refused(draft, found, change, refusal)
  }
}

interface Found {
  readonly position: number
  readonly united: UnitedService
  readonly state: ServiceState
}

function findService(draft: Draft, change: IpvsChange): Found | undefined {
  const text = textOfService(change)
  const position = text === undefined ? undefined : draft.setup.servicePositions.get(text)
  if (position === undefined) return undefined
  const united = draft.setup.services[position]
  const state = draft.services[position]
  return united && state && { position, united, state }
}

function textOfService(change: IpvsChange): string | undefined {
  if ('service' in change) return serviceText(change.service.key)
  return 'key' in change ? serviceText(change.key) : undefined
}

/** Empty: the service itself. */
function textOfDestination(change: IpvsChange): string {
  if (!('destination' in change)) return ''
  return destinationText('key' in change.destination ? change.destination.key : change.destination)
}

function forget(draft: Draft, { position, state }: Found, change: IpvsChange): void {
  const left = new Map(state.refused)
  if (left.delete(textOfDestination(change))) updateService(draft, position, { refused: left })
}

/** Something global, or a service that is not ours any more. */
function refusedElsewhere(draft: Draft, change: IpvsChange, refusal: Refusal): void {
  const wasGone = refusal.code === 'ESRCH' && /^(delete|stop)-/.test(change.type)
  const runs = refusal.code === 'EEXIST' && change.type === 'start-sync-daemon'
  if (!wasGone && !runs) tell(draft, change, refusal)
}

function refused(draft: Draft, found: Found, change: IpvsChange, refusal: Refusal): void {
  switch (change.type) {
    case 'add-service':
      refusedService(draft, found, change, refusal, refusal.code === 'EEXIST' ? 'unknown' : undefined)
      break
    case 'edit-service':
      if (refusal.code === 'ESRCH') lose(draft, found, change, refusal)
      else refusedService(draft, found, change, refusal, 'unknown')
      break
    case 'add-destination':
    case 'edit-destination':
    case 'delete-destination':
      if (refusal.code === 'ESRCH') lose(draft, found, change, refusal)
      else refusedDestination(draft, found, change, refusal)
      break
    case 'delete-service':
    case 'zero-service':
    case 'flush':
    case 'zero':
    case 'set-timeouts':
    case 'start-sync-daemon':
    case 'stop-sync-daemon':
      refusedElsewhere(draft, change, refusal)
  }
}

function refusedService(
  draft: Draft,
  found: Found,
  change: IpvsChange,
  refusal: Refusal,
  service: 'unknown' | undefined,
): void {
  const again = note(draft, found, change, refusal)
  const destinations = service === undefined ? found.state.destinations.map(() => undefined) : undefined
  updateService(draft, found.position, { service, ...(destinations && { destinations }) })
  if (service === 'unknown' && change.type === 'add-service' && !again) touchRefused(draft, found.position)
}

/** A destination of a service that was just refused is missing with it: nothing more to say. */
function lose(draft: Draft, { position, state, united }: Found, change: IpvsChange, refusal: Refusal): void {
  if (state.service === undefined || state.lost) return
  tell(draft, change, refusal)
  updateService(draft, position, {
    service: undefined,
    destinations: united.destinations.map(() => undefined),
    lost: true,
  })
}

function refusedDestination(draft: Draft, found: Found, change: IpvsChange, refusal: Refusal): void {
  const text = textOfDestination(change)
  const index = found.united.positions.get(text)
  // In no file any more: it is said, and left for the next start.
  if (index === undefined) {
    if (refusal.code !== 'ENOENT') tell(draft, change, refusal)
    return
  }
  const isThere = change.type === 'add-destination' && refusal.code === 'EEXIST'
  const isGone = change.type !== 'add-destination' && refusal.code === 'ENOENT'
  const again = note(draft, found, change, refusal)
  const held = isThere || (change.type !== 'add-destination' && !isGone) ? 'unknown' : undefined
  updateService(draft, found.position, { destinations: found.state.destinations.with(index, held) })
  if (isThere || (isGone && change.type === 'edit-destination')) {
    if (!again) touch(draft, { service: found.position, destination: index })
  } else if (isGone) forget(draft, { ...found, state: draft.services[found.position] ?? found.state }, change)
  else if (held === undefined) keepAlive(draft, found.united, index)
}

/**
 * Without its sorry server a service gets the servers back that are up, few as they are; until this answer of the
 * kernel's it has been without any.
 */
function keepAlive(draft: Draft, { destinations }: UnitedService, index: number): void {
  for (const { block, member } of destinations[index]?.claims ?? []) {
    const state = draft.virtualServers[block]
    if (state === undefined || member < state.servers.length || !isSorry(state)) continue
    updateVirtualServer(draft, block, { ...state, sorryRefused: true })
    const { name, sorry } = state.block
    happen(draft, { type: 'sorry-out', virtualServer: name, sorryServer: sorry?.name ?? '' })
    touchBlock(draft, block)
  }
}

/** @returns whether it was refused so before, and has been said */
function note(draft: Draft, { position, state }: Found, change: IpvsChange, refusal: Refusal): boolean {
  const text = textOfDestination(change)
  if (state.refused.get(text) === refusal.code) return true
  updateService(draft, position, { refused: new Map(state.refused).set(text, refusal.code) })
  tell(draft, change, refusal)
  return false
}

function tell(draft: Draft, change: IpvsChange, refusal: Refusal): void {
  log(draft, words.refusedLine(change, refusal), 'warning')
  happen(draft, { type: 'refused', change, refusal })
}
