/** Whether enough of a virtual server is up, in units of weight. */

export interface QuorumRule {
  /** From 1. */
  readonly quorum: number
  /** Below the quorum. */
  readonly hysteresis: number
}

export type QuorumState = 'up' | 'down'

/**
 * What keepalived makes of what is written: the quorum is at most what all servers weigh together, the hysteresis
 * below the quorum. Where all weigh nothing it stays 1: there 2.2.7 gets to a quorum of 0 and a hysteresis of
 * 4294967295.
 *
 * @param total all configured weights
 */
export function quorumRule(quorum: number, hysteresis: number, total: number): QuorumRule {
  const reachable = Math.max(1, Math.min(quorum, total))
  return { quorum: reachable, hysteresis: Math.min(hysteresis, reachable - 1) }
}

/**
 * Gained from `quorum + hysteresis` on; lost below `quorum - hysteresis`, and with nothing at all.
 *
 * @param sum effective weights of the servers that are up
 */
export function quorumAfter(
  state: QuorumState,
  { quorum, hysteresis }: QuorumRule,
  sum: number,
): QuorumState {
  if (state === 'down') return sum > 0 && sum >= quorum + hysteresis ? 'up' : 'down'
  return sum === 0 || sum < quorum - hysteresis ? 'down' : 'up'
}
