/** Reads the configuration for the daemon: what is wrong with it goes to the log, one line each. */

import { hostname } from 'node:os'
import { accepted, rejected, type Result } from '../base/result.ts'
import type { Diagnostic } from '../config/diagnostics/diagnostics.ts'
import type { SourceMap } from '../config/diagnostics/sources.ts'
import type { ReadProblem } from '../config/syntax/io.ts'
import { loadConfiguration, type Loaded } from '../config/load.ts'
import type { Model } from '../config/model.ts'
import { diskIo } from '../config/disk-io.ts'
import { summaryLine } from '../config/diagnostics/render.ts'
import type { Log } from './log/logging.ts'
import type { DaemonSettings } from './settings.ts'

const PROBLEMS: Readonly<Record<ReadProblem, string>> = {
  missing: 'no such file',
  'not-permitted': 'permission denied',
  'not-a-file': 'it is not a file',
  'too-large': 'it is too large',
  unreadable: 'reading it fails',
}

/** As it is on the disk; nothing is judged yet. */
export const loadFor = ({
  configFile,
  configId,
}: Pick<DaemonSettings, 'configFile' | 'configId'>): Promise<Loaded> =>
  loadConfiguration(configFile, { configId: configId ?? shortHostname(), io: diskIo })

/** What a judgement goes to. */
export type Judged = Pick<Log, 'info' | 'warn' | 'error'>

/** Undefined: the daemon cannot run with it, or had better not go on with it; why has been logged. */
export function judgeConfiguration(
  loaded: Loaded,
  settings: Pick<DaemonSettings, 'configFile'>,
  log: Judged,
  purpose: 'start' | 'reload',
): Model | undefined {
  report(loaded, log)
  if (loaded.unreadable !== undefined) {
    log.error(`Unable to read the configuration ${settings.configFile}: ${PROBLEMS[loaded.unreadable]}`)
    return undefined
  }
  if (loaded.fatal) {
    log.error(`${settings.configFile} cannot be run: correct the errors above (vrrpd -t shows them again)`)
    return undefined
  }
  const doubt = doubtAbout(loaded)
  // At a start keepalived only says so, too.
  if (doubt !== undefined) log.warn(`Warning - ${settings.configFile} ${doubt}`)
  return doubt !== undefined && purpose === 'reload' ? undefined : loaded.model
}

/** A file that somebody is still writing looks so; a running daemon must not give up its addresses for it. */
function doubtAbout({ model, diagnostics }: Loaded): string | undefined {
  if (model.instances.length === 0 && model.loadBalancing.virtualServers.length === 0)
    return 'has nothing to run'
  return diagnostics.some(({ code }) => code === 'missing-close-brace') ? 'ends within a block' : undefined
}

/**
 * As the process judges it that serves the virtual servers.
 *
 * @returns rejected with one line for people: it cannot be served, or had better not be gone on with
 */
export function judgeVirtualServers(
  loaded: Loaded,
  purpose: 'start' | 'reload',
  log: Judged,
): Result<Model, string> {
  if (loaded.unreadable !== undefined) return rejected('the configuration cannot be read')
  reportOthers(loaded, log)
  const doubt = purpose === 'reload' ? doubtAboutServers(loaded) : undefined
  return doubt === undefined ? accepted(loaded.model) : rejected(doubt)
}

const shortHostname = (): string => hostname().split('.')[0] ?? ''

function report({ ofDaemon, sources }: Loaded, log: Judged): void {
  for (const diagnostic of oncePerReason(ofDaemon)) {
    say(diagnostic, sources, log)
  }
}

/** The daemon says what is wrong with its own blocks, the child with the others, as keepalived's processes do. */
function reportOthers({ diagnostics, ofDaemon, sources }: Loaded, log: Judged): void {
  const own = new Set(ofDaemon)
  for (const diagnostic of diagnostics) {
    if (own.has(diagnostic)) continue
    say(diagnostic, sources, log)
  }
}

/**
 * A file that somebody is still writing, or broke: keepalived takes what is left of it, which may be nothing, and the
 * table is wiped (measured, 2.2.7).
 */
function doubtAboutServers({ diagnostics, refusedVirtualServers }: Loaded): string | undefined {
  if (diagnostics.some(({ code }) => code === 'missing-close-brace')) return 'the file ends within a block'
  const [first] = refusedVirtualServers
  return first === undefined ? undefined : `${`virtual_server ${first}`.trimEnd()} cannot be read`
}

function say(diagnostic: Diagnostic, sources: SourceMap, log: Judged): void {
  const line = summaryLine(diagnostic, sources)
  if (diagnostic.severity === 'error') log.error(line)
  else if (diagnostic.severity === 'warning') log.warn(line)
  else log.info(line)
}

/** Of what is accepted without effect, such as all that is SNMP's, the first line stands for all. */
function oncePerReason(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const reasons = new Set<string>()
  return diagnostics.filter(({ reason }) => {
    if (reason === undefined) return true
    if (reasons.has(reason)) return false
    reasons.add(reason)
    return true
  })
}
