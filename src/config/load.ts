/** A configuration file, from its path to the Model. */

import { checkBfd } from './blocks/bfd-instance.ts'
import { resolveServers } from './blocks/virtual-server/resolve.ts'
import { virtualServer } from './blocks/virtual-server/virtual-server.ts'
import { compareSpans, type Diagnostic } from './diagnostics/diagnostics.ts'
import type { SourceMap } from './diagnostics/sources.ts'
import type { Command, Model, VrrpInstance } from './model.ts'
import { otherCommands, resolve } from './resolve.ts'
import { rootKeywords } from './root-keywords.ts'
import { readStatements } from './syntax/include-loader.ts'
import type { ConfigIo, ReadProblem } from './syntax/io.ts'
import { parse } from './syntax/parser.ts'
import type { Node } from './syntax/tree.ts'
import { readKernelNames } from './values/kernel-names.ts'

export interface LoadOptions {
  readonly io: ConfigIo
  /** `-i`, or the host name up to its first dot: what `@id` is compared with. */
  readonly configId: string
  /** `-e`: an include that finds nothing is an error. */
  readonly requireAllFiles?: boolean
}

export interface Loaded {
  readonly model: Model
  /** What the model was made of, as written: for who wants to point at a keyword. */
  readonly nodes: readonly Node[]
  /** In the order of the file, each problem once. */
  readonly diagnostics: readonly Diagnostic[]
  /** Those of them that are about what the daemon runs: none from within virtual_server blocks. */
  readonly ofDaemon: readonly Diagnostic[]
  readonly sources: SourceMap
  /** Programs of virtual_server blocks, FIFOs and the like: not run, but their security is keepalived's concern in -t. */
  readonly otherScripts: readonly Command[]
  /** Instances that lack what they need: not in the Model, but looked at like the others. */
  readonly incompleteInstances: readonly VrrpInstance[]
  /** What stands behind `virtual_server` where no address can be made of it: the block is left out. */
  readonly refusedVirtualServers: readonly string[]
  /** One of the daemon's diagnostics is fatal: keepalived would not run with this file, and neither does the daemon. */
  readonly fatal: boolean
  /** Why the file itself could not be read; the model is then that of an empty file, as in keepalived. */
  readonly unreadable?: ReadProblem
}

export async function loadConfiguration(path: string, options: LoadOptions): Promise<Loaded> {
  const { io, configId, requireAllFiles = false } = options
  const own: Diagnostic[] = []
  const others: Diagnostic[] = []
  const report = (diagnostic: Diagnostic): void => void own.push(diagnostic)
  const reportOther = (diagnostic: Diagnostic): void => void others.push(diagnostic)
  const reading = await readStatements(path, { io, configId, requireAllFiles }, report)
  const { statements } = reading
  const vrrp = parse(statements, rootKeywords, 'vrrp', report)
  const checker = parse(statements, rootKeywords, 'checker', reportOther)
  const bfdNames = checkBfd(statements, rootKeywords, reportOther)
  const names = await readKernelNames(io)
  const servers = resolveServers(checker.nodes, bfdNames, reportOther)
  const { model, incomplete } = resolve(vrrp.nodes, names, servers, report)
  const otherScripts = otherCommands(vrrp.nodes, checker.nodes)
  const ofDaemon = distinct(own)
  return {
    model,
    nodes: vrrp.nodes,
    diagnostics: distinct([...own, ...others]),
    ofDaemon,
    sources: reading.sources,
    otherScripts,
    incompleteInstances: incomplete,
    refusedVirtualServers: checker.refused.filter(({ keyword }) => keyword === virtualServer).map(ownWords),
    fatal: ofDaemon.some(({ fatal }) => fatal),
    ...(reading.unreadable !== undefined && { unreadable: reading.unreadable }),
  }
}

const ownWords = ({ statement }: Pick<Node, 'statement'>): string =>
  statement.words
    .slice(1)
    .map(({ text }) => text)
    .join(' ')

/** keepalived's processes find the same mistake again; and a place may be wrong in one way only once. */
function distinct(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Map<string, Diagnostic>()
  for (const diagnostic of diagnostics) {
    const { code, span } = diagnostic
    const key = `${code} ${span.start} ${span.end} ${span.file}`
    if (!seen.has(key)) seen.set(key, diagnostic)
  }
  return [...seen.values()].sort((a, b) => compareSpans(a.span, b.span))
}
