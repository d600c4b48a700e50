/** One virtual_server block: its servers, its quorum, and who of them is to be in the kernel's table. */

import type { Instant } from '../base/time.ts'
import type { Destination } from '../netlink/ipvs/types.ts'
import type { Forwarding } from './configuration.ts'
import { quorumAfter, type QuorumState } from './quorum.ts'
import { freshServer, type RealServerState } from './real-server.ts'
import type { Block } from './setup.ts'

export interface VirtualServerState {
  readonly block: Block
  /** As `block.servers`. */
  readonly servers: readonly RealServerState[]
  /** Effective weights of the servers that are up. */
  readonly sum: number
  readonly quorum: QuorumState
  /** When the quorum was gained or lost. */
  readonly since: Instant
  /** The kernel has not taken the sorry server: the servers that are up stay in. */
  readonly sorryRefused: boolean
  /** Its checkers run: always, but with ha_suspend only while the address is here. */
  readonly active: boolean
}

export const freshVirtualServer = (block: Block, active: boolean, now: Instant): VirtualServerState =>
  withServers(
    { block, servers: [], sum: 0, quorum: 'down', since: now, sorryRefused: false, active },
    block.servers.map((server) => freshServer(server, now)),
  )

export const withServers = (
  state: VirtualServerState,
  servers: readonly RealServerState[],
): VirtualServerState => ({
  ...state,
  servers,
  sum: servers.reduce((sum, { up, weight }) => sum + (up ? weight : 0), 0),
})

/** The quorum as it is to be with what is up now. */
export const quorumOf = ({ quorum, block, sum }: VirtualServerState): QuorumState =>
  quorumAfter(quorum, block.rule, sum)

/** The sorry server serves instead of the others. */
export const isSorry = ({ quorum, block, sorryRefused }: VirtualServerState): boolean =>
  quorum === 'down' && block.sorry !== undefined && !sorryRefused

/** All of a destination but its key. */
export type Wish = Omit<Destination, 'key'>

/**
 * What a block wishes for one of its members; undefined: not to be in the table.
 *
 * @param member a position in `block.servers`; the one after the last is the sorry server
 */
export function wishOf(state: VirtualServerState, member: number): Wish | undefined {
  const server = state.servers[member]
  return server === undefined ? sorryWish(state) : serverWish(server, isSorry(state))
}

function serverWish({ server, up, weight }: RealServerState, sorry: boolean): Wish | undefined {
  const { forwarding, upperThreshold, lowerThreshold, inhibitOnFailure } = server.definition
  const serves = up && !sorry
  if (!serves && !inhibitOnFailure) return undefined
  return { ...forwardingOf(forwarding), weight: serves ? weight : 0, upperThreshold, lowerThreshold }
}

function sorryWish(state: VirtualServerState): Wish | undefined {
  const { sorry } = state.block
  if (sorry === undefined || (!isSorry(state) && !sorry.definition.inhibit)) return undefined
  const weight = isSorry(state) ? 1 : 0
  return { ...forwardingOf(sorry.definition.forwarding), weight, upperThreshold: 0, lowerThreshold: 0 }
}

function forwardingOf(forwarding: Forwarding): Pick<Wish, 'forwarding' | 'tunnel'> {
  return forwarding.method === 'tunnel'
    ? { forwarding: 'tunnel', tunnel: forwarding.tunnel }
    : { forwarding: forwarding.method, tunnel: { type: 'ipip', port: 0, checksum: 'none' } }
}
