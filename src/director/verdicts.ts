/** What checkers say: the server's state, then its place in the table, then its virtual server's quorum. */

import { notifyServerDown, renewQuorum, tellServerDown, tellServerUp, tellWeight } from './announce.ts'
import { touchMember, touchRefused, updateVirtualServer, type Draft } from './draft.ts'
import { judged, weighed, type RealServerState, type Verdict } from './real-server.ts'
import type { CheckerPlace } from './setup.ts'
import type { Cause } from './state.ts'
import { withServers } from './virtual-server.ts'
import type { WeightSay } from './weights.ts'

/** @param key of a checker; another configuration's may still come, and are nobody's */
export function takeVerdict(draft: Draft, key: string, verdict: Verdict): void {
  const cause: Cause = { by: 'checker', checker: key, reason: verdict.reason }
  change(draft, key, cause, (state, place) => judged(state, place.checker, verdict, draft.now))
}

export function takeWeight(draft: Draft, key: string, say: WeightSay | undefined): void {
  const cause: Cause = { by: 'checker', checker: key, reason: undefined }
  change(draft, key, cause, (state, place) => weighed(state, place.checker, say))
}

function change(
  draft: Draft,
  key: string,
  cause: Cause,
  by: (state: RealServerState, place: CheckerPlace) => RealServerState,
): void {
  const place = draft.setup.checkers.get(key)
  const state = place && draft.virtualServers[place.block]
  const before = state?.servers[place?.server ?? -1]
  if (place === undefined || state === undefined || before === undefined) return
  const after = by(before, place)
  retry(draft, place)
  if (after === before) return
  updateVirtualServer(draft, place.block, withServers(state, state.servers.with(place.server, after)))
  // A failure that takes its weight back speaks of the failure alone (measured, 2.2.7: MISC_CHECK's exit code 1).
  if (after.up || !before.up) tellWeight(draft, state, { ...after, up: before.up }, before.weight, cause)
  if (after.up && !before.up) tellServerUp(draft, state, after, cause)
  if (before.up && !after.up) tellServerDown(draft, state, after, cause)
  // With alpha, of one that was never in: nothing is removed, so nothing is logged. 2.2.7 has each of its checkers do so.
  if (!before.up && !after.up && before.reason === undefined && after.reason !== undefined)
    notifyServerDown(draft, state.block.name, after.server, cause)
  touchMember(draft, place.block, place.server)
  renewQuorum(draft, place.block, cause)
}

/** What the kernel has refused is asked for again with every verdict, as keepalived does. */
function retry(draft: Draft, { block, server }: CheckerPlace): void {
  for (const { service } of draft.setup.places[block]?.[server] ?? []) touchRefused(draft, service)
}
