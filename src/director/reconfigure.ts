/**
 * Another configuration for a director that runs. Who is the same keeps its verdicts, weights and checkers, and what
 * others did to it in the kernel; the table goes from one to the other in one plan. Better than 2.2.7 on purpose: a
 * server that is down stays out when its checker changes; a group's address that is gone takes its service along; what
 * a sorry server or inhibit_on_failure leaves behind comes to rights; a duplicate block's dead server stays out.
 */

import type { Timeouts } from '../netlink/ipvs/types.ts'
import {
  notifyQuorumDown,
  tellQuorumGained,
  tellQuorumLost,
  tellServerDown,
  tellServerUp,
  tellSorryGone,
  tellSorryOut,
  tellWeight,
} from './announce.ts'
import { matchBlocks, succeed, type Successor } from './carry.ts'
import { happen, log, updateVirtualServer, type Draft } from './draft.ts'
import { serviceText } from './keys.ts'
import { heldTable, reconcile } from './reconcile.ts'
import { setUp, type Setup } from './setup.ts'
import { oursOf, remember, type RememberedServer } from './snapshot.ts'
import { begin, tellUnited } from './start.ts'
import type { Cause, DirectorEvent } from './state.ts'
import { countAddresses, exchangeCheckers, isActive } from './suspension.ts'
import { exchangeSync } from './sync-daemon.ts'
import { isSorry, quorumOf, type VirtualServerState } from './virtual-server.ts'
import * as words from './words.ts'

const RELOAD: Cause = { by: 'reload' }

export function reconfigure(draft: Draft, event: Extract<DirectorEvent, { type: 'reconfigure' }>): void {
  const { setup: formerSetup, virtualServers: former } = draft
  const ours = oursOf(draft)
  const actual = event.table ?? heldTable(draft)
  draft.setup = setUp(event.configuration)
  draft.addresses = countAddresses(draft.setup, event.addresses)
  exchangeGlobals(draft, formerSetup)
  const memories = former.map(remember)
  const matches = matchBlocks(draft.setup.blocks, memories)
  const successors = draft.setup.blocks.map((block, position) =>
    succeed(block, matches[position], isActive(block, draft.addresses), draft.now),
  )
  draft.virtualServers = successors.map(({ state }) => state)
  const kept = new Set(matches.flatMap(({ servers }) => servers))
  const continued = new Set(matches.map(({ virtualServer }) => virtualServer))
  /** As `memories`: whether each server is somewhere in the new configuration. */
  const stays = memories.map(({ servers }) => servers.map((server: RememberedServer) => kept.has(server)))
  for (const [position, memory] of memories.entries()) {
    const state = former[position]
    if (state !== undefined && !continued.has(memory)) tellRemoved(draft, state, stays[position] ?? [])
  }
  const positions = new Map(memories.map((memory, position) => [memory, position]))
  for (const [position, successor] of successors.entries()) {
    const memory = successor.match?.virtualServer
    const before = memory && positions.get(memory)
    const state = before === undefined ? undefined : former[before]
    if (before === undefined || state === undefined) {
      happen(draft, { type: 'virtual-server-added', virtualServer: successor.state.block.name })
      begin(draft, position, RELOAD, false)
      continue
    }
    tellServices(draft, state, successor.state)
    tellServers(draft, state, successor, stays[before] ?? [])
    continueQuorum(draft, position, state)
  }
  tellUnited(draft)
  reconcile(draft, actual, { ours, handMade: 'kept' })
  exchangeCheckers(draft, former, successors)
}

function exchangeGlobals(draft: Draft, { globals: before }: Setup): void {
  const { timeouts, syncDaemon } = draft.setup.globals
  const restored = before.timeouts && formerOf(draft.formerTimeouts, before.timeouts)
  const wanted = { ...restored, ...timeouts }
  if (Object.keys(wanted).length > 0) draft.changes.push({ type: 'set-timeouts', timeouts: wanted })
  draft.changes.push(...exchangeSync(before.syncDaemon, syncDaemon, draft.master))
}

/** What the kernel had before of the timeouts that were set. */
export function formerOf(former: Timeouts | undefined, set: Partial<Timeouts>): Partial<Timeouts> {
  if (former === undefined) return {}
  const { tcpSeconds = 0, tcpFinSeconds = 0, udpSeconds = 0 } = set
  return {
    ...(tcpSeconds > 0 && { tcpSeconds: former.tcpSeconds }),
    ...(tcpFinSeconds > 0 && { tcpFinSeconds: former.tcpFinSeconds }),
    ...(udpSeconds > 0 && { udpSeconds: former.udpSeconds }),
  }
}

/** Down notifications as with omega: a reload has it for all (measured, 2.2.7). */
function tellRemoved(draft: Draft, state: VirtualServerState, stays: readonly boolean[]): void {
  const { block, servers, quorum } = state
  log(draft, words.virtualServerRemoved(block.name))
  for (const [position, server] of servers.entries())
    if (server.up && stays[position] !== true) tellServerDown(draft, state, server, RELOAD)
  happen(draft, { type: 'virtual-server-removed', virtualServer: block.name })
  if (quorum === 'up') notifyQuorumDown(draft, state)
}

function tellServices(
  draft: Draft,
  { block: before }: VirtualServerState,
  { block }: VirtualServerState,
): void {
  const { target } = block.definition
  if (target.kind !== 'group') return
  const left = new Set(block.services.map(({ key }) => serviceText(key)))
  for (const { key } of before.services)
    if (!left.has(serviceText(key))) log(draft, words.groupServiceRemoved(key, target.name))
}

function tellServers(
  draft: Draft,
  before: VirtualServerState,
  { state, match, carried }: Successor,
  stays: readonly boolean[],
): void {
  for (const [position, server] of before.servers.entries()) {
    if (stays[position] === true) continue
    log(draft, words.serverGone(server.server.name))
    if (server.up) tellServerDown(draft, before, server, RELOAD)
    else if (server.server.definition.inhibitOnFailure)
      log(draft, words.inhibitedOut(server.server.name, before.block.name))
    const realServer = server.server.name
    happen(draft, { type: 'server-removed', virtualServer: before.block.name, realServer })
  }
  const formerWeights = new Map(before.servers.map(({ server, weight }) => [server.identity, weight]))
  for (const [position, server] of state.servers.entries()) {
    const known = match?.servers[position]
    if (known === undefined || carried[position] === undefined) {
      const realServer = server.server.name
      happen(draft, { type: 'server-added', virtualServer: state.block.name, realServer })
      continue
    }
    const weight = formerWeights.get(known.identity) ?? server.weight
    tellWeight(draft, state, { ...server, up: known.up }, weight, RELOAD)
    // Down by a reload nobody goes: what is new at an up server begins up.
    if (server.up && !known.up) tellServerUp(draft, state, server, RELOAD)
  }
}

/**
 * A sorry server that is new, or another one, is told of as at start, although the quorum was down before (measured,
 * 2.2.7).
 */
function continueQuorum(draft: Draft, position: number, before: VirtualServerState): void {
  const state = draft.virtualServers[position]
  if (state === undefined) return
  const quorum = quorumOf(state)
  if (quorum !== state.quorum) {
    const after = { ...state, quorum, since: draft.now }
    updateVirtualServer(draft, position, after)
    if (quorum === 'up') tellQuorumGained(draft, before, after, RELOAD)
    else tellQuorumLost(draft, after, words.quorumDownAtStart, RELOAD)
    return
  }
  if (!isSorry(state)) {
    if (isSorry(before)) tellSorryOut(draft, before)
    return
  }
  const stays = isSorry(before) && before.block.sorry?.identity === state.block.sorry?.identity
  if (stays) return
  if (isSorry(before)) tellSorryGone(draft, before)
  tellQuorumLost(draft, state, words.quorumDownAtStart, RELOAD)
}
