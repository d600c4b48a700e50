/**
 * The end. Each of our services goes by one command, its destinations with it; others' stay, unless
 * `lvs_flush_on_stop` says otherwise. Down notifications with omega only.
 */

import { notifyQuorumDown, notifyServerDown } from './announce.ts'
import { log, type Draft } from './draft.ts'
import { formerOf } from './reconfigure.ts'
import type { Cause, ServiceState } from './state.ts'
import { rolesOf, stopSync } from './sync-daemon.ts'
import { isSorry } from './virtual-server.ts'
import * as words from './words.ts'

/** @param keepTable as it is, with the timeouts, for who comes next; nobody is told anything */
export function stop(draft: Draft, keepTable: boolean): void {
  const { globals, checkers } = draft.setup
  const { syncDaemon, timeouts } = globals
  if (!keepTable) {
    tellStop(draft)
    release(draft)
    const restored = timeouts ? formerOf(draft.formerTimeouts, timeouts) : {}
    if (Object.keys(restored).length > 0) draft.changes.push({ type: 'set-timeouts', timeouts: restored })
  }
  if (syncDaemon) draft.changes.push(...stopSync(rolesOf(syncDaemon, draft.master)))
  if (checkers.size > 0) draft.effects.push({ type: 'remove', checkers: [...checkers.keys()] })
  draft.phase = 'stopped'
  draft.remembers = true
}

function release(draft: Draft): void {
  const { services, setup } = draft
  if (setup.globals.flushOnStop === 'all') draft.changes.push({ type: 'flush' })
  else
    for (const [position, { service, lost }] of services.entries()) {
      const key = setup.services[position]?.key
      if (key !== undefined && service !== undefined && !lost)
        draft.changes.push({ type: 'delete-service', key })
    }
  draft.services = services.map(({ destinations }): ServiceState => ({
    service: undefined,
    destinations: destinations.map(() => undefined),
    lost: true,
    refused: new Map(),
  }))
}

function tellStop(draft: Draft): void {
  const cause: Cause = { by: 'stop' }
  for (const state of draft.virtualServers) {
    const { block, servers, quorum } = state
    for (const { server } of servers) log(draft, words.shuttingDown(server.name, block.name))
    if (!block.definition.omega) continue
    // Who is out of the table for a sorry server's sake is not told of, but the sorry server is (measured, 2.2.7).
    const sorry = isSorry(state)
    for (const { server, up } of servers)
      if (up && (!sorry || server.definition.inhibitOnFailure))
        notifyServerDown(draft, block.name, server, cause)
    if (quorum === 'up' || sorry) notifyQuorumDown(draft, state)
  }
}
