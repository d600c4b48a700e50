/**
 * Two directors of the same virtual routers: what would make both of them
 * MASTER, or neither, and what would be different after a takeover. Severity
 * follows from the consequence.
 */

import type { Diagnostic, Report } from '../../diagnostics/diagnostics.ts'
import type { Model, VrrpInstance } from '../../model.ts'
import type { Node } from '../../syntax/tree.ts'
import { subjectOf } from '../lint/context.ts'
import { compareAddresses } from './addresses.ts'
import { compareElection } from './election.ts'
import { compareGroups } from './groups.ts'
import { type Pair, PairReport, placeThere, sayAt, type Side } from './pair.ts'
import { pairUp } from './pairing.ts'
import { compareRecognition } from './recognition.ts'
import { compareTransport } from './transport.ts'
import { compareSyncDaemons, compareVirtualServers } from './virtual-servers.ts'

export interface Director {
  readonly model: Model
  readonly nodes: readonly Node[]
  /** As it is called in messages. */
  readonly label: string
}

export interface Comparison {
  readonly diagnostics: readonly Diagnostic[]
  /** Virtual routers that both have. */
  readonly pairs: number
}

/** @param verbose say which instances were compared even where there is no doubt */
export function compareDirectors(ours: Director, theirs: Director, verbose: boolean): Comparison {
  const diagnostics: Diagnostic[] = []
  const report: Report = (diagnostic) => void diagnostics.push(diagnostic)
  const sides: readonly [Side, Side] = [sideOf(ours), sideOf(theirs)]
  const { pairs, onlyOurs, onlyTheirs } = pairUp(ours.model.instances, theirs.model.instances)
  for (const instance of onlyOurs) missing(instance, ours, theirs, report)
  for (const instance of onlyTheirs) missing(instance, theirs, ours, report)
  for (const pair of pairs) {
    // Where the VRIDs differ, that is said with the finding itself.
    if (verbose || (!pair.certain && pair.ours.vrid === pair.theirs.vrid)) matched(pair, sides[1], report)
    const about = new PairReport(pair, sides, report)
    compareRecognition(pair, about)
    compareTransport(pair, sides, about)
    compareAddresses(pair, about)
    compareElection(pair, sides, about)
  }
  compareGroups(pairs, sides, report)
  compareVirtualServers(sides, report)
  compareSyncDaemons(sides, report)
  return { diagnostics, pairs: pairs.length }
}

const sideOf = ({ label, model, nodes }: Director): Side => ({ label, subject: subjectOf(model, nodes) })

function missing(
  { link, name, span, vrid }: VrrpInstance,
  where: Director,
  other: Director,
  report: Report,
): void {
  const message = `${name} (VRID ${vrid} on ${link}) is in ${where.label} and not in ${other.label}: when that host fails, nobody takes over`
  sayAt(report, 'warning', 'peer-missing', span, message)
}

function matched({ by, ours, theirs }: Pair, there: Side, report: Report): void {
  const message = `compared with ${theirs.name} of ${there.label}: both have ${by}`
  sayAt(report, 'note', 'peer-matched', ours.span, message, [placeThere(there, theirs.span)])
}
