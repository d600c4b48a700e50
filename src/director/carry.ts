/**
 * Who of a new configuration is who of before: after a reload, or in a process that goes on for another one. Blocks
 * are the same by address, port and protocol, by mark and family, or by group and position (as keepalived has it);
 * servers by their address; checkers by what they ask.
 */

import type { Instant } from '../base/time.ts'
import { freshChecker, serverState, type CheckerState, type RealServerState } from './real-server.ts'
import type { Block, Server } from './setup.ts'
import type { RememberedServer, RememberedVirtualServer } from './snapshot.ts'
import { freshVirtualServer, withServers, type VirtualServerState } from './virtual-server.ts'

export interface Match {
  readonly virtualServer: RememberedVirtualServer | undefined
  /** As the block's servers. */
  readonly servers: readonly (RememberedServer | undefined)[]
}

/**
 * Of several blocks with one identity those belong together that have most servers in common: 2.2.7 compares all with
 * the first, and a dead server of the second comes back. A server that was in one of them is known in all.
 *
 * @returns one for each block
 */
export function matchBlocks(
  blocks: readonly Block[],
  remembered: readonly RememberedVirtualServer[],
): readonly Match[] {
  const free = new Map<string, RememberedVirtualServer[]>()
  for (const each of remembered) pushTo(free, each.identity, each)
  const own = blocks.map((block) => takeLike(block, free.get(block.identity) ?? []))
  const anywhere = new Map<string, RememberedServer>()
  for (const { identity, servers } of remembered)
    for (const server of servers) anywhere.set(`${identity} ${server.identity}`, server)
  return blocks.map(({ identity, servers }, position) => {
    const here = new Map(own[position]?.servers.map((server) => [server.identity, server]))
    return {
      virtualServer: own[position],
      servers: servers.map(
        (server) => here.get(server.identity) ?? anywhere.get(`${identity} ${server.identity}`),
      ),
    }
  })
}

function pushTo<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}

function takeLike({ servers }: Block, free: RememberedVirtualServer[]): RememberedVirtualServer | undefined {
  if (free.length < 2) return free.shift()
  const identities = new Set(servers.map(({ identity }) => identity))
  const common = free.map((each) => each.servers.filter(({ identity }) => identities.has(identity)).length)
  return free.splice(common.indexOf(Math.max(...common)), 1)[0]
}

export interface CarriedServer {
  readonly state: RealServerState
  /** As its checkers: by which keys they ran until now. */
  readonly before: readonly (string | undefined)[]
}

/**
 * A checker that is another one than before begins as its server is: a server that is down stays out until it passes
 * (2.2.7 adds it at once), one that is up stays in, with alpha, too.
 */
export function carryServer(server: Server, remembered: RememberedServer, now: Instant): CarriedServer {
  const left = [...remembered.checkers]
  const carried = server.definition.checkers.map((checker): { state: CheckerState; before?: string } => {
    const position = left.findIndex(({ fingerprint }) => fingerprint === checker.fingerprint)
    const [same] = position < 0 ? [] : left.splice(position, 1)
    if (same === undefined) return { state: freshChecker(checker, remembered.up) }
    return { state: { checker, up: same.up, hasRun: same.hasRun, say: same.say }, before: same.key }
  })
  const checkers = carried.map(({ state }) => state)
  const up = checkers.every((each) => each.up)
  const state =
    up === remembered.up
      ? serverState(server, checkers, remembered.since, remembered.reason)
      : serverState(server, checkers, now)
  return { state, before: carried.map(({ before }) => before) }
}

/** A block of the new configuration, with what is known of it. */
export interface Successor {
  readonly state: VirtualServerState
  readonly match: Match | undefined
  /** As the block's servers; undefined: it is new. */
  readonly carried: readonly (CarriedServer | undefined)[]
}

/** @param active whether its checkers run: see suspension.ts */
export function succeed(block: Block, match: Match | undefined, active: boolean, now: Instant): Successor {
  const fresh = freshVirtualServer(block, active, now)
  const carried = block.servers.map((server, position) => {
    const known = match?.servers[position]
    return known && carryServer(server, known, now)
  })
  const servers = fresh.servers.map((server, position) => carried[position]?.state ?? server)
  const known = match?.virtualServer
  const state = known ? { ...fresh, quorum: known.quorum, since: known.since } : fresh
  return { state: withServers(state, servers), match, carried }
}
