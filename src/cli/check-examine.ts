/** Reads a configuration for `vrrpd check`, and gathers everything that can be said about it. */

import { hostname } from 'node:os'
import { arrange } from '../config/diagnostics/arrange.ts'
import { error, type Diagnostic } from '../config/diagnostics/diagnostics.ts'
import { checkAgainstHost } from '../config/analysis/host.ts'
import { PROBLEM_WORDS, type ConfigIo, type ReadProblem } from '../config/syntax/io.ts'
import {
  insecureScripts,
  missingInterfaces,
  ownAddresses,
  withoutSource,
} from '../config/analysis/lint/host.ts'
import { withConsequences } from '../config/analysis/lint/consequences.ts'
import { lint, lintText } from '../config/analysis/lint/lint.ts'
import { withTemplates } from '../config/analysis/lint/templates.ts'
import { loadConfiguration, type Loaded } from '../config/load.ts'
import { compareDirectors, type Director } from '../config/analysis/compare/compare.ts'
import type { SourceMap } from '../config/diagnostics/sources.ts'
import { examinePrograms, hostAddresses, hostInterfaces, hostMtus } from './check-host.ts'
import { pathOf } from './check-io.ts'

export interface ExamineOptions {
  /** A path, or `-` for standard input. */
  readonly file: string
  readonly configId: string | undefined
  readonly verbose: boolean
  /** `--no-system`: nothing is looked up on this host. */
  readonly system: boolean
  /** `--interfaces`: those that exist, whatever this host has. */
  readonly interfaces: readonly string[] | undefined
  /** `--peer` and `--peer-id`: the other director. */
  readonly peer: { readonly file: string; readonly configId: string | undefined } | undefined
}

export interface Examined {
  readonly loaded: Loaded
  /** In the reader's order. */
  readonly diagnostics: readonly Diagnostic[]
  /** Of all files that were read. */
  readonly sources: SourceMap
  /** Virtual routers that were compared with the other director's. */
  readonly compared: number | undefined
}

export async function examine(options: ExamineOptions, io: ConfigIo): Promise<Examined> {
  const file = pathOf(options.file)
  const loaded = await load(file, options.configId, io)
  const own = await findingsOf(loaded, file, options)
  const { peer } = options
  if (peer === undefined)
    return {
      loaded,
      diagnostics: arrange(own, loaded.sources),
      sources: loaded.sources,
      compared: undefined,
    }
  const other = pathOf(peer.file)
  const there = await load(other, peer.configId ?? options.configId, io)
  const sources = new Map([...loaded.sources, ...there.sources])
  // What is only odd in the other file is for a check of that file.
  const ofPeer = readingFindings(there, other).filter(({ severity }) => severity === 'error')
  const [label, otherLabel] =
    file === other
      ? [`${file} -i ${idOf(options.configId)}`, `${file} -i ${idOf(peer.configId ?? options.configId)}`]
      : [file, other]
  const { diagnostics, pairs } = compareDirectors(
    director(loaded, label),
    director(there, otherLabel),
    options.verbose,
  )
  const isComparable = loaded.unreadable === undefined && there.unreadable === undefined
  return {
    loaded,
    diagnostics: arrange([...own, ...ofPeer, ...(isComparable ? diagnostics : [])], sources),
    sources,
    compared: pairs,
  }
}

/** As the daemon: the host's name up to its first dot. */
const idOf = (configId: string | undefined): string => configId ?? hostname().split('.')[0] ?? ''

const load = (file: string, configId: string | undefined, io: ConfigIo): Promise<Loaded> =>
  loadConfiguration(file, { io, configId: idOf(configId) })

const director = ({ model, nodes }: Loaded, label: string): Director => ({ model, nodes, label })

async function findingsOf(
  loaded: Loaded,
  file: string,
  options: ExamineOptions,
): Promise<readonly Diagnostic[]> {
  const read = readingFindings(loaded, file)
  if (loaded.unreadable !== undefined) return read
  const { interfaces, system, verbose } = options
  const explained = lint(loaded.model, loaded.nodes, {
    file,
    verbose,
    incomplete: loaded.incompleteInstances,
    ...(system && interfaces === undefined && { addresses: hostAddresses() }),
  })
  const all = [...read, ...(await ofSystem(loaded, options)), ...explained, ...lintText(loaded)]
  return withTemplates(withConsequences(all, loaded.model, loaded.sources), loaded.sources)
}

const readingFindings = ({ diagnostics, unreadable }: Loaded, file: string): readonly Diagnostic[] =>
  unreadable === undefined ? diagnostics : [unreadableFile(file, unreadable)]

const unreadableFile = (file: string, problem: ReadProblem): Diagnostic =>
  error('unreadable-file', { file, start: 0, end: 0 }, `cannot be read: ${PROBLEM_WORDS[problem]}`, {
    fatal: true,
  })

/** What this host, or the one that `--interfaces` describes, makes of the configuration. */
async function ofSystem(
  loaded: Loaded,
  { interfaces, system }: ExamineOptions,
): Promise<readonly Diagnostic[]> {
  const { incompleteInstances, model } = loaded
  const given =
    interfaces === undefined
      ? []
      : missingInterfaces(model, incompleteInstances, new Set(interfaces), 'given')
  if (!system) return given
  const programs = await examinePrograms(loaded)
  const insecure = insecureScripts(model.global.enableScriptSecurity ? new Map() : programs.insecure)
  if (interfaces !== undefined) return [...given, ...checkAgainstHost(model, programs, loaded), ...insecure]
  const addresses = hostAddresses()
  const [existing, mtus] = await Promise.all([hostInterfaces(), hostMtus()])
  const ofLinks =
    existing === undefined
      ? []
      : [
          ...missingInterfaces(model, incompleteInstances, existing, 'looked-at'),
          ...withoutSource(model, existing, addresses),
          ...ownAddresses(model, addresses),
        ]
  return [...ofLinks, ...checkAgainstHost(model, { ...programs, addresses, mtus }, loaded), ...insecure]
}
