/**
 * The beginning: the kernel's table becomes the file's. Servers are in before their first check, but for those with
 * alpha, and for those that are known to be down. What is served stays served.
 */

import { renewQuorum, tellQuorumGained, tellQuorumLost, notifyServerUp } from './announce.ts'
import { matchBlocks, succeed } from './carry.ts'
import { log, updateVirtualServer, type Draft } from './draft.ts'
import { reconcile } from './reconcile.ts'
import { oursIn } from './snapshot.ts'
import type { Cause, DirectorEvent } from './state.ts'
import { beginCheckers, countAddresses, isActive } from './suspension.ts'
import { startSync, stopSync } from './sync-daemon.ts'
import { differingSettings } from './union.ts'
import { isSorry, quorumOf } from './virtual-server.ts'
import * as words from './words.ts'

export function start(draft: Draft, event: Extract<DirectorEvent, { type: 'start' }>): void {
  const { adopted, table = [] } = event
  const { globals } = draft.setup
  const respawned = adopted?.from === 'respawn'
  draft.phase = 'running'
  draft.formerTimeouts = adopted?.snapshot.formerTimeouts ?? event.timeouts
  draft.addresses = countAddresses(draft.setup, event.addresses)
  const { blocks } = draft.setup
  const matches = adopted ? matchBlocks(blocks, adopted.snapshot.virtualServers) : []
  draft.virtualServers = blocks.map(
    (block, position) => succeed(block, matches[position], isActive(block, draft.addresses), draft.now).state,
  )
  if (globals.timeouts) draft.changes.push({ type: 'set-timeouts', timeouts: globals.timeouts })
  if (globals.syncDaemon) draft.changes.push(...stopSync(), ...startSync(globals.syncDaemon, draft.master))
  if (!respawned) tellUnited(draft)
  const cause: Cause = { by: 'start' }
  for (const position of blocks.keys()) {
    if (respawned && matches[position]?.virtualServer) renewQuorum(draft, position, cause)
    else begin(draft, position, cause, globals.notifyAtStart)
  }
  reconcile(draft, table, {
    ours: oursIn(adopted?.snapshot.services ?? []),
    handMade: respawned ? 'kept' : 'undone',
    flush: globals.flush && !respawned,
  })
  beginCheckers(draft, !respawned)
}

/** A block that is new: its quorum is told of, however it is, but a lost one that changes nothing. */
export function begin(draft: Draft, position: number, cause: Cause, notifyServers: boolean): void {
  const before = draft.virtualServers[position]
  if (before === undefined) return
  if (notifyServers)
    for (const server of before.servers)
      if (server.up) notifyServerUp(draft, before.block.name, server.server, cause)
  const quorum = quorumOf(before)
  const after = { ...before, quorum, since: quorum === before.quorum ? before.since : draft.now }
  updateVirtualServer(draft, position, after)
  if (quorum === 'up') tellQuorumGained(draft, undefined, after, cause)
  else if (before.quorum === 'up' || isSorry(after))
    tellQuorumLost(draft, after, words.quorumDownAtStart, cause)
}

/** Blocks that are one service, and what of the later ones does not count. */
export function tellUnited(draft: Draft): void {
  const { setup } = draft
  for (const { key, service, blocks } of setup.services) {
    if (blocks.length < 2) continue
    const others = blocks.slice(1).flatMap((block) => setup.blocks[block]?.services ?? [])
    const same = others.filter(
      (each) => each.key === key || words.serviceName(each.key) === words.serviceName(key),
    )
    const differing = [...new Set(same.flatMap((each) => differingSettings(service, each)))]
    const settings = differing.length === 0 ? '' : `; the first one counts, not ${differing.join(', ')}`
    const names = blocks.map((block) => setup.blocks[block]?.name ?? '')
    log(draft, words.unitedBlocks(key, names, settings), 'warning')
  }
}
