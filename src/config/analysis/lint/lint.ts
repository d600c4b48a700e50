/**
 * What an experienced operator would say about a configuration in which
 * nothing is wrong: what will really happen, and what was probably meant
 * otherwise. Looks at the finished Model, so that nothing here can change how
 * a file is read; `-t` and the daemon never ask.
 */

import type { Cidr } from '../../../base/address.ts'
import type { Diagnostic, Report } from '../../diagnostics/diagnostics.ts'
import type { Loaded } from '../../load.ts'
import type { Model, VrrpInstance } from '../../model.ts'
import type { Node } from '../../syntax/tree.ts'
import { lintAddresses } from './addresses.ts'
import { lintCharacters } from './characters.ts'
import { lintChecks } from './checks.ts'
import { subjectOf } from './context.ts'
import { lintElection } from './election.ts'
import { lintGroups } from './groups.ts'
import { lintLinkDelays } from './link-delays.ts'
import { lintPasswords } from './passwords.ts'
import { lintReach } from './reach.ts'
import { lintScripts } from './scripts.ts'
import { describeTiming } from './timing.ts'
import { lintVirtualServers } from './virtual-servers.ts'
import { lintWhole } from './whole.ts'

export interface LintOptions {
  /** The configuration's first file. */
  readonly file: string
  /** Say how long things take, too. */
  readonly verbose: boolean
  /** Instances that are not in the Model, but would hold addresses. */
  readonly incomplete?: readonly VrrpInstance[]
  /** Of the interfaces of the host that the check runs on; absent where it is not to be asked. */
  readonly addresses?: ReadonlyMap<string, readonly Cidr[]>
}

/** What is odd about the text itself, and about passwords in it, whatever the Model is. */
export function lintText({ nodes, sources }: Pick<Loaded, 'nodes' | 'sources'>): readonly Diagnostic[] {
  const found: Diagnostic[] = []
  const report: Report = (diagnostic) => void found.push(diagnostic)
  for (const source of sources.values()) lintCharacters(source, report)
  lintPasswords(nodes, sources, report)
  return found
}

/** @param nodes what the model was made of, as loadConfiguration gives it. */
export function lint(
  model: Model,
  nodes: readonly Node[],
  { addresses, file, incomplete = [], verbose }: LintOptions,
): readonly Diagnostic[] {
  const found: Diagnostic[] = []
  const report: Report = (diagnostic) => void found.push(diagnostic)
  const subject = subjectOf(model, nodes)
  for (const instance of model.instances) {
    lintElection(instance, subject, report)
    lintAddresses(instance, subject, report)
  }
  lintGroups(subject, report)
  lintLinkDelays(subject, report)
  lintScripts(model, nodes, report)
  lintVirtualServers(subject, report)
  lintChecks(subject, report)
  lintReach(model, { addresses, incomplete }, report)
  lintWhole(subject, { file, start: 0, end: 0 }, report)
  if (verbose) describeTiming(subject, report)
  return found
}
