/**
 * What others hear of a server and of a quorum: log, script, FIFO and happenings, in keepalived's order. Within one
 * event all that is told of a server comes before what is told of the quorum.
 */

import { happen, log, run, tellFifo, touchBlock, updateVirtualServer, type Draft } from './draft.ts'
import { quorumOf, isSorry, type VirtualServerState } from './virtual-server.ts'
import type { RealServerState } from './real-server.ts'
import type { Cause } from './state.ts'
import * as words from './words.ts'

export function tellServerUp(
  draft: Draft,
  { block }: VirtualServerState,
  { server }: RealServerState,
  cause: Cause,
): void {
  log(draft, words.serverIn(server.name, block.name, server.definition.inhibitOnFailure))
  notifyServerUp(draft, block.name, server, cause)
}

/** Without a line in the log. */
export function notifyServerUp(
  draft: Draft,
  virtualServer: string,
  { name, definition }: RealServerState['server'],
  cause: Cause,
): void {
  happen(draft, { type: 'server-up', virtualServer, realServer: name, cause })
  run(draft, 'notify_up', definition.notifyUp)
  tellFifo(draft, words.serverLine(name, virtualServer, 'UP'))
}

export function tellServerDown(
  draft: Draft,
  { block }: VirtualServerState,
  { server }: RealServerState,
  cause: Cause,
): void {
  log(
    draft,
    words.serverOut(server.name, block.name, server.definition.inhibitOnFailure && cause.by === 'checker'),
  )
  notifyServerDown(draft, block.name, server, cause)
}

/** Without a line in the log. */
export function notifyServerDown(
  draft: Draft,
  virtualServer: string,
  { name, definition }: RealServerState['server'],
  cause: Cause,
): void {
  happen(draft, { type: 'server-down', virtualServer, realServer: name, cause })
  run(draft, 'notify_down', definition.notifyDown)
  tellFifo(draft, words.serverLine(name, virtualServer, 'DOWN'))
}

export function tellWeight(
  draft: Draft,
  { block }: VirtualServerState,
  { server, up, weight: to }: RealServerState,
  from: number,
  cause: Cause,
): void {
  if (from === to) return
  log(draft, words.weightChange({ from, to }, up, server.name, block.name))
  const names = { virtualServer: block.name, realServer: server.name }
  happen(draft, { type: 'weight-changed', ...names, from, to, cause })
}

/** After anything that may have changed the sum of one block. */
export function renewQuorum(draft: Draft, position: number, cause: Cause): void {
  const before = draft.virtualServers[position]
  const quorum = before && quorumOf(before)
  if (before === undefined || quorum === before.quorum) return
  const after: VirtualServerState = {
    ...before,
    quorum: quorum ?? 'down',
    since: draft.now,
    sorryRefused: false,
  }
  updateVirtualServer(draft, position, after)
  if (quorum === 'up') tellQuorumGained(draft, before, after, cause)
  else tellQuorumLost(draft, after, words.quorumLost, cause)
  touchBlock(draft, position)
}

/** @param before whose sorry server goes; undefined: there was none in force */
export function tellQuorumGained(
  draft: Draft,
  before: VirtualServerState | undefined,
  { block, sum }: VirtualServerState,
  cause: Cause,
): void {
  log(draft, words.quorumGained(block.rule, sum, block.name))
  if (before !== undefined && isSorry(before)) tellSorryOut(draft, before)
  happen(draft, { type: 'quorum-gained', virtualServer: block.name, ...block.rule, sum, cause })
  run(draft, 'quorum_up', block.definition.quorumUp)
  tellFifo(draft, words.virtualServerLine(block.name, 'UP'))
}

/** @param sentence `words.quorumLost`, or `words.quorumDownAtStart` */
export function tellQuorumLost(
  draft: Draft,
  state: VirtualServerState,
  sentence: typeof words.quorumLost,
  cause: Cause,
): void {
  const { block, sum } = state
  log(draft, sentence(block.rule, sum, block.name))
  if (isSorry(state)) tellSorryIn(draft, state)
  happen(draft, { type: 'quorum-lost', virtualServer: block.name, ...block.rule, sum, cause })
  notifyQuorumDown(draft, state)
}

export function notifyQuorumDown(draft: Draft, { block }: VirtualServerState): void {
  run(draft, 'quorum_down', block.definition.quorumDown)
  tellFifo(draft, words.virtualServerLine(block.name, 'DOWN'))
}

/** One sorry server goes, and another one comes: nobody else does. */
export const tellSorryGone = (draft: Draft, state: VirtualServerState): void =>
  tellSorry(draft, 'sorry-out', state)

function tellSorryIn(draft: Draft, state: VirtualServerState): void {
  tellSorry(draft, 'sorry-in', state, words.aliveOut(state.block.name))
}

export function tellSorryOut(draft: Draft, state: VirtualServerState): void {
  tellSorry(draft, 'sorry-out', state, words.aliveIn(state.block.name))
}

function tellSorry(
  draft: Draft,
  type: 'sorry-in' | 'sorry-out',
  { block }: VirtualServerState,
  others?: string,
): void {
  if (block.sorry === undefined) return
  const { name, definition } = block.sorry
  const sentence = type === 'sorry-in' ? words.sorryIn : words.sorryOut
  log(draft, sentence(name, block.name, definition.inhibit))
  if (others !== undefined) log(draft, others)
  happen(draft, { type, virtualServer: block.name, sorryServer: name })
}
