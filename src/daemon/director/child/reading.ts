/** The configuration as the child reads it: judged, its programs examined, assembled. */

import { readFile } from 'node:fs/promises'
import { accepted, rejected, type Result } from '../../../base/result.ts'
import { seconds } from '../../../base/time.ts'
import type { TlsClient } from '../../../checkers/probe/probes.ts'
import type { SslFiles } from '../../../config/blocks/virtual-server/load-balancing.ts'
import { summaryLine } from '../../../config/diagnostics/render.ts'
import type { Loaded } from '../../../config/load.ts'
import type { Command, Model, NotifyFifo } from '../../../config/model.ts'
import { trackedFiles } from '../../../scripts/tracking/file-content.ts'
import { leadingNumber } from '../../../scripts/tracking/number.ts'
import type { Script, ScriptPorts, Timers } from '../../../scripts/types.ts'
import type { Log } from '../../log/logging.ts'
import { examineScripts } from '../../scripts/script-access.ts'
import { digestOf } from './asking.ts'
import { assembleDirector, commandsOf } from './assemble.ts'
import type { Read } from './serve.ts'

/**
 * @returns rejected with one line for people: it cannot be served, or had better not be gone on with
 */
export async function readFrom(
  loaded: Loaded,
  purpose: 'start' | 'reload',
  programs: ScriptPorts,
  fifoMode: number,
  log: Log,
): Promise<Result<Read, string>> {
  if (loaded.unreadable !== undefined) return rejected('the configuration cannot be read')
  reportOthers(loaded, log)
  const doubt = purpose === 'reload' ? doubtAbout(loaded) : undefined
  if (doubt !== undefined) return rejected(doubt)
  const { model } = loaded
  const { loadBalancing } = model
  const examined = await examineScripts(model, programs, [
    ...commandsOf(loadBalancing),
    ...model.global.lvsFifos.flatMap(({ script }) => script ?? []),
  ])
  const told = new Set<Script>()
  const scriptOf = (command: Command): Script => {
    const script = examined.scriptOf(command)
    if (told.has(script)) return script
    told.add(script)
    for (const text of script.warnings) log.warn(text)
    if (script.kind === 'disabled') log.warn(script.text)
    return script
  }
  const numbers = await numbersOf(model, programs.timers)
  const assembled = assembleDirector(loadBalancing, { scriptOf, digest: digestOf }, numbers)
  const fifos = model.global.lvsFifos.map((fifo: NotifyFifo) => {
    const script = fifo.script && scriptOf(fifo.script)
    const reader = script?.kind === 'runnable' ? script.spec : undefined
    return { path: fifo.path, mode: fifoMode, owner: examined.ownerOf(fifo), reader }
  })
  return accepted({ model, assembled, fifos, tls: await readTls(loadBalancing.ssl, log) })
}

/** The daemon says what is wrong with its own blocks, we with ours, as keepalived's processes do. */
function reportOthers({ diagnostics, ofDaemon, sources }: Loaded, log: Log): void {
  const own = new Set(ofDaemon)
  for (const diagnostic of diagnostics) {
    if (own.has(diagnostic)) continue
    const line = summaryLine(diagnostic, sources)
    if (diagnostic.severity === 'error') log.error(line)
    else if (diagnostic.severity === 'warning') log.warn(line)
    else log.info(line)
  }
}

/**
 * A file that somebody is still writing, or broke: keepalived takes what is left of it, which may be nothing, and the
 * table is wiped (measured, 2.2.7).
 */
function doubtAbout({ diagnostics, refusedVirtualServers }: Loaded): string | undefined {
  if (diagnostics.some(({ code }) => code === 'missing-close-brace')) return 'the file ends within a block'
  const [first] = refusedVirtualServers
  return first === undefined ? undefined : `${`virtual_server ${first}`.trimEnd()} cannot be read`
}

/** Longer than any file system takes that is not stuck; what comes later is a change. */
const PATIENCE = seconds(2)

/** What FILE_CHECKs begin with: without it a server would come in with its configured weight first. */
async function numbersOf(
  { loadBalancing, trackFiles }: Model,
  timers: Timers,
): Promise<ReadonlyMap<string, number>> {
  const checkers = loadBalancing.virtualServers.flatMap(({ realServers }) =>
    realServers.flatMap((server) => server.checkers),
  )
  const names = new Set(checkers.map((checker) => (checker.kind === 'file' ? checker.trackFile : undefined)))
  const numbers = new Map<string, number>()
  const reading = trackFiles
    .filter(({ name, initial }) => names.has(name) && initial?.overwrite !== true)
    .map(async ({ name, path }) => {
      const content = await trackedFiles.readBeginning(path)
      const number = content.kind === 'text' ? leadingNumber(content.text) : undefined
      if (number !== undefined) numbers.set(name, number)
    })
  if (reading.length === 0) return numbers
  let cancel = (): void => undefined
  const late = new Promise<void>((resolve) => {
    cancel = timers.after(PATIENCE, resolve)
  })
  await Promise.race([Promise.all(reading), late])
  cancel()
  return new Map(numbers)
}

/** What cannot be read is said, and left out. */
async function readTls(files: SslFiles | undefined, log: Log): Promise<TlsClient | undefined> {
  if (files === undefined) return undefined
  const contents = async (what: string, path: string | undefined): Promise<Uint8Array | undefined> => {
    if (path === undefined) return undefined
    try {
      return await readFile(path)
    } catch (error) {
      log.error(
        `SSL: cannot read the ${what} ${path}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`,
      )
      return undefined
    }
  }
  return {
    certificate: await contents('certificate', files.certificate),
    key: await contents('key', files.key),
    password: files.password,
  }
}
