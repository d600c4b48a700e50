/**
 * ha_suspend: without its virtual address on this host a block's checkers rest, and its servers stay as they were.
 * After the address has come a dead server may get traffic for a delay_loop and its retries (measured, 2.2.7).
 */

import type { IpAddress } from '../base/address.ts'
import type { Successor } from './carry.ts'
import { log, updateVirtualServer, type Draft } from './draft.ts'
import type { KnownChecker } from './state.ts'
import { suspendingAddress, type Setup } from './setup.ts'
import type { VirtualServerState } from './virtual-server.ts'
import * as words from './words.ts'

/** How often each address is there, of those that matter. */
export function countAddresses(
  { suspendable }: Setup,
  addresses: readonly IpAddress[],
): ReadonlyMap<IpAddress, number> {
  const counts = new Map<IpAddress, number>()
  for (const address of addresses)
    if (suspendable.has(address)) counts.set(address, (counts.get(address) ?? 0) + 1)
  return counts
}

export function isActive(
  { definition }: VirtualServerState['block'],
  addresses: ReadonlyMap<IpAddress, number>,
): boolean {
  const address = suspendingAddress(definition)
  return address === undefined || addresses.has(address)
}

/** One address on two links is there until it has gone from both. */
export function changeAddress(draft: Draft, change: 'added' | 'removed', address: IpAddress): void {
  const blocks = draft.setup.suspendable.get(address)
  if (blocks === undefined) return
  const before = draft.addresses.get(address) ?? 0
  const count = Math.max(0, before + (change === 'added' ? 1 : -1))
  const addresses = new Map(draft.addresses)
  if (count === 0) addresses.delete(address)
  else addresses.set(address, count)
  draft.addresses = addresses
  log(draft, words.addressChange(address, change))
  if (count > 0 === before > 0) return
  for (const position of blocks) {
    const state = draft.virtualServers[position]
    if (state === undefined) continue
    updateVirtualServer(draft, position, { ...state, active: count > 0 })
    tellCheckers(draft, state, count > 0 ? 'Activating' : 'Suspending')
    const checkers = checkersOf(state)
    if (count > 0) draft.effects.push({ type: 'activate', checkers })
    else draft.effects.push({ type: 'suspend', checkers: checkers.map(({ key }) => key) })
  }
}

/** All of them begin, or rest from the start. */
export function beginCheckers(draft: Draft, told: boolean): void {
  const beginning: KnownChecker[] = []
  const resting: string[] = []
  for (const state of draft.virtualServers) {
    if (told) tellCheckers(draft, state, state.active ? 'Activating' : 'Deactivating')
    const checkers = checkersOf(state)
    if (state.active) beginning.push(...checkers)
    else resting.push(...checkers.map(({ key }) => key))
  }
  if (beginning.length > 0) draft.effects.push({ type: 'activate', checkers: beginning })
  if (resting.length > 0) draft.effects.push({ type: 'suspend', checkers: resting })
}

export const checkersOf = ({ servers }: VirtualServerState): readonly KnownChecker[] =>
  servers.flatMap(({ checkers }) =>
    checkers.map(({ checker, up, hasRun }) => ({ key: checker.key, up, hasRun })),
  )

function tellCheckers(
  draft: Draft,
  { block, servers }: VirtualServerState,
  change: Parameters<typeof words.checkerChange>[0],
): void {
  for (const { server, checkers } of servers)
    checkers.forEach(() => log(draft, words.checkerChange(change, server.name, block.name)))
}

/** After a reload: those that are the same go on under their new keys, the others begin, rest or end. */
export function exchangeCheckers(
  draft: Draft,
  former: readonly VirtualServerState[],
  successors: readonly Successor[],
): void {
  const running = new Set(former.filter(({ active }) => active).flatMap((state) => keysOf(state)))
  const going: KnownChecker[] = []
  const resting: string[] = []
  for (const { state, carried } of successors) {
    for (const [position, { server, checkers }] of state.servers.entries()) {
      for (const [index, { checker, up, hasRun }] of checkers.entries()) {
        const before = carried[position]?.before[index]
        const ran = before !== undefined && running.has(before)
        const changed = state.active !== ran || before === undefined
        const change = state.active ? 'Activating' : ran ? 'Suspending' : 'Deactivating'
        if (changed) log(draft, words.checkerChange(change, server.name, state.block.name))
        if (state.active) going.push({ key: checker.key, up, hasRun, ...(ran && { before }) })
        else resting.push(checker.key)
      }
    }
  }
  const continued = new Set(going.map(({ before }) => before))
  const gone = former.flatMap((state) => keysOf(state)).filter((key) => !continued.has(key))
  if (gone.length > 0) draft.effects.push({ type: 'remove', checkers: gone })
  if (going.length > 0) draft.effects.push({ type: 'activate', checkers: going })
  if (resting.length > 0) draft.effects.push({ type: 'suspend', checkers: resting })
}

const keysOf = ({ servers }: VirtualServerState): readonly string[] =>
  servers.flatMap(({ checkers }) => checkers.map(({ checker }) => checker.key))
